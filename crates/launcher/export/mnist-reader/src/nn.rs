//! Layers under the names that tch gives them; they take their weights from a file instead of drawing them at random.

use crate::Tensor;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Div;
use std::panic::{self, AssertUnwindSafe};

/// What was learned, by name.
pub struct VarStore {
    learned: BTreeMap<String, Tensor>,
}

impl VarStore {
    /// Reads the weights in the bytes of a safetensors file.
    ///
    /// # Errors
    /// If they are no such file, or hold other numbers than `f32`.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| format!("The weights cannot be read: {error}."))?;
        let mut learned = BTreeMap::new();
        for (name, view) in file.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(format!("`{name}` should hold f32 and holds {:?}.", view.dtype()));
            }
            let shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
            let values = view
                .data()
                .chunks_exact(4)
                .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            learned.insert(name, Tensor::new(&shape, values.collect()));
        }
        Ok(Self { learned })
    }

    /// Where the names of layers begin.
    pub fn root(&self) -> Path<'_> {
        Path { store: self, name: String::new() }
    }

    /// What was learned under a name.
    ///
    /// # Errors
    /// If there is nothing.
    pub fn take(&self, name: &str) -> Result<Tensor, String> {
        let all = || self.learned.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        self.learned
            .get(name)
            .cloned()
            .ok_or_else(|| format!("The weights have no `{name}`, only {}.", all()))
    }
}

/// What to do where the code in `network.rs` is not the one that was trained.
const AGAIN: &str = "The network's code was changed after its training: in the notebook, train it as it is now, run the \
                     last section, save, and export it again.";

/// Builds a network; what its layers object to becomes a sentence.
///
/// # Errors
/// If a layer finds no weights of its shape.
pub fn built<T>(network: impl FnOnce() -> T) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let built = panic::catch_unwind(AssertUnwindSafe(network));
    panic::set_hook(hook);
    built.map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        text.or(payload.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    })
}

/// The name of a layer: `vs.root() / "conv1"`.
#[derive(Clone)]
pub struct Path<'a> {
    store: &'a VarStore,
    name: String,
}

impl<'a, S: ToString> Div<S> for Path<'a> {
    type Output = Path<'a>;
    fn div(self, name: S) -> Path<'a> {
        &self / name
    }
}

impl<'a, S: ToString> Div<S> for &Path<'a> {
    type Output = Path<'a>;
    fn div(self, name: S) -> Path<'a> {
        Path { store: self.store, name: self.full(&name.to_string()) }
    }
}

impl Path<'_> {
    fn full(&self, name: &str) -> String {
        if self.name.is_empty() { name.to_owned() } else { format!("{}.{name}", self.name) }
    }

    fn learned(&self, name: &str, shape: &[i64]) -> Tensor {
        let name = self.full(name);
        match self.store.take(&name) {
            Ok(found) if found.size() == shape => found,
            Ok(found) => {
                panic!(
                    "`{name}` should have shape {shape:?}, as network.rs says, and has {:?}. {AGAIN}",
                    found.size()
                )
            }
            Err(sentence) => panic!("{sentence} {AGAIN}"),
        }
    }
}

/// What maps tensors to tensors.
pub trait Module {
    fn forward(&self, xs: &Tensor) -> Tensor;
}

/// How weights are first drawn; of no use here, since they are learned already.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    Const(f64),
    Randn { mean: f64, stdev: f64 },
    Uniform { lo: f64, up: f64 },
}

pub mod init {
    pub const DEFAULT_KAIMING_UNIFORM: super::Init = super::Init::Const(0.0);
}

#[derive(Debug, Clone, Copy)]
pub struct ConvConfig {
    pub stride: i64,
    pub padding: i64,
    pub bias: bool,
    pub ws_init: Init,
    pub bs_init: Init,
}

impl Default for ConvConfig {
    fn default() -> Self {
        Self { stride: 1, padding: 0, bias: true, ws_init: Init::Const(0.0), bs_init: Init::Const(0.0) }
    }
}

pub struct Conv2D {
    ws: Tensor,
    bs: Option<Tensor>,
    config: ConvConfig,
}

pub fn conv2d<'a>(
    vs: impl Borrow<Path<'a>>,
    channels: i64,
    filters: i64,
    kernel: i64,
    config: ConvConfig,
) -> Conv2D {
    let vs = vs.borrow();
    let ws = vs.learned("weight", &[filters, channels, kernel, kernel]);
    Conv2D { ws, bs: config.bias.then(|| vs.learned("bias", &[filters])), config }
}

impl Module for Conv2D {
    fn forward(&self, xs: &Tensor) -> Tensor {
        xs.conv2d(&self.ws, self.bs.as_ref(), self.config.stride, self.config.padding)
    }
}

#[derive(Debug, Clone, Copy)]
pub struct LinearConfig {
    pub ws_init: Init,
    pub bs_init: Option<Init>,
    pub bias: bool,
}

impl Default for LinearConfig {
    fn default() -> Self {
        Self { ws_init: Init::Const(0.0), bs_init: None, bias: true }
    }
}

pub struct Linear {
    ws: Tensor,
    bs: Option<Tensor>,
}

pub fn linear<'a>(vs: impl Borrow<Path<'a>>, inputs: i64, outputs: i64, config: LinearConfig) -> Linear {
    let vs = vs.borrow();
    let ws = vs.learned("weight", &[outputs, inputs]);
    Linear { ws, bs: config.bias.then(|| vs.learned("bias", &[outputs])) }
}

impl Module for Linear {
    fn forward(&self, xs: &Tensor) -> Tensor {
        xs.linear(&self.ws, self.bs.as_ref())
    }
}

struct Func<F>(F);

impl<F: Fn(&Tensor) -> Tensor> Module for Func<F> {
    fn forward(&self, xs: &Tensor) -> Tensor {
        (self.0)(xs)
    }
}

/// Layers one after the other.
#[derive(Default)]
pub struct Sequential(Vec<Box<dyn Module>>);

pub fn seq() -> Sequential {
    Sequential::default()
}

impl Sequential {
    #[allow(clippy::should_implement_trait, reason = "tch's name")]
    pub fn add(mut self, layer: impl Module + 'static) -> Self {
        self.0.push(Box::new(layer));
        self
    }

    pub fn add_fn(self, function: impl Fn(&Tensor) -> Tensor + 'static) -> Self {
        self.add(Func(function))
    }
}

impl Module for Sequential {
    fn forward(&self, xs: &Tensor) -> Tensor {
        self.0.iter().fold(xs.clone(), |xs, layer| layer.forward(&xs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_do_not_fit_the_code_are_named_and_training_again_is_advised() {
        let bias = Tensor::new(&[2], vec![0.0; 2]);
        let store = VarStore { learned: BTreeMap::from([("head.weight".to_owned(), bias)]) };
        for (name, what) in [("head", "should have shape [10, 4]"), ("other", "have no `other.weight`")] {
            let found = built(|| linear(store.root() / name, 4, 10, LinearConfig::default()));
            let sentence = found.err().unwrap();
            assert!(sentence.contains(what) && sentence.contains("train it as it is now"), "{sentence}");
        }
    }
}
