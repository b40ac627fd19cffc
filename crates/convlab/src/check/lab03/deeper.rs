use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{self, Module};
use tch::{Device, Kind, Tensor};

pub const DEEPER: Exercise = Exercise {
    name: "deeper",
    lab: "03",
    hints: &[
        "start from the body of `classifier` and add a convolution and a ReLU behind the second",
        "let each layer take as many channels as the one before it makes; `padding: 1` keeps the size with a kernel of 3",
        "`show::summary(&vs, &deeper(&vs), &[1, 1, 28, 28])?` with a new `vs` tells how many numbers the linear layer takes",
    ],
};

/// Judges a function that builds a network of at least three convolutions, with activations, from [n, 1, 28, 28] to
/// scores [n, 10].
pub fn deeper(yours: impl Fn(&nn::VarStore) -> nn::Sequential) -> Answer {
    DEEPER.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let net = yours(&vs);
        let xs = random(&[3, 1, 28, 28], 1);
        let scores = net.forward(&xs);
        if scores.size() != [3, 10] {
            return Verdict::wrong(format!(
                "for three images it gives {:?}, and ten scores for each are [3, 10]",
                scores.size()
            ));
        }
        let variables = vs.trainable_variables();
        let convolutions = variables.iter().filter(|variable| variable.dim() == 4).count();
        if convolutions < 3 {
            return Verdict::wrong(format!(
                "it has {convolutions} convolutions in `vs`, and at least three are wanted"
            ));
        }
        scores.square().sum(Kind::Float).backward();
        if let Some(idle) = variables.iter().find(|variable| !variable.grad().defined()) {
            return Verdict::wrong(format!(
                "a weight of shape {:?} is in `vs`, but nothing that comes out depends on it",
                idle.size()
            ));
        }
        let sums = scores.sum_dim_intlist([1i64].as_slice(), false, Kind::Float);
        if close(&sums, &sums.ones_like()) {
            return Verdict::wrong(
                "it ends with a soft-max, and the loss has one inside: give it the scores as they are",
            );
        }
        if is_linear(&net) {
            return Verdict::wrong(
                "there is no activation in it, so that all its layers together are one linear function",
            );
        }
        Verdict::right(format!("{convolutions} convolutions. Train it and see whether that pays."))
    })
}

/// Whether the network of a sum is the sum of the networks, up to its biases.
fn is_linear(net: &nn::Sequential) -> bool {
    let [a, b] = [2, 3].map(|seed| random(&[1, 1, 28, 28], seed));
    let of = |xs: &Tensor| tch::no_grad(|| net.forward(xs));
    close(&(of(&a) + of(&b)), &(of(&(&a + &b)) + of(&a.zeros_like())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three convolutions with what comes after each, and at the end.
    fn three(vs: &nn::VarStore, after: fn(&Tensor) -> Tensor, last: fn(&Tensor) -> Tensor) -> nn::Sequential {
        let conv = |inputs| nn::conv2d(vs.root(), inputs, 4, 3, Default::default());
        nn::seq()
            .add(conv(1))
            .add_fn(after)
            .add(conv(4))
            .add_fn(after)
            .add(conv(4)) // [n, 4, 22, 22]
            .add_fn(after)
            .add_fn(|xs| xs.flat_view())
            .add(nn::linear(vs.root(), 4 * 22 * 22, 10, Default::default()))
            .add_fn(last)
    }

    #[test]
    fn a_deeper_network_has_three_convolutions_with_activations_and_gives_scores() {
        DEEPER.prove::<fn(&nn::VarStore) -> nn::Sequential>(
            deeper,
            |_| todo!(),
            |vs| nn::seq().add(nn::linear(vs.root(), 100, 10, Default::default())),
            &[
                |vs| three(vs, |xs| xs.relu(), |xs| xs.shallow_clone()),
                |vs| three(vs, |xs| xs.tanh(), |xs| xs.log_softmax(-1, Kind::Float)),
            ],
            &[
                (|vs| three(vs, |xs| xs.shallow_clone(), |xs| xs.shallow_clone()), "no activation in it"),
                (|vs| three(vs, |xs| xs.relu(), |xs| xs.softmax(-1, Kind::Float)), "ends with a soft-max"),
                (|vs| three(vs, |xs| xs.relu(), |xs| xs.narrow(1, 0, 9)), "[3, 9]"),
                (
                    |vs| {
                        let flat = nn::seq().add_fn(|xs| xs.flat_view().relu());
                        flat.add(nn::linear(vs.root(), 784, 10, Default::default()))
                    },
                    "it has 0 convolutions",
                ),
                (
                    |vs| {
                        let _idle = nn::conv2d(vs.root(), 2, 5, 3, Default::default());
                        three(vs, |xs| xs.relu(), |xs| xs.shallow_clone())
                    },
                    "nothing that comes out depends on it",
                ),
            ],
        );
    }
}
