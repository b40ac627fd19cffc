use super::super::cases::{close, random};
use super::super::{Answer, Verdict, exercise::Exercise};
use tch::Tensor;
use tch::nn::{self, ModuleT};

pub(super) const RESIDUAL: Exercise = Exercise {
    name: "residual",
    lab: "09",
    hints: &[
        "`layers.forward_t(xs, train)` is what the layers make of the input; pass `train` on",
        "add `xs` to it, and send the sum through `.relu()`",
    ],
};

/// Judges a function that adds the input of some layers to what they make of it, and applies ReLU to the sum.
pub fn residual(yours: impl Fn(&nn::SequentialT, &Tensor, bool) -> Tensor) -> Answer {
    RESIDUAL.judge(|| {
        // What the layers do differs in training, as a dropout's or a batch norm's does.
        let layers = nn::seq_t().add_fn_t(|xs, train| if train { xs * 2 - 1 } else { xs * -0.5 });
        for train in [false, true] {
            let xs = random(&[2, 3, 4, 4], 1);
            if let Some(because) = mistake(&layers, &xs, train, &yours(&layers, &xs, train)) {
                return Verdict::wrong(format!("with train = {train} {because}"));
            }
        }
        Verdict::right(
            "If the layers have nothing to add they can learn to give 0, and the block hands its input on.",
        )
    })
}

fn mistake(layers: &nn::SequentialT, xs: &Tensor, train: bool, found: &Tensor) -> Option<String> {
    let made = layers.forward_t(xs, train);
    let is = |other: Tensor| close(found, &other);
    if is((&made + xs).relu()) {
        return None;
    }
    Some(if is(made.relu()) || is(made.shallow_clone()) {
        "the input is not added: that is what makes the block residual".into()
    } else if is(&made + xs) {
        "the ReLU after the sum is missing".into()
    } else if is(made.relu() + xs) {
        "the ReLU comes after the sum, not before it: the layers may take something away, too".into()
    } else if is((layers.forward_t(xs, !train) + xs).relu()) {
        "the layers are told the opposite, or always the same: pass `train` on to them".into()
    } else if is((made * xs).relu()) {
        "the input is multiplied; it is added".into()
    } else {
        format!("yours is not (layers(xs) + xs).relu(); its shape is {:?}", found.size())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_is_added_before_the_relu_and_the_layers_know_whether_they_train() {
        RESIDUAL.prove::<fn(&nn::SequentialT, &Tensor, bool) -> Tensor>(
            residual,
            |_, _, _| todo!(),
            |_, xs, _| xs.get(1000),
            &[
                |layers, xs, train| (layers.forward_t(xs, train) + xs).relu(),
                |layers, xs, train| (xs + xs.apply_t(layers, train)).clamp_min(0),
            ],
            &[
                (|layers, xs, train| layers.forward_t(xs, train).relu(), "is not added"),
                (|layers, xs, train| layers.forward_t(xs, train) + xs, "after the sum is missing"),
                (|layers, xs, train| layers.forward_t(xs, train).relu() + xs, "not before it"),
                (|layers, xs, _| (layers.forward_t(xs, true) + xs).relu(), "pass `train` on"),
                (|layers, xs, train| (layers.forward_t(xs, train) * xs).relu(), "multiplied"),
                (|layers, xs, train| (layers.forward_t(xs, train) - xs).relu(), "yours is not"),
            ],
        );
    }
}
