use crate::check::cases::{close, counting, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const CROSS_ENTROPY: Exercise = Exercise {
    name: "cross_entropy",
    lab: "06",
    hints: &[
        "work on the logarithms: `logits.log_softmax(-1, Kind::Float)` has the shape of the logits",
        "from each row pick the number at the label: `logs.gather(1, &labels.unsqueeze(1), false)`",
        "the loss is the negative mean of what was picked: `-own.mean(Kind::Float)`",
    ],
};

/// Judges a function of logits [n, classes] and labels [n] that returns the mean cross-entropy, one number.
pub fn cross_entropy(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    CROSS_ENTROPY.judge(|| {
        let cases = [(1, 2), (2, 3), (4, 3), (5, 10)];
        for (n, classes) in cases {
            let logits = (random(&[n, classes], n as u32) * 3).set_requires_grad(true);
            let labels = (counting(&[n]).to_kind(Kind::Int64) * 2).remainder(classes);
            if let Some(because) = entropy_mistake(&logits, &labels, &yours(&logits, &labels)) {
                return Verdict::wrong(format!("for logits [{n}, {classes}] {because}"));
            }
        }
        Verdict::right("It is `logits.cross_entropy_for_logits(&labels)`, number for number.")
    })
}

fn entropy_mistake(logits: &Tensor, labels: &Tensor, found: &Tensor) -> Option<String> {
    let (n, classes) = (logits.size()[0] as f64, logits.size()[1] as f64);
    let right = logits.cross_entropy_for_logits(labels);
    if found.numel() != 1 {
        let shape = found.size();
        return Some(format!(
            "your loss has shape {shape:?}: the loss of a batch is one number, the mean over its images"
        ));
    }
    let found = found.flatten(0, -1).get(0);
    if close(&found, &right) {
        return (!found.requires_grad()).then(|| {
            "the number is right, but autograd cannot trace it back to the logits, so nothing could be learned from it: keep it a tensor all the way".to_owned()
        });
    }
    let own = |of: &Tensor| of.gather(1, &labels.unsqueeze(1), false).mean(Kind::Float);
    let probabilities = logits.softmax(-1, Kind::Float);
    Some(if close(&-&found, &right) {
        "the sign is missing: the logarithm of a probability is negative, the loss is not".into()
    } else if close(&(&found / n), &right) {
        "the images' losses are added up: take their mean".into()
    } else if close(&(&found * classes), &right) {
        "the mean is taken over n · classes numbers, and only n of them count: one for each image".into()
    } else if close(&found, &probabilities.cross_entropy_for_logits(labels)) {
        "soft-max is applied twice: `log_softmax` has it inside".into()
    } else if close(&found, &-own(&probabilities)) || close(&found, &own(&probabilities)) {
        "the logarithm is missing: yours is the mean probability".into()
    } else if close(&found, &-own(&logits.log_softmax(0, Kind::Float))) {
        "soft-max goes along the wrong axis: the scores of *one image* make probabilities, so along the last axis".into()
    } else if close(&found, &-logits.log_softmax(-1, Kind::Float).amax([-1], false).mean(Kind::Float)) {
        "the highest score of each image counts in yours: it is the score at the *label* that counts".into()
    } else {
        format!(
            "logits\n{}\nand labels {} should give {}, and yours is {}",
            rendered(logits),
            rendered(labels),
            rendered(&right),
            rendered(&found)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_way_to_write_cross_entropy_passes_and_a_wrong_one_gets_the_reason_of_its_own() {
        fn own(of: &Tensor, labels: &Tensor) -> Tensor {
            of.gather(1, &labels.unsqueeze(1), false)
        }
        fn logs(logits: &Tensor) -> Tensor {
            logits.log_softmax(-1, Kind::Float)
        }
        CROSS_ENTROPY.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            cross_entropy,
            |_, _| todo!(),
            |logits, labels| own(logits, &(labels + 100)),
            &[
                |logits, labels| logits.cross_entropy_for_logits(labels),
                |logits, labels| -own(&logs(logits), labels).mean(Kind::Float),
                |logits, labels| {
                    let ones = labels.one_hot(logits.size()[1]);
                    -(logs(logits) * ones).sum(Kind::Float) / logits.size()[0]
                },
            ],
            &[
                (|logits, labels| own(&logs(logits), labels).mean(Kind::Float), "sign is missing"),
                (|logits, labels| -own(&logs(logits), labels).sum(Kind::Float), "added up"),
                (
                    |logits, labels| -(logs(logits) * labels.one_hot(logits.size()[1])).mean(Kind::Float),
                    "n · classes",
                ),
                (
                    |logits, labels| logits.softmax(-1, Kind::Float).cross_entropy_for_logits(labels),
                    "applied twice",
                ),
                (
                    |logits, labels| -own(&logits.softmax(-1, Kind::Float), labels).mean(Kind::Float),
                    "logarithm is missing",
                ),
                (
                    |logits, labels| -own(&logits.log_softmax(0, Kind::Float), labels).mean(Kind::Float),
                    "wrong axis",
                ),
                (|logits, _| -logs(logits).amax([-1], false).mean(Kind::Float), "score at the *label*"),
                (|logits, labels| -own(&logs(logits), labels), "one number"),
                (
                    |logits, labels| logits.cross_entropy_for_logits(labels).detach(),
                    "nothing could be learned",
                ),
                (|logits, labels| logits.cross_entropy_for_logits(labels) + 1, "should give"),
            ],
        );
    }
}
