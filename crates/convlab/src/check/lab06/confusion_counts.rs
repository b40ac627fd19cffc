use crate::check::cases::close;
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const CONFUSION_COUNTS: Exercise = Exercise {
    name: "confusion_counts",
    lab: "06",
    hints: &[
        "the row is the true class, the column the predicted one",
        "`labels.one_hot(10)` is [n, 10]; its transpose times `predicted.one_hot(10)` is [10, 10]",
        "one_hot gives whole numbers, and a product wants floats: `.to_kind(Kind::Float)` on both",
    ],
};

/// Judges a function of labels [n] and predicted classes [n] that counts in [10, 10] which class is taken for which.
pub fn confusion_counts(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    CONFUSION_COUNTS.judge(|| {
        let cases: [(&[i64], &[i64]); 3] =
            [(&[3], &[3]), (&[3, 3], &[3, 5]), (&[0, 1, 2, 9, 9, 9, 4, 4], &[0, 2, 2, 4, 4, 9, 9, 4])];
        for (labels, predicted) in cases {
            let (truth, said) = (Tensor::from_slice(labels), Tensor::from_slice(predicted));
            let mut right = vec![0f32; 100];
            labels.iter().zip(predicted).for_each(|(row, column)| right[(row * 10 + column) as usize] += 1.0);
            let right = Tensor::from_slice(&right).view([10, 10]);
            if let Some(because) = count_mistake(&yours(&truth, &said), &right, labels.len()) {
                return Verdict::wrong(format!(
                    "for labels {labels:?} and predictions {predicted:?} {because}"
                ));
            }
        }
        Verdict::right("The diagonal holds what is right; its sum over the number of images is the accuracy.")
    })
}

fn count_mistake(found: &Tensor, right: &Tensor, n: usize) -> Option<String> {
    if found.size() != [10, 10] {
        return Some(format!("your counts have shape {:?} and should have [10, 10]", found.size()));
    }
    if close(found, right) {
        return None;
    }
    Some(if close(&found.tr(), right) {
        "rows and columns are swapped: the row is the true class".into()
    } else if close(&(found * n as f64), right) {
        "your counts are divided by the number of images: count, do not average".into()
    } else if close(found, &right.clamp_max(1.0)) {
        "several images of one kind are counted as one: add, do not set".into()
    } else if close(found, &right.diag(0).diag(0)) {
        "only the correct ones are counted: the mistakes are off the diagonal".into()
    } else {
        let sum = found.to_kind(Kind::Double).sum(Kind::Double).double_value(&[]);
        format!(
            "your counts add up to {sum} and should add up to {n}, each image in the row of its class and the column of its prediction"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confusion_is_counted_by_true_row_and_predicted_column() {
        fn product(labels: &Tensor, predicted: &Tensor) -> Tensor {
            labels.one_hot(10).to_kind(Kind::Float).tr().matmul(&predicted.one_hot(10).to_kind(Kind::Float))
        }
        CONFUSION_COUNTS.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            confusion_counts,
            |_, _| todo!(),
            |labels, predicted| product(&(labels + 100), &predicted.narrow(0, 0, 0)),
            &[product, |labels, predicted| product(labels, predicted).to_kind(Kind::Int64)],
            &[
                (|labels, predicted| product(predicted, labels), "the row is the true class"),
                (|labels, predicted| product(labels, predicted) / labels.size()[0], "do not average"),
                (|labels, predicted| product(labels, predicted).clamp_max(1.0), "do not set"),
                (|labels, predicted| product(labels, predicted).diag(0).diag(0), "off the diagonal"),
                (|labels, predicted| product(labels, predicted).narrow(0, 0, 9), "[9, 10]"),
                (|labels, predicted| product(labels, predicted) * 2, "should add up to 1"),
            ],
        );
    }
}
