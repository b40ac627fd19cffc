use super::{Design, TopK, weights};
use crate::display::{displayed_as_text, progress};
use crate::source::{Source, Var, is_offline};
use crate::text::grouped;
use crate::{Error, Result};
use std::fmt;
use std::path::{Path, PathBuf};
use tch::{Device, Kind, Tensor, nn, vision::imagenet};

/// A net of `tch::vision` with its weights; made by [`squeezenet`](super::squeezenet) and its like.
///
/// It is a `ModuleT`: `net.forward_t(&xs, false)` takes `xs` `[n, 3, side, side]`, as [`input`](Self::input) makes them,
/// and gives logits `[n, 1000]`. Its weights are frozen: no gradient is kept for them until `net.vs.unfreeze()`.
#[non_exhaustive]
pub struct Pretrained {
    /// The weights by name: `net.vs.variables()["features.0.weight"]`.
    pub vs: nn::VarStore,
    /// The class that logit 0 stands for, logit 1, and so on.
    pub classes: Vec<String>,
    /// The mean of red, green and blue that the net has learned with, for pixels from 0 to 1.
    pub mean: [f32; 3],
    /// The standard deviation that belongs to [`mean`](Self::mean).
    pub std: [f32; 3],
    /// Where the weights come from, in words.
    pub source: String,
    design: Design,
    net: Box<dyn nn::ModuleT>,
}

/// The net with the weights that are found, or untrained in offline mode.
pub(super) fn find(design: Design) -> Result<Pretrained> {
    find_with(design, &|name| std::env::var_os(name))
}

pub(super) fn find_with(design: Design, var: Var) -> Result<Pretrained> {
    let Design { name, title, .. } = design;
    if is_offline(var) {
        return Ok(build(design, format!("{title}, untrained (offline mode): its answers mean nothing")));
    }
    let what = format!("the weights of {title}");
    let source = Source {
        name,
        title: &what,
        files: &what,
        put: format!("{name}.ot or {name}.safetensors"),
        instead: "look at an untrained net: start with `cargo lab --offline` (or CONVLAB_OFFLINE=1)",
    };
    load(design, &source.find(var, &mut progress(), |folder| file_in(folder, name))?)
}

/// The weights in `folder/weights`, in a folder of the net's name, or in `folder`.
fn file_in(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let folders = [folder.join("weights"), folder.join(name), folder.to_owned()];
    let files = folders
        .iter()
        .flat_map(|folder| ["safetensors", "ot"].map(|end| folder.join(format!("{name}.{end}"))));
    files.into_iter().find(|file| file.is_file()).ok_or_else(|| format!("{name}.ot"))
}

/// The net with the weights in the file at `path`.
pub(super) fn load(design: Design, path: &Path) -> Result<Pretrained> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let net = build(design, format!("{}, weights from {name}", design.title));
    weights::load(&net.vs, path, design.title)?;
    Ok(net)
}

fn build(design: Design, source: String) -> Pretrained {
    let mut vs = nn::VarStore::new(Device::Cpu);
    let net = (design.build)(&vs.root());
    vs.freeze();
    let classes = imagenet::CLASSES.map(str::to_owned).to_vec();
    Pretrained { vs, classes, mean: design.mean, std: design.std, source, design, net }
}

impl Pretrained {
    /// The middle of a picture `[c, h, w]` (`c` 1 or 3, values from 0 to 1) in the net's size and in colour,
    /// `[3, side, side]`, still from 0 to 1: the shorter side is brought to the net's size, as torchvision does.
    ///
    /// # Errors
    /// If the shape is another one, or the values leave 0 to 1.
    pub fn square(&self, picture: &Tensor) -> Result<Tensor> {
        check_picture(picture)?;
        let [resized, side] = self.design.sides;
        let xs = picture.detach().to_kind(Kind::Float).unsqueeze(0); // [1, c, h, w]
        let (h, w) = (picture.size()[1], picture.size()[2]);
        let long = |long: i64, short: i64| resized * long / short;
        let size = if h < w { [resized, long(w, h)] } else { [long(h, w), resized] };
        let xs = xs.internal_upsample_bilinear2d_aa(size, false, None, None);
        let [top, left] = size.map(|whole| half(whole - side));
        Ok(xs.narrow(2, top, side).narrow(3, left, side).expand([1, 3, side, side], false).squeeze_dim(0))
    }

