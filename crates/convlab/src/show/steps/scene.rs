//! What stands where in a step's picture: above, the image and the output; below, the sum being worked out.

use super::plan::{CAPTION, GAP, Plan, Row, TITLE};
use crate::Result;
use crate::show::canvas::{BOLD, Canvas, Cell, Grid, HERE, THICK, THIN, longest};
use crate::show::colour::{Rgb, Scale};
use crate::show::geometry::Geometry;
use crate::show::sliding::Sliding;
use crate::show::svg::Anchor;

/// An image with more rows or columns has no numbers in its squares.
const MOST_NUMBERED: usize = 12;

/// One convolution, laid out.
pub struct Scene<'a> {
    sliding: &'a Sliding,
    title: &'a str,
    plan: Plan,
    scales: Scales,
    letters: Letters,
}

/// One scale for each kind of number, the same at every step.
struct Scales {
    image: Scale,
    kernel: Scale,
    products: Scale,
    output: Scale,
}

/// How long the longest number of each kind is, so that type keeps its size from step to step.
struct Letters {
    image: usize,
    kernel: usize,
    products: usize,
    output: usize,
}

impl<'a> Scene<'a> {
    /// Lays it out.
    pub fn new(sliding: &'a Sliding, title: &'a str) -> Self {
        let channels = sliding.geometry.channels;
        let steps = 0..sliding.geometry.steps();
        let of_step = |step| (0..channels).flat_map(move |channel| sliding.products(step, channel));
        let products: Vec<f64> = steps.flat_map(of_step).collect();
        let scales = Scales {
            image: Scale::grey(&sliding.image),
            kernel: Scale::signed(&sliding.kernel),
            products: Scale::signed(&products),
            output: Scale::signed(&sliding.output),
        };
        let letters = Letters {
            image: longest(&sliding.image),
            kernel: longest(&sliding.kernel),
            products: longest(&products),
            output: longest(&sliding.output),
        };
        Self { sliding, title, plan: Plan::new(&sliding.geometry), scales, letters }
    }

    /// Width and height.
    pub fn size(&self) -> [f64; 2] {
        self.plan.size
    }

    /// Draws the picture of a step.
    ///
    /// # Errors
    /// If the image cannot be encoded.
    pub fn draw(&self, canvas: &mut impl Canvas, step: usize) -> Result<()> {
        canvas.text([2.0, TITLE / 2.0 - 4.0], 20.0, Anchor::Start, self.title);
        for (channel, row) in self.plan.rows.iter().enumerate() {
            self.image(canvas, channel)?;
            let window = row.image.block(self.sliding.geometry.corner(step), row.kernel.size);
            canvas.open("cl-here");
            canvas.frame(window, Some(HERE), THICK);
            canvas.close();
            self.signs(canvas, channel);
            let kernel = Cell::numbers(self.sliding.kernel(channel), self.scales.kernel);
            row.kernel.draw(canvas, row.kernel.type_size(self.letters.kernel), &kernel);
            self.changing(canvas, row.window, self.letters.image, &self.window(step, channel));
            self.changing(canvas, row.products, self.letters.products, &self.products(step, channel));
            canvas.frame(row.window.outer(), Some(HERE), THICK);
        }
        self.changing(canvas, self.plan.sum, self.letters.output, &[self.total(step)]);
        canvas.frame(self.plan.sum.outer(), Some(HERE), THICK);
        self.filling(canvas, step);
        Ok(())
    }

    /// The squares that change from step to step, in the order in which they are drawn.
    pub fn cells(&self, step: usize) -> Vec<Cell> {
        let channels = 0..self.plan.rows.len();
        let mut cells: Vec<Cell> = channels
            .flat_map(|channel| [self.window(step, channel), self.products(step, channel)].concat())
            .collect();
        cells.push(self.total(step));
        cells
    }

    /// How far the frames on the image and on the output have moved since the first step.
    pub fn moves(&self, step: usize) -> [[f64; 2]; 2] {
        let (image, output) = (self.plan.rows[0].image.side, self.plan.output.side);
        let [y, x] = self.sliding.geometry.corner(step).map(|place| place as f64 * image);
        let [v, u] = self.sliding.geometry.place(step).map(|place| place as f64 * output);
        [[x, y], [u, v]]
    }

