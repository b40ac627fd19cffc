use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{self, Module};
use tch::{Device, Kind, Tensor};

pub const DEEPER: Exercise = Exercise {
    name: "deeper",
    lab: "03",
    hints: &[
        "start from the body of `classifier` and add a convolution and a ReLU after the second",
        "let each layer take as many channels as the one before it makes; `padding: 1` keeps the size with a kernel of 3",
        "`show::summary(&vs, &deeper(&vs), &[1, 1, 28, 28])?` with a new `vs` shows how many numbers the linear layer takes",
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
        tch::no_grad(|| judge_activations(&net, &variables, &xs)).unwrap_or_else(|| {
            Verdict::right(format!("{convolutions} convolutions. Train it and see whether that pays."))
        })
    })
}

/// Whether the network of a sum is the sum of the networks, up to its biases.
fn is_linear(net: &nn::Sequential) -> bool {
    let [a, b] = [2, 3].map(|seed| random(&[1, 1, 28, 28], seed));
    let of = |xs: &Tensor| tch::no_grad(|| net.forward(xs));
    close(&(of(&a) + of(&b)), &(of(&(&a + &b)) + of(&a.zeros_like())))
}

/// More than any activation or score of a network that has not learned.
const FAR: f64 = 100.0;

/// What is wrong with where the activations are: one is wanted after each convolution and none on the scores.
///
/// With all weights of a filter adding up to 0, a number that is added to what comes in does not change what comes
/// out. So a bias that is lowered by [`FAR`] is felt at the end only through an activation, which then lets hardly
/// anything of the images through.
fn judge_activations(net: &nn::Sequential, variables: &[Tensor], xs: &Tensor) -> Option<Verdict> {
    for ws in variables.iter().filter(|variable| variable.dim() > 1) {
        let inputs: Vec<i64> = (1..ws.dim() as i64).collect();
        let _ = ws.shallow_clone().g_sub_(&ws.mean_dim(inputs.as_slice(), true, Kind::Float));
    }
    let spread = || net.forward(xs).std_dim(0, true, false).mean(Kind::Double).double_value(&[]);
    let before = spread();
    let has_linear = variables.iter().any(|variable| variable.dim() == 2);
    let mut convolutions: Vec<usize> = (0..variables.len()).filter(|&n| variables[n].dim() == 4).collect();
    if !has_linear {
        convolutions.pop(); // it makes the scores
    }
    for (number, &n) in convolutions.iter().enumerate() {
        let Some(bias) = bias_of(variables, n) else { continue };
        let kept = bias.copy();
        let _ = bias.shallow_clone().g_sub_scalar_(FAR);
        let after = spread();
        bias.shallow_clone().copy_(&kept);
        if after > 0.2 * before {
            return Some(Verdict::wrong(format!(
                "there is no activation after convolution {}: with the next layer it is one linear function",
                number + 1
            )));
        }
    }
    for bias in variables.iter().filter(|variable| variable.size() == [10]) {
        let _ = bias.shallow_clone().g_sub_scalar_(FAR);
    }
    let scores = net.forward(xs);
    let sums = scores.exp().sum_dim_intlist([1i64].as_slice(), false, Kind::Float);
    let is_log_softmax = close(&sums, &sums.ones_like());
    (scores.min().double_value(&[]) > -FAR / 2.0 && !is_log_softmax).then(|| {
        Verdict::wrong("there is an activation on the scores, and a network must be able to say *less than nothing* about a digit: end with the linear layer")
    })
}

/// The bias that was made with the weight number `n`: its neighbour, with a number for each filter.
fn bias_of(variables: &[Tensor], n: usize) -> Option<&Tensor> {
    let filters = &variables[n].size()[..1];
    [n.wrapping_sub(1), n + 1]
        .into_iter()
        .filter_map(|n| variables.get(n))
        .find(|bias| bias.size() == filters)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three convolutions with the same after each, and something at the end.
    fn three(vs: &nn::VarStore, after: fn(&Tensor) -> Tensor, last: fn(&Tensor) -> Tensor) -> nn::Sequential {
        each(vs, [after; 3], last)
    }

    /// Three convolutions with what comes after each, and at the end.
    fn each(
        vs: &nn::VarStore,
        [first, second, third]: [fn(&Tensor) -> Tensor; 3],
        last: fn(&Tensor) -> Tensor,
    ) -> nn::Sequential {
        let conv = |inputs| nn::conv2d(vs.root(), inputs, 4, 3, Default::default());
        nn::seq()
            .add(conv(1))
            .add_fn(first)
            .add(conv(4))
            .add_fn(second)
            .add(conv(4)) // [n, 4, 22, 22]
            .add_fn(third)
            .add_fn(|xs| xs.flat_view())
            .add(nn::linear(vs.root(), 4 * 22 * 22, 10, Default::default()))
            .add_fn(last)
    }

    /// As the lab's own: padding, pooling, ReLU where `relus` says, before or after the pooling.
    fn pooled(vs: &nn::VarStore, relus: [bool; 3]) -> nn::Sequential {
        let same = nn::ConvConfig { padding: 1, ..Default::default() };
        let relu = |xs: &Tensor, is_there| if is_there { xs.relu() } else { xs.shallow_clone() };
        nn::seq()
            .add(nn::conv2d(vs.root() / "a", 1, 8, 3, same))
            .add_fn(move |xs| relu(&xs.max_pool2d_default(2), relus[0]))
            .add(nn::conv2d(vs.root() / "b", 8, 10, 3, same))
            .add_fn(move |xs| relu(xs, relus[1]).max_pool2d_default(2))
            .add(nn::conv2d(vs.root() / "c", 10, 8, 3, same))
            .add_fn(move |xs| relu(xs, relus[2]).flat_view())
            .add(nn::linear(vs.root() / "d", 8 * 7 * 7, 10, Default::default()))
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
                |vs| three(vs, |xs| xs.leaky_relu(), |xs| xs.shallow_clone()),
                |vs| pooled(vs, [true; 3]),
                |vs| {
                    let conv =
                        |inputs, outputs| nn::conv2d(vs.root(), inputs, outputs, 3, Default::default());
                    nn::seq()
                        .add(conv(1, 4))
                        .add_fn(|xs| xs.relu())
                        .add(conv(4, 4))
                        .add_fn(|xs| xs.relu())
                        .add(conv(4, 4))
                        .add_fn(|xs| xs.relu())
                        .add(conv(4, 10))
                        .add_fn(|xs| xs.mean_dim([2i64, 3].as_slice(), false, Kind::Float))
                },
            ],
            &[
                (|vs| three(vs, |xs| xs.shallow_clone(), |xs| xs.shallow_clone()), "no activation in it"),
                (|vs| pooled(vs, [false, true, true]), "after convolution 1"),
                (|vs| pooled(vs, [true, false, true]), "after convolution 2"),
                (|vs| pooled(vs, [true, true, false]), "after convolution 3"),
                (|vs| pooled(vs, [false; 3]), "after convolution 1"),
                (
                    |vs| {
                        let id: fn(&Tensor) -> Tensor = |xs| xs.shallow_clone();
                        each(vs, [|xs| xs.relu(), id, id], id)
                    },
                    "after convolution 2",
                ),
                (|vs| three(vs, |xs| xs.relu(), |xs| xs.relu()), "an activation on the scores"),
                (|vs| three(vs, |xs| xs.relu(), |xs| xs.tanh()), "an activation on the scores"),
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
