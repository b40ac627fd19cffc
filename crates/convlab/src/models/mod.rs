//! Nets of `tch::vision` that have learned from the million photos of ImageNet, with the names of its 1,000 classes.
//!
//! ```no_run
//! # use convlab::prelude::*;
//! let net = models::squeezenet()?;
//! let xs = net.input(&datasets::image("photos/coffee.png")?)?; // [1, 3, 224, 224]
//! let logits = net.forward_t(&xs, false); // [1, 1000]
//! show::top_k(&net.top_k(&logits, 5)?)?;
//! # Ok::<(), Error>(())
//! ```
//!
//! The weights are those that tch's authors publish, or a file of your own: `.ot`, as tch saves it, or `.safetensors`,
//! with the tensors named as in torchvision. They are looked for in the folder that `CONVLAB_DATA` names (or `weights`
//! in it) and in the cache, and are downloaded into the cache. With `CONVLAB_OFFLINE=1`, as `cargo lab --offline` sets
//! it, a net is untrained, and all that is shown of it says so.

mod pretrained;
#[cfg(test)]
mod tests;
mod top;
mod weights;

pub use pretrained::Pretrained;
pub use top::TopK;

use crate::Result;
use std::path::Path;
use tch::nn;
use tch::vision::{inception, resnet, squeezenet as squeeze};

/// A kind of net: what it is called, how it is built, and what it wants to be fed.
#[derive(Clone, Copy)]
struct Design {
    /// What its file and the download program call it.
    name: &'static str,
    title: &'static str,
    build: fn(&nn::Path) -> Box<dyn nn::ModuleT>,
    /// The shorter side that a picture is brought to, and the side of the square that is cut out of its middle.
    sides: [i64; 2],
    /// Mean and standard deviation of red, green and blue that are scaled away.
    mean: [f32; 3],
    std: [f32; 3],
}

const CLASSES: i64 = tch::vision::imagenet::CLASS_COUNT;

/// torchvision's net takes pictures in the scale of all others and changes that itself (`transform_input`); tch's does
/// not, so the scale is here the one that the net has learned with.
const INCEPTION: Design = Design {
    name: "inception-v3",
    title: "Inception v3",
    build: |p| Box::new(inception::v3(p, CLASSES)),
    sides: [299, 299],
    mean: [0.5; 3],
    std: [0.5; 3],
};

const SQUEEZENET: Design = Design {
    name: "squeezenet1_0",
    title: "SqueezeNet",
    build: |p| Box::new(squeeze::v1_0(p, CLASSES)),
    sides: [256, 224],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
};

const RESNET: Design = Design {
    name: "resnet18",
    title: "ResNet-18",
    build: |p| Box::new(resnet::resnet18(p, CLASSES)),
    ..SQUEEZENET
};

/// Inception v3 (C. Szegedy and others, 2015): 24 million parameters, takes `[n, 3, 299, 299]`.
///
/// # Errors
/// If there are no weights, here or in the network, or they are not this net's; the text names the ways out.
pub fn inception_v3() -> Result<Pretrained> {
    pretrained::find(INCEPTION)
}

/// [`inception_v3`] with the weights of a file, `.ot` or `.safetensors`; what torchvision's file holds for training
/// only (`AuxLogits`) is left out.
///
/// # Errors
/// If the file cannot be read, or lacks a tensor, or has one of another shape or one that is not the net's.
pub fn inception_v3_from(path: impl AsRef<Path>) -> Result<Pretrained> {
    pretrained::load(INCEPTION, path.as_ref())
}

/// SqueezeNet 1.0 (F. Iandola and others, 2016): 1.2 million parameters, takes `[n, 3, 224, 224]`.
///
/// # Errors
/// If there are no weights, here or in the network, or they are not this net's; the text names the ways out.
pub fn squeezenet() -> Result<Pretrained> {
    pretrained::find(SQUEEZENET)
}

/// [`squeezenet`] with the weights of a file, `.ot` or `.safetensors`.
///
/// # Errors
/// If the file cannot be read, or lacks a tensor, or has one of another shape or one that is not the net's.
pub fn squeezenet_from(path: impl AsRef<Path>) -> Result<Pretrained> {
    pretrained::load(SQUEEZENET, path.as_ref())
}

/// ResNet-18 (K. He and others, 2015): 11.7 million parameters, takes `[n, 3, 224, 224]`.
///
/// # Errors
/// If there are no weights, here or in the network, or they are not this net's; the text names the ways out.
pub fn resnet18() -> Result<Pretrained> {
    pretrained::find(RESNET)
}

/// [`resnet18`] with the weights of a file, `.ot` or `.safetensors`.
///
/// # Errors
/// If the file cannot be read, or lacks a tensor, or has one of another shape or one that is not the net's.
pub fn resnet18_from(path: impl AsRef<Path>) -> Result<Pretrained> {
    pretrained::load(RESNET, path.as_ref())
}
