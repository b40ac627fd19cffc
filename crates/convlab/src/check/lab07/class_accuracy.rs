use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub(super) const CLASS_ACCURACY: Exercise = Exercise {
    name: "class_accuracy",
    lab: "07",
    hints: &[
        "`predicted.eq_tensor(labels)` is true where both agree; `.sum(Kind::Int64).int64_value(&[])` counts that",
        "divide the count by the number of labels, both as `f64`: `right as f64 / labels.size()[0] as f64`",
    ],
};

/// Judges a function of predicted classes [n] and labels [n] that gives the part that agrees, 0 to 1.
pub fn class_accuracy(yours: impl Fn(&Tensor, &Tensor) -> f64) -> Answer {
    CLASS_ACCURACY.judge(|| {
        let cases: [(&[i64], &[i64]); 4] = [
            (&[0, 1, 2, 2], &[0, 1, 1, 2]),
            (&[3, 3, 9, 0, 4], &[3, 1, 2, 0, 5]),
            (&[7, 7], &[7, 7]),
            (&[1, 2, 3], &[2, 3, 1]),
        ];
        for (predicted, labels) in cases {
            let found = yours(&Tensor::from_slice(predicted), &Tensor::from_slice(labels));
            let (n, agree) = (labels.len() as f64, predicted.iter().zip(labels).filter(|(a, b)| a == b).count() as f64);
            let is = |value: f64| (found - value).abs() < 1e-6;
            if is(agree / n) {
                continue;
            }
            let why = if is(agree) {
                "you count, and do not divide by the number of images".into()
            } else if is(agree / 10.0) {
                "you divide by the ten classes: the mean is taken over the images".into()
            } else if is(100.0 * agree / n) {
                "that is per cent: a part from 0 to 1 is wanted".into()
            } else if is(1.0 - agree / n) {
                "that is the part that is wrong".into()
            } else if is(0.0) {
                "whole numbers were divided, and what is left of the point was kept: turn them into `f64` first".into()
            } else {
                format!("{agree} of {n} agree")
            };
            return Verdict::wrong(format!("for predictions {predicted:?} and labels {labels:?} yours is {found}: {why}"));
        }
        Verdict::right("The mean over images of 1 for right and 0 for wrong.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

    #[test]
    fn an_accuracy_is_a_mean_over_images() {
        fn right(a: &Tensor, b: &Tensor) -> i64 {
            a.eq_tensor(b).sum(Kind::Int64).int64_value(&[])
        }
        CLASS_ACCURACY.prove::<fn(&Tensor, &Tensor) -> f64>(
            class_accuracy,
            |_, _| todo!(),
            |_, labels| labels.double_value(&[1000]),
            &[
                |a, b| right(a, b) as f64 / b.size()[0] as f64,
                |a, b| a.eq_tensor(b).to_kind(Kind::Double).mean(Kind::Double).double_value(&[]),
            ],
            &[
                (|a, b| right(a, b) as f64, "do not divide"),
                (|a, b| right(a, b) as f64 / 10.0, "ten classes"),
                (|a, b| 100.0 * right(a, b) as f64 / b.size()[0] as f64, "per cent"),
                (|a, b| 1.0 - right(a, b) as f64 / b.size()[0] as f64, "part that is wrong"),
                (|a, b| (right(a, b) / b.size()[0]) as f64, "whole numbers were divided"),
                (|_, _| 0.5, "3 of 4 agree"),
            ],
        );
    }
}
