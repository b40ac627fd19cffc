use super::super::cases::{close, random};
use super::super::{Answer, Verdict, exercise::Exercise};
use tch::nn::{self, ModuleT};
use tch::{Device, Kind, Tensor};

pub(super) const FOOLED: Exercise = Exercise {
    name: "fooled",
    lab: "09",
    hints: &[
        "`let x = x.detach().copy().set_requires_grad(true);` makes a copy whose gradient is recorded; the loss is `net.forward_t(&x, false).cross_entropy_for_logits(labels)`",
        "`Tensor::run_backward(&[&loss], &[&x], false, false).remove(0)` says how the loss changes with each pixel; `.sign()` is -1, 0 or 1",
        "`(&x + gradient.sign() * size).clamp(0., 1.)`, and `.detach()` at the end",
    ],
};

/// Judges a function of a network, images [n, c, h, w], their labels [n] and a size: the images, each pixel moved by
/// that size so that the loss grows, and kept from 0 to 1.
pub fn fooled(yours: impl Fn(&dyn ModuleT, &Tensor, &Tensor, f64) -> Tensor) -> Answer {
    FOOLED.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let weight = vs.root().var_copy("weight", &random(&[12, 3], 3));
        let net = nn::func_t(move |xs, train| {
            if train { xs.flatten(1, -1).matmul(&weight) * -1 } else { xs.flatten(1, -1).matmul(&weight) }
        });
        let labels = Tensor::from_slice(&[0i64, 2, 1, 1]);
        for (scale, size) in [(0.3, 0.1), (0.5, 0.25)] {
            // The second images have pixels at both ends.
            let x = random(&[4, 3, 2, 2], 5) * scale + 0.5;
            let before = x.copy();
            let found = yours(&net, &x, &labels, size);
            if x.requires_grad() {
                return Verdict::wrong(
                    "the images that you were given record gradients from now on: work on a copy, `x.copy()`",
                );
            }
            if !close(&x, &before) {
                return Verdict::wrong("the images that you were given have changed: work on a copy");
            }
            if let Some(because) = mistake(&net, &x, &labels, size, &found) {
                return Verdict::wrong(because);
            }
        }
        Verdict::right("Every pixel moves only a little, each in the direction that hurts.")
    })
}

/// How the loss changes with each pixel.
fn slope(net: &dyn ModuleT, x: &Tensor, labels: &Tensor, train: bool) -> Tensor {
    let x = x.detach().copy().set_requires_grad(true);
    let loss = net.forward_t(&x, train).cross_entropy_for_logits(labels);
    Tensor::run_backward(&[&loss], &[&x], false, false).remove(0)
}

fn mistake(net: &dyn ModuleT, x: &Tensor, labels: &Tensor, size: f64, found: &Tensor) -> Option<String> {
    let gradient = slope(net, x, labels, false);
    let free = x + gradient.sign() * size;
    let right = free.clamp(0.0, 1.0);
    let is = |other: &Tensor| close(found, other);
    if is(&right) {
        return None;
    }
    Some(if found.size() != x.size() {
        format!("yours has shape {:?}; the images' is {:?}", found.size(), x.size())
    } else if is(x) {
        "nothing has changed".into()
    } else if is(&free) {
        "some pixels are below 0 or above 1: no picture has those; use `.clamp(0., 1.)`".into()
    } else if is(&(x - gradient.sign() * size).clamp(0.0, 1.0)) {
        "you go downhill: the images get easier; the loss should grow".into()
    } else if is(&(x + &gradient * size).clamp(0.0, 1.0)) {
        "the gradient itself is added; only its sign is wanted, so that each pixel moves as far as it may"
            .into()
    } else if is(&(gradient.sign() * size)) || is(&(gradient.sign() * size).clamp(0.0, 1.0)) {
        "this is the change alone; add it to the images".into()
    } else if is(&(x + slope(net, x, labels, true).sign() * size).clamp(0.0, 1.0)) {
        "the network believes that it is training: pass `false` to `forward_t`".into()
    } else if (found - x).abs().max().double_value(&[]) > size + 1e-4 {
        let most = (found - x).abs().max().double_value(&[]);
        format!("a pixel has moved by {most:.3}, and {size} is allowed")
    } else {
        let wrong = (found - &right).abs().gt(1e-4).sum(Kind::Int64).int64_value(&[]);
        format!("{wrong} of {} pixels are not where they should be", x.numel())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pixel_moves_by_the_sign_of_its_gradient_and_stays_a_pixel() {
        FOOLED.prove::<fn(&dyn ModuleT, &Tensor, &Tensor, f64) -> Tensor>(
            fooled,
            |_, _, _, _| todo!(),
            |_, x, _, _| x.get(1000),
            &[
                |net, x, labels, size| (x + slope(net, x, labels, false).sign() * size).clamp(0.0, 1.0),
                |net, x, labels, size| {
                    let x = x.copy().set_requires_grad(true);
                    net.forward_t(&x, false).cross_entropy_for_logits(labels).backward();
                    tch::no_grad(|| (&x + x.grad().sign() * size).clamp(0.0, 1.0))
                },
            ],
            &[
                (|_, x, _, _| x.shallow_clone(), "nothing has changed"),
                (
                    |net, x, labels, size| {
                        let x = x.set_requires_grad(true);
                        net.forward_t(&x, false).cross_entropy_for_logits(labels).backward();
                        tch::no_grad(|| (&x + x.grad().sign() * size).clamp(0.0, 1.0))
                    },
                    "record gradients from now on",
                ),
                (|net, x, labels, size| x + slope(net, x, labels, false).sign() * size, "below 0 or above 1"),
                (
                    |net, x, labels, size| (x - slope(net, x, labels, false).sign() * size).clamp(0.0, 1.0),
                    "downhill",
                ),
                (
                    |net, x, labels, size| (x + slope(net, x, labels, false) * size).clamp(0.0, 1.0),
                    "only its sign",
                ),
                (|net, x, labels, size| slope(net, x, labels, false).sign() * size, "the change alone"),
                (
                    |net, x, labels, size| (x + slope(net, x, labels, true).sign() * size).clamp(0.0, 1.0),
                    "`false` to `forward_t`",
                ),
                (
                    |net, x, labels, size| {
                        (x + slope(net, x, labels, false).sign() * size * 2).clamp(0.0, 1.0)
                    },
                    "is allowed",
                ),
                (
                    |net, x, labels, size| {
                        (x + slope(net, x, labels, false).sign() * size).clamp(0.0, 1.0).narrow(0, 0, 1)
                    },
                    "the images' is",
                ),
                (
                    |net, x, labels, size| {
                        (x + slope(net, x, labels, false).sign().abs() * size).clamp(0.0, 1.0)
                    },
                    "not where they should be",
                ),
                (
                    |net, x, labels, size| {
                        let changed = (x + slope(net, x, labels, false).sign() * size).clamp(0.0, 1.0);
                        x.shallow_clone().copy_(&changed);
                        changed
                    },
                    "work on a copy",
                ),
            ],
        );
    }
}
