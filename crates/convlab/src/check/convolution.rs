//! The exercises of lab 02.

use super::attempt::attempt;
use super::{Verdict, close};
use crate::display::{layout, values};
use tch::{Device, Kind, Tensor};

/// Judges the predicted output shape of the lab's layer: input [1, 2, 4, 4], weight [3, 2, 2, 2], no padding.
pub fn output_shape(predicted: impl AsRef<[i64]>) -> Verdict {
    match predicted.as_ref() {
        [1, 3, 3, 3] => Verdict::right(
            "One example, three output channels, and 4 - 2 + 1 = 3 places for the window along each side.",
        ),
        [3, 2, 2, 2] => Verdict::wrong(
            "[3, 2, 2, 2] is the shape of the weight; the output has an axis for the batch, one for the output channels and two for the places of the window",
        ),
        [3, 3, 3] => Verdict::wrong("the batch axis is missing: a batch of one is still a batch"),
        [_, _, 4, 4] => Verdict::wrong(
            "a window of 2 by 2 has no room to start in the last row or column of a 4 by 4 image; without padding a side shrinks to 4 - 2 + 1",
        ),
        [_, _, 2, 2] => Verdict::wrong(
            "the window moves by one pixel, not by its own width: count the places where it can start",
        ),
        [_, 2, _, _] => {
            Verdict::wrong("the two input channels are summed up; the layer has three output channels")
        }
        [_, 6, _, _] => Verdict::wrong(
            "each filter sums over its two input channels, so three filters give three maps, not six",
        ),
        other if other.len() != 4 => Verdict::wrong(format!(
            "{other:?} has {} axes, and the output has four: [n, c, h, w]",
            other.len()
        )),
        other => Verdict::wrong(format!(
            "{other:?} is not [examples, output channels, rows, columns]: how many places are there for a window of 2 along a side of 4?"
        )),
    }
}

/// Judges the predicted first value of the output, `output[0, 0, 0, 0]`, for the lab's two kernels.
pub fn first_value(predicted: f64) -> Verdict {
    let is = |value: f64| (predicted - value).abs() < 5e-3;
    if is(-10.25) {
        return Verdict::right("Eight products, four from each input channel, and one sum.");
    }
    let because = if is(-3.9) {
        "-3.9 is the first input channel alone; the second adds its own four products"
    } else if is(-6.35) {
        "-6.35 is the second input channel alone; the first adds its own four products"
    } else if is(0.96) {
        "the kernel is not turned round: a layer of a CNN multiplies the window and the kernel in the same order (cross-correlation)"
    } else if is(-10.25 / 4.0) || is(-10.25 / 8.0) {
        "the products are summed, not averaged"
    } else if is(10.25) {
        "the sign is lost: the lower row of both kernels is negative"
    } else {
        "the eight products are 0·0.1, 1·0.2, 4·(-0.4), 5·(-0.5) and 16·0.4, 17·0.3, 20·(-0.42), 21·(-0.45); add them up"
    };
    Verdict::wrong(because)
}

/// Judges the predicted number of parameters of a convolution from 5 to 10 channels, kernel 2 by 2, with bias.
pub fn parameters(predicted: i64) -> Verdict {
    let because = match predicted {
        210 => return Verdict::right("10 filters of 5·2·2 = 20 weights, and one bias for each filter."),
        200 => "200 are the weights; each of the 10 output channels also has one bias",
        205 => "there is one bias for each output channel, not for each input channel",
        250 => "there is one bias for each of the 10 filters, not one for each of its 5 kernels",
        40 | 50 => "each output channel has a kernel of its own for every input channel: 10·5 kernels",
        110 => "a kernel is 2 by 2, so it has 4 weights, not 2",
        _ => "it is out·in·h·w weights and out biases; put in out = 10, in = 5, h = w = 2",
    };
    Verdict::wrong(because)
}