    fn image(&self, canvas: &mut impl Canvas, channel: usize) -> Result<()> {
        let Geometry { channels, image, padding, .. } = self.sliding.geometry;
        let grid = self.plan.rows[channel].image;
        let caption = match (channels, padding) {
            (1, 0) => "image".into(),
            (1, _) => "padded image".into(),
            _ => format!("channel {channel}"),
        };
        above(canvas, grid, &caption);
        if numbered(grid) {
            let cells = self.pixels(self.sliding.padded(channel));
            grid.draw(canvas, grid.type_size(self.letters.image), &cells);
        } else {
            let pixels = self.sliding.channel(channel).iter();
            let colours: Vec<Rgb> = pixels.map(|value| self.scales.image.colour(*value)).collect();
            canvas.pixels(grid.block([padding, padding], image), &colours, image)?;
        }
        canvas.frame(grid.block([padding, padding], image), None, BOLD);
        canvas.frame(grid.outer(), None, THIN);
        Ok(())
    }

    fn signs(&self, canvas: &mut impl Canvas, channel: usize) {
        let Row { window, kernel, products, .. } = &self.plan.rows[channel];
        let middle = (window.at[1] + window.end()[1]) / 2.0;
        for (left, sign) in [(window, "×"), (kernel, "=")] {
            canvas.text([left.end()[0] + GAP / 2.0, middle], 30.0, Anchor::Middle, sign);
        }
        if channel > 0 {
            let middle = [(products.at[0] + products.end()[0]) / 2.0, products.at[1] - 14.0];
            return canvas.text(middle, 24.0, Anchor::Middle, "+");
        }
        let named = [
            (*window, "window"),
            (*kernel, "kernel"),
            (*products, "products"),
            (self.plan.sum, "sum"),
            (self.plan.output, "output"),
        ];
        for (grid, caption) in named {
            above(canvas, grid, caption);
        }
        let arrow = [products.end()[0] + GAP / 2.0 + 6.0, self.plan.sum.at[1] + self.plan.sum.side / 2.0];
        canvas.text(arrow, 30.0, Anchor::Middle, "→");
    }

    /// The output up to the step, on the places that are still empty.
    fn filling(&self, canvas: &mut impl Canvas, step: usize) {
        let (grid, geometry) = (self.plan.output, &self.sliding.geometry);
        if numbered(grid) {
            grid.draw(canvas, 0.0, &vec![Cell::empty(); geometry.steps()]);
        }
        canvas.frame(grid.outer(), None, THIN);
        canvas.open("cl-output");
        let size = if numbered(grid) { grid.type_size(self.letters.output) } else { 0.0 };
        grid.draw(canvas, size, &Cell::numbers(&self.sliding.output[..=step], self.scales.output));
        canvas.close();
        canvas.open("cl-there");
        canvas.frame(grid.block(geometry.place(step), [1, 1]), Some(HERE), THICK);
        canvas.close();
    }

    fn changing(&self, canvas: &mut impl Canvas, grid: Grid, letters: usize, cells: &[Cell]) {
        canvas.open("cl-changing");
        grid.draw(canvas, grid.type_size(letters), cells);
        canvas.close();
    }

    fn window(&self, step: usize, channel: usize) -> Vec<Cell> {
        self.pixels(self.sliding.window(step, channel))
    }

    fn pixels(&self, values: Vec<Option<f64>>) -> Vec<Cell> {
        values.into_iter().map(|value| Cell::pixel(value, self.scales.image)).collect()
    }

    fn products(&self, step: usize, channel: usize) -> Vec<Cell> {
        Cell::numbers(&self.sliding.products(step, channel), self.scales.products)
    }

    fn total(&self, step: usize) -> Cell {
        Cell::number(self.sliding.output[step], self.scales.output)
    }
}

fn numbered(grid: Grid) -> bool {
    grid.size[0].max(grid.size[1]) <= MOST_NUMBERED
}

fn above(canvas: &mut impl Canvas, grid: Grid, caption: &str) {
    canvas.text([grid.at[0], grid.at[1] - CAPTION / 2.0 - 2.0], 18.0, Anchor::Start, caption);
}
