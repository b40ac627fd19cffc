use crate::check::cases::rendered;
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub const X_FILTER: Exercise = Exercise {
    name: "x_filter",
    lab: "01",
    hints: &[
        "the five weights on the X may stay 1",
        "a full patch has four pixels more than an X: what must their weights be, so that they lower the sum?",
        "put -1 where the X has nothing",
    ],
};

/// The patches that a filter for X is tried on, each with its name.
const PATCHES: [(&str, [f32; 9]); 4] = [
    ("an X", [1., 0., 1., 0., 1., 0., 1., 0., 1.]),
    ("a full patch", [1.; 9]),
    ("a plus", [0., 1., 0., 1., 1., 1., 0., 1., 0.]),
    ("an empty square", [1., 1., 1., 1., 0., 1., 1., 1., 1.]),
];

/// Judges a filter [3, 3] that should respond to an X more than to a full patch, a plus and an empty square.
pub fn x_filter(yours: impl Fn() -> Tensor) -> Answer {
    X_FILTER.judge(|| {
        let filter = yours();
        if filter.size() != [3, 3] {
            return Verdict::wrong(format!(
                "your filter has shape {:?}, and should have [3, 3]",
                filter.size()
            ));
        }
        if filter.kind() != Kind::Float {
            return Verdict::wrong(format!(
                "your filter holds {:?}, and images hold Float: write the first number as `1f32`",
                filter.kind()
            ));
        }
        let weights = filter.detach();
        let answers = PATCHES.map(|(name, patch)| {
            let patch = Tensor::from_slice(&patch).view([3, 3]);
            (name, (patch * &weights).sum(Kind::Double).double_value(&[]))
        });
        let x = answers[0].1;
        if x <= 0.0 {
            return Verdict::wrong(format!(
                "it says {x} to an X, and should say more than 0: raise the weights on the X"
            ));
        }
        // Not `answer >= x`: no number at all must not pass.
        match answers[1..]
            .iter()
            .find(|(_, answer)| !matches!(answer.partial_cmp(&x), Some(std::cmp::Ordering::Less)))
        {
            None => Verdict::right(format!(
                "It says {x} to an X, and less to the other three. That is how filters were made for decades."
            )),
            Some((name, answer)) => Verdict::wrong(format!(
                "it says {x} to an X and {answer} to {name}; your filter is\n{}",
                rendered(&weights)
            )),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_for_x_must_answer_to_an_x_most() {
        X_FILTER.prove::<fn() -> Tensor>(
            x_filter,
            || todo!(),
            || panic!("stop"),
            &[
                || Tensor::from_slice2(&[[1f32, -1., 1.], [-1., 1., -1.], [1., -1., 1.]]),
                || Tensor::from_slice2(&[[1f32, -2., 1.], [-2., 3., -2.], [1., -2., 1.]]),
            ],
            &[
                (|| Tensor::from_slice2(&[[1f32, 0., 1.], [0., 1., 0.], [1., 0., 1.]]), "5 to a full patch"),
                (
                    || Tensor::from_slice2(&[[-1f32, -1., -1.], [-1., 6., -1.], [-1., -1., -1.]]),
                    "2 to a plus",
                ),
                (
                    || Tensor::from_slice2(&[[1f32, -1., 1.], [-1., -3.5, -1.], [1., -1., 1.]]) + 0.5,
                    "3 to an X and 4 to an empty square",
                ),
                (
                    || Tensor::from_slice2(&[[1f32, -2., 1.], [-2., -9., -2.], [1., -2., 1.]]),
                    "should say more than 0",
                ),
                (|| Tensor::from_slice2(&[[1i64, -1, 1], [-1, 1, -1], [1, -1, 1]]), "holds Int64"),
                (|| Tensor::from_slice2(&[[1f64, -1., 1.], [-1., 1., -1.], [1., -1., 1.]]), "holds Double"),
                (|| Tensor::from_slice2(&[[f32::NAN; 3]; 3]), "NaN to an X"),
                (|| Tensor::from_slice(&[1f32; 9]), "should have [3, 3]"),
            ],
        );
    }
}
