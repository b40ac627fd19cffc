use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{self, Module};
use tch::{Device, Tensor};

pub const ACTIVATED: Exercise = Exercise {
    name: "activated",
    lab: "05",
    hints: &[
        "`activated` builds the layers as `first_net` does, and ends with `Activated { c1, c2, fc }`",
        "`forward` is that of `FirstNet`, with `.relu()` after each of the two convolutions: `self.c1.forward(xs).relu()`",
        "nothing comes after the linear layer: its scores may be negative",
    ],
};

/// Judges a function that builds the lab's network, with a ReLU after each convolution.
///
/// The learner's network is a struct of the notebook: all that is known of it here is that it is a `Module`.
pub fn activated<N: Module>(yours: impl Fn(&nn::VarStore) -> N) -> Answer {
    ACTIVATED.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let net = yours(&vs);
        let Some(parts) = Parts::of(&vs) else {
            let shapes: Vec<_> = vs.trainable_variables().iter().map(Tensor::size).collect();
            return Verdict::wrong(format!(
                "its weights are not those of `FirstNet`, [16, 1, 5, 5], [32, 16, 5, 5] and [10, 12800], each with a bias: {shapes:?}"
            ));
        };
        let found = tch::no_grad(|| net.forward(&random(&[2, 1, 28, 28], 1)));
        let is = |relus: [bool; 3]| close(&found, &tch::no_grad(|| parts.forward(relus)));
        if is([true, true, false]) {
            return Verdict::right("Two functions without a single weight. See what they do.");
        }
        Verdict::wrong(if is([false; 3]) {
            "there is no activation in it yet, so it is still one linear function".to_owned()
        } else if is([true, false, false]) {
            "the second convolution has no activation".to_owned()
        } else if is([false, true, false]) {
            "the first convolution has no activation: what comes before the other ReLU is still one linear function".to_owned()
        } else if is([true; 3]) || is([false, false, true]) {
            "the scores go through a ReLU: a network that may not say *less than nothing* about a digit learns badly".to_owned()
        } else {
            format!("for two images its output, of shape {:?}, is not that of convolution, ReLU, convolution, ReLU, linear layer", found.size())
        })
    })
}

/// The weights and biases of the lab's first network.
struct Parts([Tensor; 6]);

impl Parts {
    /// Finds them by their shapes; none if there are others.
    fn of(vs: &nn::VarStore) -> Option<Self> {
        let variables = vs.trainable_variables();
        let shapes: [&[i64]; 6] = [&[16, 1, 5, 5], &[16], &[32, 16, 5, 5], &[32], &[10, 12_800], &[10]];
        let of = |shape: &[i64]| {
            variables.iter().find(|variable| variable.size() == shape).map(Tensor::shallow_clone)
        };
        let parts: Option<Vec<_>> = shapes.into_iter().map(of).collect();
        (variables.len() == 6).then_some(Self(parts?.try_into().ok()?))
    }

    /// What comes out for the two random images, with a ReLU after the layers that are chosen.
    fn forward(&self, relus: [bool; 3]) -> Tensor {
        let [c1, b1, c2, b2, fc, b] = &self.0;
        let then = |xs: Tensor, relu: bool| if relu { xs.relu() } else { xs };
        let conv = |xs: &Tensor, ws, bias| xs.conv2d(ws, Some(bias), [1, 1], [0, 0], [1, 1], 1);
        let xs = then(conv(&random(&[2, 1, 28, 28], 1), c1, b1), relus[0]); // [2, 16, 24, 24]
        let xs = then(conv(&xs, c2, b2), relus[1]); // [2, 32, 20, 20]
        then(xs.flatten(1, -1).linear(fc, Some(b)), relus[2]) // [2, 10]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lab's first network with what comes after its convolutions and at its end.
    fn network(vs: &nn::VarStore, after: [fn(&Tensor) -> Tensor; 3]) -> nn::Sequential {
        let [first, second, last] = after;
        nn::seq()
            .add(nn::conv2d(vs.root() / "c1", 1, 16, 5, Default::default()))
            .add_fn(first)
            .add(nn::conv2d(vs.root() / "c2", 16, 32, 5, Default::default()))
            .add_fn(second)
            .add_fn(|xs| xs.flat_view())
            .add(nn::linear(vs.root() / "fc", 12_800, 10, Default::default()))
            .add_fn(last)
    }

    #[test]
    fn activations_are_wanted_after_both_convolutions_and_nowhere_else() {
        ACTIVATED.prove::<fn(&nn::VarStore) -> nn::Sequential>(
            activated,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                |vs| network(vs, [|xs| xs.relu(), |xs| xs.relu(), |xs| xs.shallow_clone()]),
                |vs| network(vs, [|xs| xs.clamp_min(0), |xs| xs.clamp_min(0), |xs| xs.shallow_clone()]),
            ],
            &[
                (|vs| network(vs, [|xs| xs.shallow_clone(); 3]), "no activation in it yet"),
                (
                    |vs| network(vs, [|xs| xs.relu(), |xs| xs.shallow_clone(), |xs| xs.shallow_clone()]),
                    "the second convolution",
                ),
                (
                    |vs| network(vs, [|xs| xs.shallow_clone(), |xs| xs.relu(), |xs| xs.shallow_clone()]),
                    "the first convolution",
                ),
                (|vs| network(vs, [|xs| xs.relu(); 3]), "less than nothing"),
                (
                    |vs| network(vs, [|xs| xs.sigmoid(), |xs| xs.relu(), |xs| xs.shallow_clone()]),
                    "of shape [2, 10]",
                ),
                (
                    |vs| nn::seq().add(nn::conv2d(vs.root(), 1, 16, 5, Default::default())),
                    "[[16], [16, 1, 5, 5]]",
                ),
            ],
        );
    }
}
