use crate::check::cases::close;
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const PREPARE: Exercise = Exercise {
    name: "prepare",
    lab: "06",
    hints: &[
        "`bytes.to_kind(Kind::Float) / 255` are floats from 0 to 1",
        "`.unsqueeze(1)` puts an axis of length 1 behind the axis of the images",
        "the last line is `(xs - mean) / std`",
    ],
};

/// The mean and the standard deviation that the check scales with.
const MEAN: f64 = 0.2;
const STD: f64 = 0.4;

/// Judges a function of raw pixels [n, h, w], 0 to 255, a mean and a standard deviation of pixels from 0 to 1, that gives
/// scaled floats [n, 1, h, w].
pub fn prepare(yours: impl Fn(&Tensor, f64, f64) -> Tensor) -> Answer {
    PREPARE.judge(|| {
        for [n, h, w] in [[3, 2, 4], [1, 5, 5]] {
            let bytes = (Tensor::arange(n * h * w, (Kind::Int64, tch::Device::Cpu)) * 37).remainder(256);
            let bytes = bytes.to_kind(Kind::Uint8).view([n, h, w]);
            if let Some(why) = mistake(&bytes, &yours(&bytes, MEAN, STD)) {
                return Verdict::wrong(format!(
                    "for bytes [{n}, {h}, {w}], a mean of {MEAN} and a deviation of {STD} {why}"
                ));
            }
        }
        Verdict::right("Floats around 0, with an axis for the channel: what a convolution takes.")
    })
}

fn mistake(bytes: &Tensor, found: &Tensor) -> Option<String> {
    let [n, h, w] = [0, 1, 2].map(|axis| bytes.size()[axis]);
    let x = bytes.to_kind(Kind::Float);
    let right = ((&x / 255 - MEAN) / STD).unsqueeze(1);
    if close(found, &right) {
        return (found.kind() != Kind::Float).then(|| {
            format!("yours is of kind {:?}, and the network computes with `Kind::Float`", found.kind())
        });
    }
    let shape = found.size();
    if shape != [n, 1, h, w] {
        let why = match shape.as_slice() {
            [_, _, _] => ": the axis of the channel is missing",
            [1, _, _, _] => ": the axis of the channel comes second",
            [_, _, _, 1] => ": the axis of the channel comes before rows and columns",
            _ => "",
        };
        return Some(format!("yours has shape {shape:?} and should have [{n}, 1, {h}, {w}]{why}"));
    }
    let is = |other: Tensor| close(found, &other.unsqueeze(1));
    Some(if is((&x - MEAN) / STD) {
        "the pixels still go to 255: mean and deviation belong to pixels from 0 to 1".into()
    } else if is(&x / 255) {
        "the pixels go from 0 to 1, but are not scaled by the mean and the deviation".into()
    } else if is(&x / 255 - MEAN) {
        "the mean is subtracted, but the division by the deviation is missing".into()
    } else if is(&x / 255 / STD) {
        "it is divided by the deviation, but the mean is not subtracted".into()
    } else if is((&x / 255 - MEAN) * STD) {
        "yours is multiplied by the deviation: divide by it".into()
    } else if is(&x / 255 / STD - MEAN) {
        "you divide first: subtract the mean first".into()
    } else if is(((&x / 255).floor() - MEAN) / STD) {
        "whole numbers were divided and their fractions are lost: make floats first".into()
    } else {
        let [one, other] = [found, &right].map(|x| x.flatten(0, -1).double_value(&[1]));
        format!("the second pixel, 37 of 255, should become {other:.3}, and yours is {one:.3}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(bytes: &Tensor) -> Tensor {
        bytes.to_kind(Kind::Float) / 255
    }

    #[test]
    fn raw_pixels_become_scaled_floats_with_a_channel() {
        PREPARE.prove::<fn(&Tensor, f64, f64) -> Tensor>(
            prepare,
            |_, _, _| todo!(),
            |bytes, _, _| bytes.view([7, 7]),
            &[
                |bytes, mean, std| (floats(bytes).unsqueeze(1) - mean) / std,
                |bytes, mean, std| ((bytes.to_kind(Kind::Float) - 255.0 * mean) / (255.0 * std)).unsqueeze(1),
            ],
            &[
                (|bytes, mean, std| (floats(bytes) - mean) / std, "the axis of the channel is missing"),
                (|bytes, mean, std| ((floats(bytes) - mean) / std).unsqueeze(0), "comes second"),
                (|bytes, mean, std| ((floats(bytes) - mean) / std).unsqueeze(-1), "comes before rows"),
                (
                    |bytes, mean, std| ((bytes.to_kind(Kind::Float) - mean) / std).unsqueeze(1),
                    "still go to 255",
                ),
                (|bytes, _, _| floats(bytes).unsqueeze(1), "not scaled"),
                (
                    |bytes, mean, _| (floats(bytes) - mean).unsqueeze(1),
                    "division by the deviation is missing",
                ),
                (|bytes, _, std| (floats(bytes) / std).unsqueeze(1), "the mean is not subtracted"),
                (|bytes, mean, std| ((floats(bytes) - mean) * std).unsqueeze(1), "multiplied"),
                (|bytes, mean, std| (floats(bytes) / std - mean).unsqueeze(1), "subtract the mean first"),
                (
                    |bytes, mean, std| ((bytes.divide_scalar_mode(255, "floor") - mean) / std).unsqueeze(1),
                    "fractions are lost",
                ),
                (
                    |bytes, mean, std| ((floats(bytes) - mean) / std).unsqueeze(1).to_kind(Kind::Double),
                    "of kind Double",
                ),
                (|bytes, mean, std| ((floats(bytes) - std) / mean).unsqueeze(1), "37 of 255"),
            ],
        );
    }
}
