use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub const MENDED_LOSS: Exercise = Exercise {
    name: "mended_loss",
    lab: "01",
    hints: &[
        "`cross_entropy_for_logits` turns scores into probabilities itself: what comes of it when that has been done before?",
        "it is the loss of your own `one_step`",
    ],
};

/// Judges the loss of `scores` [n, 10] and `labels` [n].
pub fn mended_loss(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    MENDED_LOSS.judge(|| {
        let (scores, labels) = (random(&[5, 10], 3) * 4, Tensor::from_slice(&[3i64, 9, 0, 0, 7]));
        let found = yours(&scores, &labels);
        let right = scores.cross_entropy_for_logits(&labels);
        if close(&found, &right) {
            return Verdict::right("The scores as they are; the soft-max is inside.");
        }
        let probabilities = scores.softmax(-1, Kind::Float);
        let picked = probabilities.gather(1, &labels.unsqueeze(1), false).squeeze_dim(1); // [5]
        Verdict::wrong(if found.numel() != 1 {
            format!("the loss is one number for the whole batch, and yours has shape {:?}", found.size())
        } else if close(&found, &probabilities.cross_entropy_for_logits(&labels)) {
            "that is the old loss: the soft-max is done twice, so that even a perfect answer is told to be poor".into()
        } else if close(&found, &(&right * 5)) {
            "the losses of the images are summed; their mean does not depend on the size of the batch".into()
        } else if close(&found, &-picked.mean(Kind::Float)) {
            "the logarithm is missing: cross-entropy is the mean of -log(probability)".into()
        } else {
            format!("for five images it is {:.4} and should be {:.4}", found.double_value(&[]), right.double_value(&[]))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_takes_the_scores_as_they_are() {
        MENDED_LOSS.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            mended_loss,
            |_, _| todo!(),
            |scores, _| scores.view([3, 3]),
            &[
                |scores, labels| scores.cross_entropy_for_logits(labels),
                |scores, labels| scores.log_softmax(-1, Kind::Float).nll_loss(labels),
            ],
            &[
                (
                    |scores, labels| scores.softmax(-1, Kind::Float).cross_entropy_for_logits(labels),
                    "done twice",
                ),
                (|scores, labels| scores.cross_entropy_for_logits(labels) * 5, "are summed"),
                (
                    |scores, labels| scores.softmax(-1, Kind::Float).nll_loss(labels),
                    "the logarithm is missing",
                ),
                (|scores, _| scores.copy(), "[5, 10]"),
                (|scores, _| scores.mean(Kind::Float), "and should be"),
            ],
        );
    }
}