/// Judges a function that slides kernel `k` [h, w] over image `x` [H, W] and returns the map [H-h+1, W-w+1].
///
/// The first case that goes wrong is shown; small ones come first.
pub fn corr2d(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Verdict {
    for (x, k) in cases() {
        let expected = correlate(&x, &k);
        let found = match attempt(|| yours(&x, &k)) {
            Ok(found) => found,
            Err(verdict) => return verdict,
        };
        if let Some(because) = mistake(&x, &k, &expected, &found) {
            return Verdict::wrong(because);
        }
    }
    Verdict::right("It agrees with the layer on images and kernels of many sizes, square or not.")
}

/// By hand, then growing, then random; never square only, so that rows and columns cannot be confused.
fn cases() -> Vec<(Tensor, Tensor)> {
    let counting = |h: i64, w: i64| Tensor::arange(h * w, (Kind::Float, Device::Cpu)).view([h, w]);
    let mut cases = vec![
        (counting(2, 2) + 1, counting(1, 1) + 1),
        (counting(3, 3), counting(2, 2)),
        (counting(2, 4), counting(1, 2) + 1),
    ];
    let sizes = [(3, 5, 2, 3), (5, 3, 3, 1), (4, 4, 4, 4), (6, 7, 3, 2)];
    cases.extend(sizes.iter().enumerate().map(|(seed, &(h, w, kh, kw))| {
        (pseudo_random(h * w, seed).view([h, w]), pseudo_random(kh * kw, seed + 40).view([kh, kw]))
    }));
    cases
}

/// Numbers from -1 to 1 that do not touch the learner's own random state.
fn pseudo_random(count: i64, seed: usize) -> Tensor {
    let mut state = seed as u32 + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    Tensor::from_slice(&(0..count).map(|_| next()).collect::<Vec<f32>>())
}

/// libtorch's own convolution of one image and one kernel.
fn correlate(x: &Tensor, k: &Tensor) -> Tensor {
    let batch = x.unsqueeze(0).unsqueeze(0);
    let filter = k.unsqueeze(0).unsqueeze(0);
    batch.conv2d(&filter, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1).squeeze_dim(0).squeeze_dim(0)
}

/// What is wrong with `found`, by the mistakes that are made most often.
fn mistake(x: &Tensor, k: &Tensor, expected: &Tensor, found: &Tensor) -> Option<String> {
    if close(found, expected) {
        return None;
    }
    let (image, kernel, right) = (x.size(), k.size(), expected.size());
    let sizes = format!("for an image {image:?} and a kernel {kernel:?}");
    let shape = found.size();
    if shape != right {
        let why = match shape.as_slice() {
            [h, w] if [*h, *w] == [right[1], right[0]] => "rows and columns are swapped",
            [h, w] if [*h, *w] == [image[0], image[1]] => "without padding the map is smaller than the image",
            [h, w] if [*h + 1, *w + 1] == [right[0], right[1]] => {
                "the last row and column are missing: count from 0 to H - h, both included"
            }
            [h, w] if [*h, *w] == [image[0] + kernel[0] - 1, image[1] + kernel[1] - 1] => {
                "nothing is padded here"
            }
            _ => "along each side there are H - h + 1 places for the window",
        };
        return Some(format!("your map has shape {shape:?} and should have {right:?} {sizes}: {why}"));
    }
    let why = if close(&found.transpose(0, 1), expected) {
        "rows and columns are swapped".to_owned()
    } else if close(found, &correlate(x, &k.flip([0, 1]))) {
        "your kernel is turned round; a layer of a CNN does not turn it (cross-correlation)".to_owned()
    } else if close(&(found * k.numel() as f64), expected) {
        "the products are summed, not averaged".to_owned()
    } else if close(found, &correlate(x, &k.ones_like())) {
        "the window is summed without being multiplied by the kernel".to_owned()
    } else {
        format!(
            "image\n{}\nkernel\n{}\nshould give\n{}\nand yours is\n{}",
            told(x),
            told(k),
            told(expected),
            told(found)
        )
    };
    Some(format!("{sizes}: {why}"))
}

fn told(x: &Tensor) -> String {
    layout(&values(x), &x.size().iter().map(|&size| size as usize).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(verdict: Verdict) -> String {
        match verdict {
            Verdict::Wrong(because) => because,
            other => panic!("a wrong answer was judged: {other}"),
        }
    }

    fn by_hand(x: &Tensor, k: &Tensor) -> Tensor {
        let (h, w) = (k.size()[0], k.size()[1]);
        let (rows, columns) = (x.size()[0] - h + 1, x.size()[1] - w + 1);
        let at = |i: i64, j: i64| (x.narrow(0, i, h).narrow(1, j, w) * k).sum(Kind::Float);
        let values: Vec<Tensor> =
            (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| at(i, j)).collect();
        Tensor::stack(&values, 0).view([rows, columns])
    }

    #[test]
    fn the_shape_that_the_sheet_gave_is_recognised_as_the_weights() {
        assert!(matches!(output_shape([1, 3, 3, 3]), Verdict::Right(_)));
        assert!(wrong(output_shape([3, 2, 2, 2])).contains("shape of the weight"));
        assert!(wrong(output_shape([3, 3, 3])).contains("batch axis"));
        assert!(wrong(output_shape([1, 3, 4, 4])).contains("4 - 2 + 1"));
        assert!(wrong(output_shape([1, 2, 3, 3])).contains("summed up"));
        assert!(wrong(output_shape([1, 3])).contains("2 axes"));
    }

    #[test]
    fn the_first_value_and_its_usual_mistakes_are_told_apart() {
        assert!(matches!(first_value(-10.25), Verdict::Right(_)));
        assert!(wrong(first_value(-3.9)).contains("first input channel alone"));
        assert!(wrong(first_value(-6.35)).contains("second input channel alone"));
        assert!(wrong(first_value(-2.5625)).contains("not averaged"));
        assert!(wrong(first_value(0.0)).contains("eight products"));
    }

    #[test]
    fn a_turned_kernel_gives_the_value_that_is_called_turned() {
        let x = Tensor::arange(32, (Kind::Float, Device::Cpu)).view([2, 4, 4]);
        let k = [
            Tensor::from_slice2(&[[0.1f32, 0.2], [-0.4, -0.5]]),
            Tensor::from_slice2(&[[0.4f32, 0.3], [-0.42, -0.45]]),
        ];
        let one = |c: usize| correlate(&x.get(c as i64), &k[c].flip([0, 1])).double_value(&[0, 0]);
        let both = one(0) + one(1);
        assert!(wrong(first_value(both)).contains("not turned round"), "{both}");
    }

    #[test]
    fn parameters_are_counted_with_one_bias_for_each_filter() {
        assert!(matches!(parameters(210), Verdict::Right(_)));
        assert!(wrong(parameters(200)).contains("bias"));
        assert!(wrong(parameters(50)).contains("10·5 kernels"));
        assert!(wrong(parameters(1)).contains("out·in·h·w"));
    }

    #[test]
    fn a_loop_that_is_right_is_right_however_it_is_written() {
        assert!(matches!(corr2d(by_hand), Verdict::Right(_)));
        assert!(matches!(corr2d(correlate), Verdict::Right(_)));
    }

    #[test]
    fn a_wrong_loop_is_told_its_own_mistake() {
        let told = wrong(corr2d(|x, k| by_hand(x, &k.flip([0, 1]))));
        assert!(told.contains("turned round") && told.contains("[3, 3]"), "{told}");
        assert!(wrong(corr2d(|x, k| by_hand(x, k) / k.numel() as f64)).contains("not averaged"));
        assert!(wrong(corr2d(|x, k| by_hand(x, k).transpose(0, 1))).contains("swapped"));
        assert!(wrong(corr2d(|x, _| x.shallow_clone())).contains("2, 2"));
        assert!(wrong(corr2d(|x, k| by_hand(x, &k.ones_like()))).contains("without being multiplied"));
        let smaller = |x: &Tensor, k: &Tensor| {
            let y = by_hand(x, k);
            y.narrow(0, 0, y.size()[0] - 1).narrow(1, 0, y.size()[1] - 1)
        };
        assert!(wrong(corr2d(smaller)).contains("last row and column"));
    }

    #[test]
    fn a_loop_that_panics_and_one_that_is_not_written_are_no_wrong_answers() {
        assert!(matches!(corr2d(|x, _| x.get(1000)), Verdict::Stopped(_)));
        assert_eq!(corr2d(|_, _| todo!()), Verdict::NotAttempted);
    }
}
