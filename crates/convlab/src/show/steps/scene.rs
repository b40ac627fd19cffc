//! What is where in a step's picture: above, the image and the output; below, the sum being worked out.

use super::plan::{CAPTION, GAP, Plan, Row};
use crate::show::colour::{Rgb, Scale};
use crate::show::elements::{
    Area, BOLD, Cell, Drawn, EDGE, Format, Grid, HERE, INK, Picture, Pixels, Squares, Surface, THICK,
    common_type_size, frame, group, label,
};
use crate::show::geometry::Geometry;
use crate::show::region::Region;
use crate::show::sliding::Sliding;
use plotters::style::text_anchor::HPos;

/// An image with more rows or columns has no numbers in its squares.
const MAX_NUMBERED: usize = 12;

/// One convolution, laid out.
#[derive(Clone)]
pub struct Scene {
    pub sliding: Sliding,
    pub plan: Plan,
    scales: Scales,
    formats: Formats,
    widest: f64,
    type_size: i32,
}

/// How each kind of number is written, the same at every step.
#[derive(Clone)]
struct Formats {
    image: Format,
    kernel: Format,
    products: Format,
    output: Format,
}

/// One scale for each kind of number, the same at every step.
#[derive(Clone)]
struct Scales {
    image: Scale,
    kernel: Scale,
    products: Scale,
    output: Scale,
}

impl Scene {
    /// Lays it out.
    pub fn new(sliding: Sliding) -> Self {
        let (sliding_, channels) = (&sliding, sliding.geometry.channels);
        let of_step = |step| (0..channels).flat_map(move |channel| sliding_.products(step, channel));
        let products: Vec<f64> = (0..sliding.geometry.steps()).flat_map(of_step).collect();
        let scales = Scales {
            image: Scale::grey(&sliding.image),
            kernel: Scale::signed(&sliding.kernel),
            products: Scale::signed(&products),
            output: Scale::signed(&sliding.output),
        };
        let formats = Formats {
            image: Format::of(&sliding.image),
            kernel: Format::of(&sliding.kernel),
            products: Format::of(&products),
            output: Format::of(&sliding.output),
        };
        let Formats { image, kernel, products, output } = &formats;
        let widest =
            [image, kernel, products, output].map(|format| format.widest()).into_iter().fold(0.0, f64::max);
        let plan = Plan::new(&sliding.geometry);
        let rows = plan.rows.iter().flat_map(|row| [&row.image, &row.window, &row.kernel, &row.products]);
        let numbered: Vec<&Grid> =
            rows.chain([&plan.output, &plan.sum]).filter(|grid| numbered(grid)).collect();
        let type_size = common_type_size(numbered, widest);
        Self { sliding, plan, scales, formats, widest, type_size }
    }

