//! A filter on its way over an image, step by step.

mod film;
mod plan;
mod scene;

use super::bitmap::{drawn, gif};
use super::elements::{Area, Drawn, Surface};
use super::figure::{Drawing, Figure, draw_whole, ending, whole_size, write, wrong_ending};
use super::geometry::Geometry;
use super::page::Film;
use super::sliding::Sliding;
use crate::Result;
use crate::display::Displayed;
use scene::Scene;
use std::path::Path;
use tch::Tensor;
use tch::nn::ConvConfig;

/// A picture of the animation stays at most this long, and the whole of it lasts about `LONGEST`, in milliseconds.
const FRAME: usize = 800;
const LONGEST: usize = 40_000;
/// An animation with more pictures than this is too large to be sent around.
const MAX_PICTURES: usize = 128;

/// Draws how one filter slides over one image: window times kernel, the sum of the products, the output filling.
///
/// `x` has shape [h, w] or [c, h, w], `k` has shape [kh, kw] or, for every channel of the image a kernel,
/// [c, kh, kw]. `config` is the one that `nn::conv2d` takes: its stride and padding are used, and no bias is added.
/// The figure has buttons, a slider and keys (arrows step, space plays); in a file it can be a GIF.
///
/// # Errors
/// If image and kernel do not fit each other, or if there are more than 1024 steps to watch.
///
/// ```
/// # use convlab::prelude::*;
/// let x = Tensor::eye(5, (Kind::Float, Device::Cpu));
/// let k = Tensor::eye(3, (Kind::Float, Device::Cpu));
/// let slowly = show::steps(&x, &k, Default::default())?;
/// let wide = show::steps(&x, &k, nn::ConvConfig { stride: 2, padding: 1, ..Default::default() })?;
/// # Ok::<(), Error>(())
/// ```
pub fn steps(x: &Tensor, k: &Tensor, config: ConvConfig) -> Result<Steps> {
    Steps::new(Sliding::over(x, k, config, Geometry::new)?)
}

/// A filter's way over an image; a cell that ends with it shows it with its controls.
#[derive(Clone)]
pub struct Steps {
    scene: Scene,
    figure: Figure,
}

/// The picture of one step.
#[derive(Clone)]
struct Step {
    scene: Scene,
    step: usize,
}

impl Drawing for Step {
    fn title(&self) -> String {
        self.scene.sliding.title()
    }

    fn text(&self) -> String {
        self.scene.sliding.text()
    }

    fn label(&self) -> String {
        self.title()
    }

    fn size(&self) -> (u32, u32) {
        self.scene.plan.size
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        self.scene.draw(area, self.step)
    }

    fn film(&self) -> Option<Film> {
        Some(film::film(&self.scene))
    }
}

impl Steps {
    fn new(sliding: Sliding) -> Result<Self> {
        let scene = Scene::new(sliding);
        let step = scene.sliding.geometry.steps() - 1;
        Ok(Self { figure: Figure::of(Step { scene: scene.clone(), step })?, scene })
    }

    /// The image, the kernel and the output, in words and numbers.
    pub fn text(&self) -> &str {
        self.figure.text()
    }

    /// The figure with its controls as an HTML element, its numbers folded away below it.
    pub fn html(&self) -> String {
        self.figure.html()
    }

    /// Writes the figure to a file: `.gif`, an animation; `.html`, with its controls; `.svg` and `.png`, the last step.
    ///
    /// Of more than 128 steps, an animation leaves some out.
    ///
    /// # Errors
    /// If the file has another ending or cannot be written.
    ///
    /// ```no_run
    /// # use convlab::prelude::*;
    /// # fn main() -> Result<()> {
    /// # let x = Tensor::zeros([5, 5], (Kind::Float, Device::Cpu));
    /// show::steps(&x, &x, Default::default())?.save("steps.gif")?;
    /// # Ok(()) }
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        match ending(path).as_str() {
            "gif" => {
                self.figure.text();
                write(path, self.gif()?)
            }
            "svg" | "png" | "html" => self.figure.save(path),
            _ => Err(wrong_ending(".gif, .html, .svg or .png", path)),
        }
    }

    fn gif(&self) -> Result<Vec<u8>> {
        let shown = pictures(self.scene.sliding.geometry.steps());
        let pace = FRAME.min(LONGEST / shown.len());
        let frames = shown.into_iter().map(|step| {
            let step = Step { scene: self.scene.clone(), step };
            drawn(whole_size(&step), 1, |area| draw_whole(&step, area))
        });
        gif(frames, pace)
    }
}

impl Displayed for Steps {
    fn evcxr_display(&self) {
        self.figure.evcxr_display();
    }
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

/// The steps that are in an animation: all, or of a long way every second, third, … and the last.
fn pictures(steps: usize) -> Vec<usize> {
    let every = steps.div_ceil(MAX_PICTURES);
    let mut shown: Vec<usize> = (0..steps - 1).step_by(every).collect();
    shown.push(steps - 1);
    shown
}

#[cfg(test)]
mod tests;