    /// A picture `[c, h, w]` (`c` 1 or 3, values from 0 to 1) as this net wants it: a batch of one `[1, 3, side, side]`.
    ///
    /// It is the [`square`](Self::square) of the picture, and the mean and deviation that the net has learned with are
    /// scaled away, as torchvision does.
    ///
    /// # Errors
    /// If the shape is another one, or the values leave 0 to 1.
    ///
    /// ```no_run
    /// # use convlab::prelude::*;
    /// let xs = models::squeezenet()?.input(&datasets::synthetic_picture())?;
    /// assert_eq!(xs.size(), [1, 3, 224, 224]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn input(&self, picture: &Tensor) -> Result<Tensor> {
        let xs = self.square(picture)?.unsqueeze(0); // [1, 3, side, side]
        let colours = |numbers: [f32; 3]| Tensor::from_slice(&numbers).view([3, 1, 1]);
        Ok(((xs - colours(self.mean)) / colours(self.std)).to_device(self.vs.device()))
    }

    /// The `k` classes with the largest of the `logits` `[1, 1000]` of one picture, and their probabilities.
    ///
    /// # Errors
    /// If the shape is another one, or `k` is not from 1 to 1,000.
    pub fn top_k(&self, logits: &Tensor, k: i64) -> Result<TopK> {
        let all = self.classes.len() as i64;
        if !(1..=all).contains(&k) {
            let expected = format!("a number of classes from 1 to {}", grouped(all));
            return Err(Error::new(expected, grouped(k), "write for instance `net.top_k(&logits, 5)?`"));
        }
        if logits.size() != [1, all] || !logits.is_floating_point() {
            let expected = format!("the logits of one picture, shape [1, {all}]");
            let found = format!("a tensor of shape {:?} and kind {:?}", logits.size(), logits.kind());
            return Err(Error::new(expected, found, "pass `net.forward_t(&xs, false)` for a batch of one"));
        }
        Ok(TopK::new(&logits.detach().squeeze_dim(0), k, &self.classes, &self.source))
    }
}

impl nn::ModuleT for Pretrained {
    fn forward_t(&self, xs: &Tensor, train: bool) -> Tensor {
        self.net.forward_t(xs, train)
    }
}

impl fmt::Display for Pretrained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count: usize = self.vs.trainable_variables().iter().map(Tensor::numel).sum();
        let side = self.design.sides[1];
        writeln!(f, "{}", self.source)?;
        write!(
            f,
            "{} parameters; takes [n, 3, {side}, {side}], gives logits [n, {}]",
            grouped(count as i64),
            self.classes.len()
        )
    }
}

displayed_as_text!(Pretrained);

/// Half of `pixels` as torchvision rounds it: to the even one of two whole numbers that are equally near.
fn half(pixels: i64) -> i64 {
    let below = pixels / 2;
    below + pixels % 2 * (below % 2)
}

fn check_picture(picture: &Tensor) -> Result<()> {
    let expected = "a picture of shape [c, h, w] with 1 or 3 channels and values from 0 to 1";
    let size = picture.size();
    if !(matches!(size.as_slice(), [1 | 3, h, w] if *h > 0 && *w > 0) && picture.is_floating_point()) {
        let found = format!("a tensor of shape {size:?} and kind {:?}", picture.kind());
        let remedy = "pass what `datasets::image` gives; `x.unsqueeze(0)` makes [1, h, w] of a grey [h, w]";
        return Err(Error::new(expected, found, remedy));
    }
    let [low, high] = [picture.min(), picture.max()].map(|value| value.double_value(&[]));
    if low < -1e-3 || high > 1.001 || low.is_nan() {
        let found = format!("values from {low:.3} to {high:.3}");
        return Err(Error::new(expected, found, "do not scale it: the net's `input` does that"));
    }
    Ok(())
}
