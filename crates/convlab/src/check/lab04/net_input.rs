use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const NET_INPUT: Exercise = Exercise {
    name: "net_input",
    lab: "04",
    hints: &[
        "`Tensor::from_slice(&mean).view([3, 1, 1])` has one number for each channel and fits all of its pixels",
        "subtract one such tensor and divide by the other: `(square - mean) / std`",
        "`.unsqueeze(0)` makes a batch of one",
    ],
};

/// Judges a function that scales a picture [3, h, w] by each channel's mean and standard deviation and makes a batch of
/// one of it, [1, 3, h, w].
pub fn net_input(yours: impl Fn(&Tensor, [f32; 3], [f32; 3]) -> Tensor) -> Answer {
    NET_INPUT.judge(|| {
        for (h, w, seed) in [(3, 3, 1), (2, 5, 2)] {
            let square = (random(&[3, h, w], seed) + 1) / 2;
            let found = yours(&square, [0.1, 0.4, 0.8], [0.2, 0.5, 0.25]);
            if let Some(why) = mistake(&square, &found) {
                return Verdict::wrong(format!(
                    "for a picture [3, {h}, {w}], means 0.1, 0.4, 0.8 and deviations 0.2, 0.5, 0.25 {why}"
                ));
            }
        }
        Verdict::right("Now a pixel means to the net what it meant in its training.")
    })
}

fn mistake(square: &Tensor, found: &Tensor) -> Option<String> {
    let [mean, std] = [[0.1f32, 0.4, 0.8], [0.2, 0.5, 0.25]].map(|all| Tensor::from_slice(&all));
    let along = |shape: [i64; 3]| [mean.view(shape), std.view(shape)];
    let [m, s] = along([3, 1, 1]);
    let right = ((square - &m) / &s).unsqueeze(0);
    if close(found, &right) {
        return (found.kind() != Kind::Float).then(|| {
            format!("yours is of kind {:?}, and the net computes with `Kind::Float`", found.kind())
        });
    }
    if found.size() == square.size() {
        return Some(format!(
            "yours has shape {:?}: a net takes a batch, also a batch of one",
            square.size()
        ));
    }
    let is = |other: Tensor| close(found, &other.unsqueeze(0));
    let [of_columns, over_columns] = along([1, 1, 3]);
    Some(if found.size() != right.size() {
        format!("yours has shape {:?}, and {:?} is wanted", found.size(), right.size())
    } else if is(square.shallow_clone()) {
        "the numbers are as they were".into()
    } else if is(square - &m) {
        "the mean is subtracted, but the division by the deviation is missing".into()
    } else if is(square / &s) {
        "it is divided by the deviation, but the mean is not subtracted".into()
    } else if is((square - &m) * &s) {
        "yours is multiplied by the deviation: divide by it".into()
    } else if is(square / &s - &m) {
        "you divide first: subtract the mean first".into()
    } else if square.size()[2] == 3 && is((square - of_columns) / over_columns) {
        "each *column* gets a mean of its own: `view([3, 1, 1])` gives one to each channel".into()
    } else if is((square - 0.1) / 0.2) {
        "all three channels are scaled by the first mean and the first deviation".into()
    } else {
        let [one, other] = [found, &right].map(|x| x.flatten(0, -1).double_value(&[0]));
        format!("the first number should be {other:.3}, and yours is {one:.3}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(all: [f32; 3]) -> Tensor {
        Tensor::from_slice(&all).view([3, 1, 1])
    }

    #[test]
    fn each_channel_is_scaled_by_its_own_mean_and_deviation() {
        NET_INPUT.prove::<fn(&Tensor, [f32; 3], [f32; 3]) -> Tensor>(
            net_input,
            |_, _, _| todo!(),
            |x, mean, _| x - Tensor::from_slice(&mean).view([3, 2]),
            &[
                |x, mean, std| ((x - channels(mean)) / channels(std)).unsqueeze(0),
                |x, mean, std| {
                    let all: Vec<_> = (0..3)
                        .map(|c| (x.get(c) - f64::from(mean[c as usize])) / f64::from(std[c as usize]))
                        .collect();
                    Tensor::stack(&[Tensor::stack(&all, 0)], 0)
                },
            ],
            &[
                (|x, mean, std| (x - channels(mean)) / channels(std), "also a batch of one"),
                (|x, _, _| x.unsqueeze(0), "as they were"),
                (|x, mean, _| (x - channels(mean)).unsqueeze(0), "division by the deviation is missing"),
                (|x, _, std| (x / channels(std)).unsqueeze(0), "the mean is not subtracted"),
                (|x, mean, std| ((x - channels(mean)) * channels(std)).unsqueeze(0), "multiplied"),
                (|x, mean, std| (x / channels(std) - channels(mean)).unsqueeze(0), "subtract the mean first"),
                (
                    |x, mean, std| ((x - Tensor::from_slice(&mean)) / Tensor::from_slice(&std)).unsqueeze(0),
                    "each *column*",
                ),
                (
                    |x, mean, std| ((x - f64::from(mean[0])) / f64::from(std[0])).unsqueeze(0),
                    "by the first mean",
                ),
                (
                    |x, mean, std| ((x - channels(mean)) / channels(std)).unsqueeze(0).to_kind(Kind::Double),
                    "of kind Double",
                ),
                (|x, _, _| (x * 2 - 1).unsqueeze(0), "the first number should be"),
                (|x, mean, std| ((x - channels(mean)) / channels(std)).unsqueeze(1), "is wanted"),
            ],
        );
    }
}
