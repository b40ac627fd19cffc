//! What a training does to the three weights of the check's network, done right and with each of the usual mistakes.

use crate::check::recorder::Recorder;
use tch::nn::{self, Init, Optimizer, OptimizerConfig, VarStore};
use tch::{Device, Kind, Tensor};

/// The images of an epoch's two batches.
pub const SIZES: [i64; 2] = [256, 44];

#[derive(Clone, Copy, PartialEq)]
pub enum Variant {
    Right,
    KeepsGradients,
    SoftMaxTwice,
    Binary,
    Sgd,
    NewOptimizer,
}

/// What is seen of a training.
pub struct Course {
    /// The weights [3, 1] after it.
    pub weights: Tensor,
    /// The losses of each epoch's batches.
    pub losses: Vec<[f64; 2]>,
    /// On all images, after each epoch.
    pub accuracies: Vec<f64>,
}

/// How far class 1 lies behind at first: the second step, the last of the first epoch, brings it to the front.
pub fn margin(lr: f64) -> f64 {
    3.0 * lr
}

/// The training of so many epochs at this learning rate.
pub fn course(variant: Variant, lr: f64, epochs: i64) -> Course {
    run(variant, margin(lr), lr, epochs)
}

/// The weights after a training at the learning rate `used`, begun as for `lr`.
pub fn course_from(lr: f64, used: f64, epochs: i64) -> Tensor {
    run(Variant::Right, margin(lr), used, epochs).weights
}

fn optimizer(variant: Variant, vs: &VarStore, lr: f64) -> Option<Optimizer> {
    match variant {
        Variant::Sgd => nn::Sgd::default().build(vs, lr).ok(),
        _ => nn::Adam::default().build(vs, lr).ok(),
    }
}

fn run(variant: Variant, margin: f64, lr: f64, epochs: i64) -> Course {
    let vs = VarStore::new(Device::Cpu);
    let mut ws = vs.root().var("weight", &[3, 1], Init::Const(0.0));
    tch::no_grad(|| ws.copy_(&Recorder::start(margin)));
    let mut opt = optimizer(variant, &vs, lr);
    let (mut losses, mut accuracies) = (Vec::new(), Vec::new());
    for _ in 0..epochs {
        if variant == Variant::NewOptimizer {
            opt = optimizer(variant, &vs, lr);
        }
        losses.push(SIZES.map(|n| {
            let loss = loss(variant, &ws.tr().expand([n, 3], false));
            if let Some(opt) = &mut opt {
                if variant != Variant::KeepsGradients {
                    opt.zero_grad();
                }
                loss.backward();
                opt.step();
            }
            loss.double_value(&[])
        }));
        accuracies.push(if ws.view([-1]).argmax(0, false).int64_value(&[]) == 1 { 1.0 } else { 0.0 });
    }
    Course { weights: ws.detach().copy(), losses, accuracies }
}

/// The mean loss of logits [n, 3], all of class 1.
fn loss(variant: Variant, logits: &Tensor) -> Tensor {
    let labels = Tensor::ones([logits.size()[0]], (Kind::Int64, Device::Cpu));
    match variant {
        Variant::SoftMaxTwice => logits.softmax(-1, Kind::Float).cross_entropy_for_logits(&labels),
        Variant::Binary => logits.binary_cross_entropy_with_logits::<Tensor>(
            &labels.one_hot(3).to_kind(Kind::Float),
            None,
            None,
            tch::Reduction::Mean,
        ),
        _ => logits.cross_entropy_for_logits(&labels),
    }
}
