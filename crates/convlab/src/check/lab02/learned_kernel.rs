use crate::check::cases::{random, rendered};
use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub const LEARNED_KERNEL: Exercise = Exercise {
    name: "learned_kernel",
    lab: "02",
    hints: &[
        "`let vs = nn::VarStore::new(Device::Cpu);` and `let conv = nn::conv2d(vs.root(), 1, 1, 3, nn::ConvConfig { bias: false, ..Default::default() });`",
        "`let mut opt = nn::Adam::default().build(&vs, 0.05).unwrap();` before the loop `for _ in 0..500 { … }`",
        "in the loop: `let loss = (conv.forward(images) - maps).square().mean(Kind::Float);`, then `opt.backward_step(&loss);`",
        "after the loop: `conv.ws.i((0, 0)).detach()`",
    ],
};

/// How far a weight may be from the one that made the maps.
const TOLERANCE: f64 = 0.01;

/// Judges a function that finds the kernel [3, 3] which made `maps` [n, 1, H-2, W-2] of `images` [n, 1, H, W].
pub fn learned_kernel(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    LEARNED_KERNEL.judge(|| {
        // A kernel of which no two weights are alike, and one at random.
        let kernels =
            [Tensor::from_slice2(&[[0.5f32, -1., 2.], [1.5, 0., -2.], [1., -0.5, 0.25]]), random(&[3, 3], 5)];
        let wrong = kernels.iter().zip(1..).find_map(|(secret, seed)| {
            let images = random(&[8, 1, 9, 10], seed);
            let maps = correlate(&images, secret);
            calling_with(format!("images {:?} and maps {:?}", images.size(), maps.size()));
            mistake(secret, &yours(&images, &maps))
        });
        wrong.map_or_else(
            || Verdict::right("Nobody wrote that kernel down. A layer learns its filters in just this way."),
            Verdict::wrong,
        )
    })
}

fn correlate(images: &Tensor, k: &Tensor) -> Tensor {
    images.conv2d(&k.view([1, 1, 3, 3]), None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1)
}

fn mistake(secret: &Tensor, found: &Tensor) -> Option<String> {
    if found.size() != [3, 3] {
        return Some(format!(
            "your kernel has shape {:?} and should have [3, 3]: `conv.ws.i((0, 0))` is the only kernel of the only filter",
            found.size()
        ));
    }
    let distance = |other: &Tensor| (found - other).abs().max().double_value(&[]);
    let far = distance(secret);
    if far <= TOLERANCE {
        return None;
    }
    let why = if !far.is_finite() {
        "the weights are not numbers any more (NaN): the steps are too large"
    } else if distance(&secret.flip([0, 1])) <= TOLERANCE {
        "your kernel is flipped; a layer of a CNN does not flip it"
    } else if distance(&-secret) <= TOLERANCE {
        "all signs are turned: compare the layer's maps with `maps` themselves"
    } else if far < 0.25 {
        "it is on its way: take more steps, give the layer no bias (`bias: false`), and step against the gradient of the mean of the squared differences"
    } else {
        "did it learn? In each step the loss is `(conv.forward(images) - maps).square().mean(Kind::Float)`, and `opt.backward_step(&loss)` moves the weights"
    };
    let [secret, found] = [secret, found].map(rendered);
    Some(format!("the maps were made with\n{secret}\nand yours is\n{found}\n{why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn::{self, Module, OptimizerConfig};
    use tch::{Device, IndexOp, Kind};

    fn learn(images: &Tensor, maps: &Tensor, steps: i64, rate: f64) -> Tensor {
        let vs = nn::VarStore::new(Device::Cpu);
        let config = nn::ConvConfig { bias: false, ws_init: nn::Init::Const(0.0), ..Default::default() };
        let conv = nn::conv2d(vs.root(), 1, 1, 3, config);
        let mut opt = nn::Adam::default().build(&vs, rate).unwrap();
        for _ in 0..steps {
            let loss = (conv.forward(images) - maps).square().mean(Kind::Float);
            opt.backward_step(&loss);
        }
        conv.ws.i((0, 0)).detach()
    }

    /// The kernel by least squares, with no step at all.
    fn solved(images: &Tensor, maps: &Tensor) -> Tensor {
        let patches = images.im2col([3, 3], [1, 1], [0, 0], [1, 1]); // [n, 9, positions]
        let rows = patches.transpose(1, 2).reshape([-1, 9]);
        rows.pinverse(1e-6).matmul(&maps.reshape([-1, 1])).view([3, 3])
    }

    #[test]
    fn any_way_to_find_the_kernel_passes() {
        LEARNED_KERNEL.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            learned_kernel,
            |_, _| todo!(),
            |images, _| images.get(99),
            &[|images, maps| learn(images, maps, 500, 0.05), solved],
            &[
                (|images, maps| solved(images, maps).unsqueeze(0), "the only kernel"),
                (|images, maps| solved(images, maps).flip([0, 1]), "is flipped"),
                (|images, maps| -solved(images, maps), "all signs are turned"),
                (|images, maps| solved(images, maps) + 0.05, "on its way"),
                (|images, maps| learn(images, maps, 5, 0.05), "did it learn"),
                (|images, maps| solved(images, maps) * f64::NAN, "not numbers any more"),
            ],
        );
    }
}
