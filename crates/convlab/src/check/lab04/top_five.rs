use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub(super) const TOP_FIVE: Exercise = Exercise {
    name: "top_five",
    lab: "04",
    hints: &[
        "`logits.softmax(-1, Kind::Float)` are the probabilities, [1, n]",
        "`let (values, indices) = probabilities.topk(5, -1, true, true);` are the five largest and where they stand, both [1, 5]",
        "`(0..5).map(|k| (classes[indices.int64_value(&[0, k]) as usize].clone(), values.double_value(&[0, k]))).collect()`",
    ],
};

/// The logits of eight classes, and their names.
const LOGITS: [f32; 8] = [0.1, 2.0, -1.0, 1.0, 0.4, 3.0, -2.0, 0.7];
const CLASSES: [&str; 8] = ["ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen"];

/// Judges a function of logits [1, n] and the names of the n classes that gives the five likeliest, the likeliest first,
/// each with its probability.
pub fn top_five<S: AsRef<str>>(yours: impl Fn(&Tensor, &[String]) -> Vec<(S, f64)>) -> Answer {
    TOP_FIVE.judge(|| {
        for shift in [0, 3] {
            let mut logits = LOGITS;
            logits.rotate_left(shift);
            let classes = CLASSES.map(str::to_owned);
            let found = yours(&Tensor::from_slice(&logits).view([1, 8]), &classes);
            let found: Vec<_> = found.iter().map(|(name, p)| (name.as_ref(), *p)).collect();
            if let Some(why) = mistake(&logits, &found) {
                return Verdict::wrong(format!(
                    "for logits {logits:?} of the classes {} {why}",
                    CLASSES.join(", ")
                ));
            }
        }
        Verdict::right("The five need not add up to 1: the other classes have the rest.")
    })
}

fn mistake(logits: &[f32; 8], found: &[(&str, f64)]) -> Option<String> {
    let exponentials = logits.map(|logit| f64::from(logit).exp());
    let sum: f64 = exponentials.iter().sum();
    let mut right: Vec<usize> = (0..8).collect();
    right.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    right.truncate(5);
    let names = right.iter().map(|&at| CLASSES[at]);
    if found.len() != 5 {
        return Some(format!("yours has {} entries, and five are wanted", found.len()));
    }
    if found.iter().map(|(name, _)| *name).rev().eq(names.clone()) {
        return Some("the likeliest class should come first".into());
    }
    if !found.iter().map(|(name, _)| *name).eq(names.clone()) {
        let yours: Vec<_> = found.iter().map(|(name, _)| *name).collect();
        return Some(format!(
            "the five are {}, and yours are {}",
            names.collect::<Vec<_>>().join(", "),
            yours.join(", ")
        ));
    }
    let is =
        |of: &dyn Fn(usize) -> f64| right.iter().zip(found).all(|(&at, (_, p))| (of(at) - p).abs() < 1e-4);
    if is(&|at| exponentials[at] / sum) {
        return None;
    }
    let five: f64 = right.iter().map(|&at| exponentials[at]).sum();
    let first = exponentials[right[0]] / sum;
    Some(if is(&|at| f64::from(logits[at])) {
        "the names are right, but yours are the logits: soft-max makes probabilities of them".into()
    } else if is(&|at| exponentials[at] / five) {
        "your five probabilities add up to 1: take the soft-max of *all* logits before you choose five".into()
    } else if is(&|_| 1.0) {
        "every probability is 1: the soft-max goes along the axis of the classes, the last one".into()
    } else if is(&|at| exponentials[at] / (1.0 + exponentials[at])) {
        "that is the sigmoid of each logit by itself: soft-max compares it with all the others".into()
    } else if is(&|at| 100.0 * exponentials[at] / sum) {
        "those are per cent: a probability goes from 0 to 1".into()
    } else {
        format!("the first probability should be {first:.3}, and yours is {:.3}", found[0].1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

    type Guesses = Vec<(String, f64)>;

    fn largest(of: &Tensor, count: i64, classes: &[String]) -> Guesses {
        let (values, indices) = of.topk(count, -1, true, true);
        let at = |k| (classes[indices.int64_value(&[0, k]) as usize].clone(), values.double_value(&[0, k]));
        (0..count).map(at).collect()
    }

    fn probabilities(logits: &Tensor) -> Tensor {
        logits.softmax(-1, Kind::Float)
    }

    fn sorted(logits: &Tensor, classes: &[String]) -> Guesses {
        let numbers = Vec::<f64>::try_from(probabilities(logits).squeeze().to_kind(Kind::Double)).unwrap();
        let mut all: Guesses = classes.iter().cloned().zip(numbers).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(5);
        all
    }

    #[test]
    fn the_five_likeliest_classes_come_with_their_probabilities() {
        TOP_FIVE.prove::<fn(&Tensor, &[String]) -> Guesses>(
            top_five,
            |_, _| todo!(),
            |logits, classes| vec![(classes[99].clone(), logits.double_value(&[0, 0]))],
            &[|logits, classes| largest(&probabilities(logits), 5, classes), sorted],
            &[
                (|logits, classes| largest(&probabilities(logits), 1, classes), "five are wanted"),
                (
                    |logits, classes| largest(&probabilities(logits), 5, classes).into_iter().rev().collect(),
                    "should come first",
                ),
                (|logits, classes| largest(&probabilities(&-logits), 5, classes), "the five are fox"),
                (|logits, classes| largest(logits, 5, classes), "yours are the logits"),
                (
                    |logits, classes| {
                        let (values, indices) = logits.topk(5, -1, true, true);
                        let values = values.softmax(-1, Kind::Float);
                        (0..5)
                            .map(|k| {
                                (
                                    classes[indices.int64_value(&[0, k]) as usize].clone(),
                                    values.double_value(&[0, k]),
                                )
                            })
                            .collect()
                    },
                    "add up to 1",
                ),
                (
                    |logits, classes| {
                        let five = largest(logits, 5, classes);
                        five.into_iter().map(|(name, _)| (name, 1.0)).collect()
                    },
                    "every probability is 1",
                ),
                (|logits, classes| largest(&logits.sigmoid(), 5, classes), "sigmoid"),
                (|logits, classes| largest(&(probabilities(logits) * 100), 5, classes), "per cent"),
                (
                    |logits, classes| largest(&(probabilities(logits) / 2), 5, classes),
                    "the first probability",
                ),
            ],
        );
    }
}
