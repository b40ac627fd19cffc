//! What stands where in a step's picture: above, the image and the output; below, the sum being worked out.

use crate::Result;
use crate::show::canvas::{Canvas, Cell, Grid, HERE, longest};
use crate::show::colour::{Rgb, Scale};
use crate::show::geometry::Geometry;
use crate::show::sliding::Sliding;
use crate::show::svg::Anchor;

const WIDTH: f64 = 920.0;
const TITLE: f64 = 44.0;
const CAPTION: f64 = 30.0;
const GAP: f64 = 44.0;
/// A frame may reach this far over the edge.
const EDGE: f64 = 4.0;
/// An image with more rows or columns has no numbers in its squares.
const MOST_NUMBERED: usize = 12;

/// One convolution, laid out.
pub struct Scene<'a> {
    sliding: &'a Sliding,
    title: &'a str,
    rows: Vec<Row>,
    sum: Grid,
    output: Grid,
    scales: Scales,
    letters: Letters,
    height: f64,
}

/// What a channel takes part with.
struct Row {
    image: Grid,
    window: Grid,
    kernel: Grid,
    products: Grid,
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
        let Geometry { channels, kernel, output, .. } = sliding.geometry;
        let padded = sliding.geometry.padded();
        let tiles = channels as f64 + 1.0;
        let room = ((WIDTH - GAP * (tiles - 1.0)) / tiles).min(380.0);
        let top = TITLE + CAPTION;
        let image = |channel| {
            let left = EDGE + channel as f64 * (room.min(56.0 * padded[1] as f64) + GAP);
            Grid::within([left, top], padded, room, 56.0)
        };
        let output = Grid::within([image(channels).at[0], top], output, room, 56.0);
        let mut y = image(0).end()[1].max(output.end()[1]) + 24.0 + CAPTION;
        let first = y;
        let largest = if channels == 1 { 50.0 } else { 42.0 };
        let row = |channel| {
            let window = Grid::within([EDGE, y], kernel, 200.0, largest);
            y = window.end()[1] + 12.0;
            let kernel = Grid { at: [window.end()[0] + GAP, window.at[1]], ..window };
            let products = Grid { at: [kernel.end()[0] + GAP, window.at[1]], ..window };
            Row { image: image(channel), window, kernel, products }
        };
        let rows: Vec<Row> = (0..channels).map(row).collect();
        let last = rows[channels - 1].products.end();
        let sum =
            Grid { at: [last[0] + GAP + 16.0, (first + last[1]) / 2.0 - 36.0], size: [1, 1], side: 72.0 };
        let height = last[1].max(sum.end()[1]) + EDGE;
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
        Self { sliding, title, rows, sum, output, scales, letters, height }
    }

    /// Width and height.
    pub fn size(&self) -> [f64; 2] {
        [WIDTH + 2.0 * EDGE, self.height]
    }

    /// Draws the picture of a step.
    ///
    /// # Errors
    /// If the image cannot be encoded.
    pub fn draw(&self, canvas: &mut impl Canvas, step: usize) -> Result<()> {
        canvas.text([2.0, TITLE / 2.0 - 4.0], 20.0, Anchor::Start, self.title);
        for (channel, row) in self.rows.iter().enumerate() {
            self.image(canvas, channel)?;
            canvas.open("cl-here");
            canvas.frame(row.image.block(self.sliding.geometry.corner(step), row.kernel.size), Some(HERE));
            canvas.close();
            self.signs(canvas, channel);
            row.kernel.draw(canvas, row.kernel.type_size(self.letters.kernel), &self.kernel(channel));
            self.changing(canvas, row.window, self.letters.image, &self.window(step, channel));
            self.changing(canvas, row.products, self.letters.products, &self.products(step, channel));
            canvas.frame(row.window.outer(), Some(HERE));
        }
        self.changing(canvas, self.sum, self.letters.output, &[self.total(step)]);
        canvas.frame(self.sum.outer(), Some(HERE));
        self.filling(canvas, step);
        Ok(())
    }

    /// The squares that change from step to step, in the order in which they are drawn.
    pub fn cells(&self, step: usize) -> Vec<Cell> {
        let channels = 0..self.rows.len();
        let mut cells: Vec<Cell> = channels
            .flat_map(|channel| [self.window(step, channel), self.products(step, channel)].concat())
            .collect();
        cells.push(self.total(step));
        cells
    }

    /// How far the frames on the image and on the output have moved since the first step.
    pub fn moves(&self, step: usize) -> [[f64; 2]; 2] {
        let [y, x] = self.sliding.geometry.corner(step).map(|place| place as f64 * self.rows[0].image.side);
        let [v, u] = self.sliding.geometry.place(step).map(|place| place as f64 * self.output.side);
        [[x, y], [u, v]]
    }

    fn image(&self, canvas: &mut impl Canvas, channel: usize) -> Result<()> {
        let Geometry { channels, image, padding, .. } = self.sliding.geometry;
        let grid = self.rows[channel].image;
        let caption = match (channels, padding) {
            (1, 0) => "image".into(),
            (1, _) => "image with its padding".into(),
            _ => format!("channel {channel}"),
        };
        above(canvas, grid, &caption);
        let area = image[0] * image[1];
        let values = &self.sliding.image[channel * area..(channel + 1) * area];
        if numbered(grid) {
            let [rows, columns] = grid.size;
            let at = |index| self.sliding.geometry.pixel([index / columns, index % columns]);
            let cell = |pixel| Cell::number(values[pixel], self.scales.image);
            let cells: Vec<Cell> =
                (0..rows * columns).map(|index| at(index).map_or_else(Cell::padding, cell)).collect();
            grid.draw(canvas, grid.type_size(self.letters.image), &cells);
        } else {
            let colours: Vec<Rgb> = values.iter().map(|value| self.scales.image.colour(*value)).collect();
            canvas.pixels(grid.block([padding, padding], image), &colours, image)?;
        }
        canvas.frame(grid.block([padding, padding], image), None);
        canvas.frame(grid.outer(), None);
        Ok(())
    }

    fn signs(&self, canvas: &mut impl Canvas, channel: usize) {
        let Row { window, kernel, products, .. } = &self.rows[channel];
        let middle = (window.at[1] + window.end()[1]) / 2.0;
        for (left, sign) in [(window, "×"), (kernel, "=")] {
            canvas.text([left.end()[0] + GAP / 2.0, middle], 30.0, Anchor::Middle, sign);
        }
        if channel == 0 {
            for (grid, caption) in
                [(window, "window"), (kernel, "kernel"), (products, "products"), (&self.sum, "sum")]
            {
                above(canvas, *grid, caption);
            }
            above(canvas, self.output, "output");
            let [x, y] = [products.end()[0] + GAP / 2.0 + 6.0, self.sum.at[1] + self.sum.side / 2.0];
            canvas.text([x, y], 30.0, Anchor::Middle, "→");
        }
    }

    /// The output up to the step, on the places that are still empty.
    fn filling(&self, canvas: &mut impl Canvas, step: usize) {
        if numbered(self.output) {
            self.output.draw(canvas, 0.0, &vec![Cell::empty(); self.sliding.geometry.steps()]);
        }
        canvas.frame(self.output.outer(), None);
        canvas.open("cl-output");
        let cells: Vec<Cell> = (0..=step).map(|step| self.total(step)).collect();
        let size = if numbered(self.output) { self.output.type_size(self.letters.output) } else { 0.0 };
        self.output.draw(canvas, size, &cells);
        canvas.close();
        canvas.open("cl-there");
        canvas.frame(self.output.block(self.sliding.geometry.place(step), [1, 1]), Some(HERE));
        canvas.close();
    }

    fn changing(&self, canvas: &mut impl Canvas, grid: Grid, letters: usize, cells: &[Cell]) {
        canvas.open("cl-changing");
        grid.draw(canvas, grid.type_size(letters), cells);
        canvas.close();
    }

    fn window(&self, step: usize, channel: usize) -> Vec<Cell> {
        let cell = |pixel: Option<f64>| {
            pixel.map_or_else(Cell::padding, |value| Cell::number(value, self.scales.image))
        };
        self.sliding.window(step, channel).into_iter().map(cell).collect()
    }

    fn kernel(&self, channel: usize) -> Vec<Cell> {
        let kernel = self.sliding.kernel(channel).iter();
        kernel.map(|value| Cell::number(*value, self.scales.kernel)).collect()
    }

    fn products(&self, step: usize, channel: usize) -> Vec<Cell> {
        let products = self.sliding.products(step, channel).into_iter();
        products.map(|value| Cell::number(value, self.scales.products)).collect()
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
