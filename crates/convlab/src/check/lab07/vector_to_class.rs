use crate::check::cases::{close, counting, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const VECTOR_TO_CLASS: Exercise = Exercise {
    name: "vector_to_class",
    lab: "07",
    hints: &[
        "`argmax` says *where* the largest number is, `max` how large it is",
        "look along the axis of the classes, which is the last one: -1",
        "`logits.argmax(-1, false)`: `false` drops the axis that was looked along",
    ],
};

/// Judges a function that gives for logits [n, classes] the number of each image's likeliest class, [n].
pub fn vector_to_class(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    VECTOR_TO_CLASS.judge(|| {
        for [n, classes] in [[2, 3], [4, 3], [3, 5], [10, 10]] {
            let logits = random(&[n, classes], (n * classes) as u32) * 4 + counting(&[classes]) * 0.3;
            if let Some(because) = class_mistake(&logits, &yours(&logits)) {
                return Verdict::wrong(format!("for logits [{n}, {classes}] {because}"));
            }
        }
        Verdict::right("Soft-max keeps the order, so the highest logit is the most probable class.")
    })
}

fn class_mistake(logits: &Tensor, found: &Tensor) -> Option<String> {
    let right = logits.argmax(-1, false);
    if close(found, &right) {
        return None;
    }
    let [n, classes] = [0, 1].map(|axis| logits.size()[axis]);
    let is = |other: &Tensor| close(found, other);
    Some(if is(&logits.argmax(0, false)) {
        format!(
            "you look along the wrong axis, 0: that gives for each of the {classes} classes an image, not for each of the {n} images a class"
        )
    } else if is(&logits.argmax(-1, true)) {
        format!("yours has shape [{n}, 1]: drop the axis that was looked along, `argmax(-1, false)`")
    } else if is(&logits.amax([-1], false)) || is(&logits.softmax(-1, Kind::Float).amax([-1], false)) {
        "you return the largest number itself, and its index is wanted".into()
    } else if is(&logits.argmin(-1, false)) {
        "you return the index of the smallest number".into()
    } else if is(&logits.softmax(0, Kind::Float).argmax(-1, false)) {
        "soft-max goes along the wrong axis: the ten scores of one image make probabilities, along the last axis".into()
    } else if found.size() != [n] {
        format!("yours has shape {:?}, and one class for each image is wanted, [{n}]", found.size())
    } else {
        format!(
            "these logits\n{}\nbelong to classes {}, and yours are {}",
            rendered(logits),
            rendered(&right),
            rendered(found)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_looked_for_along_the_axis_of_the_classes() {
        VECTOR_TO_CLASS.prove::<fn(&Tensor) -> Tensor>(
            vector_to_class,
            |_| todo!(),
            |logits| logits.get(1000),
            &[
                |logits| logits.argmax(-1, false),
                |logits| logits.softmax(-1, Kind::Float).argmax(1, false),
                |logits| logits.max_dim(-1, false).1,
            ],
            &[
                (|logits| logits.argmax(0, false), "wrong axis, 0"),
                (|logits| logits.argmax(-1, true), "drop the axis"),
                (|logits| logits.amax([-1], false), "the largest number itself"),
                (|logits| logits.argmin(-1, false), "smallest"),
                (
                    |logits| logits.softmax(0, Kind::Float).argmax(-1, false),
                    "soft-max goes along the wrong axis",
                ),
                (|logits| logits.argmax(None, false), "one class for each image"),
                (|logits| logits.argmax(-1, false) + 1, "belong to classes"),
            ],
        );
    }
}