    /// Draws the picture of a step.
    ///
    /// # Errors
    /// If the backend cannot draw.
    pub fn draw<B: Surface>(&self, area: &Area<B>, step: usize) -> Drawn<B> {
        for (channel, row) in self.plan.rows.iter().enumerate() {
            self.image(area, channel)?;
            let window = row.image.block(self.sliding.geometry.corner(step), row.kernel.size);
            group(area, "cl-here", || frame(area, window, HERE, THICK))?;
            self.signs(area, channel)?;
            let kernel = self.sliding.kernel(channel);
            self.squares(
                area,
                row.kernel,
                &self.formats.kernel.cells(kernel, self.scales.kernel),
                self.formats.kernel,
            )?;
            let name = self.named(channel, "kernel");
            area.draw(&Region::grid(&name, &row.kernel, kernel))?;
            self.changing(area, row.window, &self.window(step, channel), self.formats.image)?;
            self.changing(area, row.products, &self.products(step, channel), self.formats.products)?;
            frame(area, row.window.outer(), HERE, THICK)?;
        }
        self.changing(area, self.plan.sum, &[self.total(step)], self.formats.output)?;
        frame(area, self.plan.sum.outer(), HERE, THICK)?;
        self.filling(area, step)
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
    pub fn moves(&self, step: usize) -> [[i32; 2]; 2] {
        let (image, output) = (self.plan.rows[0].image.side[0], self.plan.output.side[0]);
        let [y, x] = self.sliding.geometry.corner(step).map(|index| index as i32 * image);
        let [v, u] = self.sliding.geometry.place(step).map(|index| index as i32 * output);
        [[x, y], [u, v]]
    }

    /// `kernel`, or `channel 1 of the kernel` where there are several.
    pub fn named(&self, channel: usize, what: &str) -> String {
        match self.sliding.geometry.channels {
            1 => what.to_owned(),
            _ => format!("channel {channel} of the {what}"),
        }
    }

    fn squares<B: Surface>(&self, area: &Area<B>, grid: Grid, cells: &[Cell], format: Format) -> Drawn<B> {
        let type_size = if grid.type_size(self.widest) == 0 { 0 } else { self.type_size };
        area.draw(&Squares { grid, cells, type_size, widest: format.widest() })
    }

    fn image<B: Surface>(&self, area: &Area<B>, channel: usize) -> Drawn<B> {
        let Geometry { channels, image, padding, .. } = self.sliding.geometry;
        let grid = self.plan.rows[channel].image;
        let caption = match (channels, padding) {
            (1, 0) => "image".into(),
            (1, _) => "padded image".into(),
            _ => format!("channel {channel}"),
        };
        above(area, grid, &caption)?;
        let inner = grid.block([padding, padding], image);
        if numbered(&grid) {
            self.squares(area, grid, &self.pixels(self.sliding.padded(channel)), self.formats.image)?;
        } else {
            let pixels = self.sliding.channel(channel).iter();
            let colours: Vec<Rgb> = pixels.map(|value| self.scales.image.colour(*value)).collect();
            area.draw(&Picture { rect: inner, pixels: Pixels { colours: &colours, size: image } })?;
            frame(area, grid.outer(), EDGE, 1)?;
        }
        frame(area, inner, INK, BOLD)?;
        let padded = self.sliding.padded(channel).into_iter();
        let padded: Vec<f64> = padded.map(|value| value.unwrap_or(0.0)).collect();
        area.draw(&Region::grid(&self.named(channel, "image"), &grid, &padded))
    }

    fn signs<B: Surface>(&self, area: &Area<B>, channel: usize) -> Drawn<B> {
        let Row { window, kernel, products, .. } = &self.plan.rows[channel];
        let middle = (window.at.1 + window.end()[1]) / 2;
        for (left, sign) in [(window, "×"), (kernel, "=")] {
            label(area, (left.end()[0] + GAP / 2, middle), 30.0, HPos::Center, sign)?;
        }
        if channel > 0 {
            let middle = ((products.at.0 + products.end()[0]) / 2, products.at.1 - 14);
            return label(area, middle, 24.0, HPos::Center, "+");
        }
        let named = [
            (*window, "window"),
            (*kernel, "kernel"),
            (*products, "products"),
            (self.plan.sum, "sum"),
            (self.plan.output, "output"),
        ];
        for (grid, caption) in named {
            above(area, grid, caption)?;
        }
        let arrow = (products.end()[0] + GAP / 2 + 6, self.plan.sum.at.1 + self.plan.sum.side[1] / 2);
        label(area, arrow, 30.0, HPos::Center, "→")
    }

    /// The output up to the step, in the squares that are still empty.
    fn filling<B: Surface>(&self, area: &Area<B>, step: usize) -> Drawn<B> {
        let (grid, geometry) = (self.plan.output, &self.sliding.geometry);
        let filled = self.formats.output.cells(&self.sliding.output[..=step], self.scales.output);
        group(area, "cl-output", || self.squares(area, grid, &filled, self.formats.output))?;
        group(area, "cl-there", || frame(area, grid.block(geometry.place(step), [1, 1]), HERE, THICK))?;
        area.draw(&Region::grid("output", &grid, &self.sliding.output))
    }

    fn changing<B: Surface>(&self, area: &Area<B>, grid: Grid, cells: &[Cell], format: Format) -> Drawn<B> {
        group(area, "cl-changing", || self.squares(area, grid, cells, format))
    }

    fn window(&self, step: usize, channel: usize) -> Vec<Cell> {
        self.pixels(self.sliding.window(step, channel))
    }

    fn pixels(&self, values: Vec<Option<f64>>) -> Vec<Cell> {
        values.into_iter().map(|value| self.formats.image.pixel(value, self.scales.image)).collect()
    }

    fn products(&self, step: usize, channel: usize) -> Vec<Cell> {
        self.formats.products.cells(&self.sliding.products(step, channel), self.scales.products)
    }

    fn total(&self, step: usize) -> Cell {
        self.formats.output.cell(self.sliding.output[step], self.scales.output)
    }
}

fn numbered(grid: &Grid) -> bool {
    grid.size[0].max(grid.size[1]) <= MAX_NUMBERED
}

fn above<B: Surface>(area: &Area<B>, grid: Grid, caption: &str) -> Drawn<B> {
    label(area, (grid.at.0, grid.at.1 - CAPTION / 2 - 2), 18.0, HPos::Left, caption)
}
