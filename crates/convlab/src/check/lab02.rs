//! The exercises of lab 02.

use super::cases::{choice, close, counting, random, rendered};
use super::exercise::Exercise;
use super::{Answer, Verdict};
use tch::Tensor;

pub(super) const EXERCISES: &[Exercise] =
    &[OUTPUT_SHAPE, FIRST_VALUE, CORR2D, FILTER_MAP, LAYER_PARAMETERS, EQUAL_START];

const OUTPUT_SHAPE: Exercise = Exercise {
    name: "output_shape",
    lab: "02",
    hints: &[
        "the output has the same four axes as the input: examples, channels, rows, columns",
        "each filter makes one channel: look at the first number of the weight's shape",
        "a window of 2 can start at the places 0, 1 and 2 of a side of 4",
    ],
};

/// Judges the foreseen output shape of the lab's layer: input [1, 2, 4, 4], weight [3, 2, 2, 2], no padding.
pub fn output_shape<T: AsRef<[i64]>>(yours: impl Fn() -> T) -> Answer {
    OUTPUT_SHAPE.judge(|| match yours().as_ref() {
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
    })
}

const FIRST_VALUE: Exercise = Exercise {
    name: "first_value",
    lab: "02",
    hints: &[
        "the window in channel 0 holds 0, 1, 4, 5; the one in channel 1 holds 16, 17, 20, 21",
        "channel 0 alone gives 0·0.1 + 1·0.2 + 4·(-0.4) + 5·(-0.5) = -3.9",
        "work out channel 1 in the same way with its own kernel, and add the two sums",
    ],
};

/// Judges the first value of the output, `output[0, 0, 0, 0]`, for the lab's two kernels.
pub fn first_value(yours: impl Fn() -> f64) -> Answer {
    FIRST_VALUE.judge(|| {
        let found = yours();
        let is = |value: f64| (found - value).abs() < 5e-3;
        if is(-10.25) {
            return Verdict::right("Eight products, four from each input channel, and one sum.");
        }
        Verdict::wrong(if is(-3.9) {
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
        })
    })
}

const LAYER_PARAMETERS: Exercise = Exercise {
    name: "layer_parameters",
    lab: "02",
    hints: &[
        "how many numbers has one kernel, and how many kernels has one filter?",
        "a filter has 5 kernels of 2 by 2: 20 weights; there are 10 filters",
        "the bias adds one number for each output channel",
    ],
};

/// Judges the number of parameters of a convolution from 5 to 10 channels, kernel 2 by 2, with bias.
pub fn layer_parameters(yours: impl Fn() -> i64) -> Answer {
    LAYER_PARAMETERS.judge(|| {
        Verdict::wrong(match yours() {
            210 => {
                return Verdict::right("10 filters of 5·2·2 = 20 weights, and one bias for each filter.");
            }
            200 => "200 are the weights; each of the 10 output channels also has one bias",
            205 => "there is one bias for each output channel, not for each input channel",
            250 => "there is one bias for each of the 10 filters, not one for each of its 5 kernels",
            40 | 50 => "each output channel has a kernel of its own for every input channel: 10·5 kernels",
            110 => "a kernel is 2 by 2, so it has 4 weights, not 2",
            _ => "it is out·in·h·w weights and out biases; put in out = 10, in = 5, h = w = 2",
        })
    })
}

const EQUAL_START: Exercise = Exercise {
    name: "equal_start",
    lab: "02",
    hints: &[
        "a filter's gradient depends on the image, on the filter's own weights, and on what the head makes of its map",
        "which of these three differ between two filters that start equal, under a head that starts equal too?",
    ],
};

/// Judges the choice of what training does to filters that all start from the same numbers.
pub fn equal_start(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Err(
                "training does not draw random numbers: where would a difference between equal filters come from?",
            ),
        ),
        ('b', Err("the loss does depend on the filters, so their gradients are not zero and they do change")),
        ('c', Ok("Equal weights get equal gradients at every step: four filters do the work of one.")),
        (
            'd',
            Err(
                "no digit belongs to a filter: all four see every image, and the head mixes them in the same way",
            ),
        ),
    ];
    EQUAL_START.judge(|| choice(yours(), &options))
}

const CORR2D: Exercise = Exercise {
    name: "corr2d",
    lab: "02",
    hints: &[
        "the map has as many rows as there are places for the window: `x.size()[0] - k.size()[0] + 1`; columns likewise",
        "make a tensor of noughts of that shape, go through its rows i and columns j, and cut out the window: `x.narrow(0, i, h).narrow(1, j, w)`",
        "the number at (i, j) is `(window * k).sum(Kind::Float)`; write it with `let _ = y.i((i, j)).copy_(&number);` and end with `y`",
    ],
};

/// Judges a function that slides kernel `k` [h, w] over image `x` [H, W] and returns the map [H-h+1, W-w+1].
///
/// The first case that goes wrong is shown; small ones come first.
pub fn corr2d(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    CORR2D.judge(|| {
        let wrong = images_and_kernels().into_iter().find_map(|(x, k)| mistake(&x, &k, &yours(&x, &k)));
        wrong.map_or_else(
            || Verdict::right("It agrees with the layer on images and kernels of many sizes, square or not."),
            Verdict::wrong,
        )
    })
}

/// By hand, then growing, then random; never square only, so that rows and columns cannot be confused.
fn images_and_kernels() -> Vec<(Tensor, Tensor)> {
    let mut cases = vec![
        (counting(&[2, 2]) + 1, counting(&[1, 1]) + 1),
        (counting(&[3, 3]), counting(&[2, 2])),
        (counting(&[2, 4]), counting(&[1, 2]) + 1),
    ];
    let sizes = [([3, 5], [2, 3]), ([5, 3], [3, 1]), ([4, 4], [4, 4]), ([6, 7], [3, 2])];
    cases.extend(
        sizes.iter().zip(1..).map(|((image, kernel), seed)| (random(image, seed), random(kernel, seed + 40))),
    );
    cases
}

/// libtorch's own convolution of one image [c, H, W] and one filter [c, h, w].
fn layer(x: &Tensor, filter: &Tensor) -> Tensor {
    let (batch, ws) = (x.unsqueeze(0), filter.unsqueeze(0));
    batch.conv2d(&ws, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1).squeeze_dim(0).squeeze_dim(0)
}

fn correlate(x: &Tensor, k: &Tensor) -> Tensor {
    layer(&x.unsqueeze(0), &k.unsqueeze(0))
}

/// What is wrong with `found`, by the mistakes that are made most often.
fn mistake(x: &Tensor, k: &Tensor, found: &Tensor) -> Option<String> {
    let expected = correlate(x, k);
    if close(found, &expected) {
        return None;
    }
    let sizes = format!("for an image {:?} and a kernel {:?}", x.size(), k.size());
    if let Some(why) = shape_mistake(&x.size(), &k.size(), &found.size()) {
        return Some(format!("{sizes} {why}"));
    }
    Some(if close(&found.transpose(0, 1), &expected) {
        format!("{sizes}: rows and columns are swapped")
    } else if close(found, &correlate(x, &k.flip([0, 1]))) {
        format!("{sizes}: your kernel is turned round; a layer of a CNN does not turn it (cross-correlation)")
    } else if close(&(found * k.numel() as f64), &expected) {
        format!("{sizes}: the products are summed, not averaged")
    } else if close(found, &correlate(x, &k.ones_like())) {
        format!("{sizes}: the window is summed without being multiplied by the kernel")
    } else {
        let [x, k, expected, found] = [x, k, &expected, found].map(rendered);
        format!("image\n{x}\nand kernel\n{k}\nshould give\n{expected}\nand yours is\n{found}")
    })
}

fn shape_mistake(image: &[i64], kernel: &[i64], found: &[i64]) -> Option<String> {
    let right = [image[0] - kernel[0] + 1, image[1] - kernel[1] + 1];
    if found == right {
        return None;
    }
    let why = match found {
        [h, w] if [*w, *h] == right => "rows and columns are swapped",
        [h, w] if [*h, *w] == image => "without padding the map is smaller than the image",
        [h, w] if [*h + 1, *w + 1] == right => {
            "the last row and column are missing: count from 0 to H - h, both included"
        }
        [h, w] if [*h, *w] == [image[0] + kernel[0] - 1, image[1] + kernel[1] - 1] => {
            "nothing is padded here"
        }
        _ => "along each side there are H - h + 1 places for the window",
    };
    Some(format!("your map has shape {found:?} and should have {right:?}: {why}"))
}

const FILTER_MAP: Exercise = Exercise {
    name: "filter_map",
    lab: "02",
    hints: &[
        "`x.i(c)` is channel c of the image, `filter.i(c)` is the kernel that belongs to it",
        "start with `corr2d(&x.i(0), &filter.i(0))` and add the maps of the other channels in a loop from 1 to `x.size()[0]`",
    ],
};

/// Judges a function that applies a filter [c, h, w] to an image [c, H, W] and returns one map [H-h+1, W-w+1].
pub fn filter_map(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    FILTER_MAP.judge(|| {
        let mut cases = vec![
            (counting(&[1, 2, 2]), counting(&[1, 1, 1]) + 2),
            (counting(&[2, 2, 2]), counting(&[2, 1, 1]) + 2),
        ];
        cases.extend([2, 3, 5].map(|c| (random(&[c, 4, 5], 1), random(&[c, 2, 3], 2))));
        let wrong = cases.iter().find_map(|(x, filter)| filter_mistake(x, filter, &yours(x, filter)));
        wrong.map_or_else(
            || Verdict::right("That is all that a convolutional layer does, once for each of its filters."),
            Verdict::wrong,
        )
    })
}

fn filter_mistake(x: &Tensor, filter: &Tensor, found: &Tensor) -> Option<String> {
    let expected = layer(x, filter);
    if close(found, &expected) {
        return None;
    }
    let c = x.size()[0];
    let sizes = format!("for an image {:?} and a filter {:?}", x.size(), filter.size());
    let first_kernel = layer(x, &filter.narrow(0, 0, 1).expand_as(filter));
    Some(if found.size() != expected.size() {
        let (shape, right) = (found.size(), expected.size());
        format!(
            "{sizes} your map has shape {shape:?} and should have {right:?}: the channels' maps are added into one"
        )
    } else if close(found, &correlate(&x.get(0), &filter.get(0))) {
        format!("{sizes} only channel 0 counts in your map: each of the {c} channels adds its own")
    } else if close(&(found * c as f64), &expected) {
        format!("{sizes} the channels' maps are summed, not averaged")
    } else if close(found, &first_kernel) {
        format!("{sizes} you use the kernel of channel 0 for all channels: each has its own")
    } else {
        let [x, filter, expected, found] = [x, filter, &expected, found].map(rendered);
        format!("image\n{x}\nand filter\n{filter}\nshould give\n{expected}\nand yours is\n{found}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{IndexOp, Kind};

    fn by_hand(x: &Tensor, k: &Tensor) -> Tensor {
        let (h, w) = (k.size()[0], k.size()[1]);
        let (rows, columns) = (x.size()[0] - h + 1, x.size()[1] - w + 1);
        let at = |i: i64, j: i64| (x.narrow(0, i, h).narrow(1, j, w) * k).sum(Kind::Float);
        let values: Vec<Tensor> =
            (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| at(i, j)).collect();
        Tensor::stack(&values, 0).view([rows, columns])
    }

    fn one_less(y: Tensor) -> Tensor {
        y.narrow(0, 0, y.size()[0] - 1).narrow(1, 0, y.size()[1] - 1)
    }

    /// Each channel's own map, [c, rows, columns].
    fn maps(x: &Tensor, filter: &Tensor) -> Tensor {
        let maps: Vec<Tensor> = (0..x.size()[0]).map(|c| by_hand(&x.i(c), &filter.i(c))).collect();
        Tensor::stack(&maps, 0)
    }

    #[test]
    fn the_shape_of_the_weight_given_for_the_outputs_is_recognised() {
        OUTPUT_SHAPE.prove::<fn() -> &'static [i64]>(
            output_shape,
            || todo!(),
            || panic!("stop"),
            &[|| &[1, 3, 3, 3]],
            &[
                (|| &[3, 2, 2, 2], "shape of the weight"),
                (|| &[3, 3, 3], "batch axis"),
                (|| &[1, 3, 4, 4], "4 - 2 + 1"),
                (|| &[1, 3, 2, 2], "not by its own width"),
                (|| &[1, 2, 3, 3], "summed up"),
                (|| &[1, 6, 3, 3], "not six"),
                (|| &[1, 3], "2 axes"),
                (|| &[1, 3, 3, 5], "[1, 3, 3, 5] is not"),
            ],
        );
    }

    #[test]
    fn the_first_value_and_its_usual_mistakes_are_distinguished() {
        FIRST_VALUE.prove::<fn() -> f64>(
            first_value,
            || todo!(),
            || panic!("stop"),
            &[|| -10.25, || -3.9 - 6.35],
            &[
                (|| -3.9, "first input channel alone"),
                (|| -6.35, "second input channel alone"),
                (|| -2.5625, "not averaged"),
                (|| 10.25, "sign is lost"),
                (|| 1., "eight products"),
                (|| f64::NAN, "eight products"),
                (
                    || {
                        (0. * -0.5 - 0.4 + 4. * 0.2 + 5. * 0.1)
                            + (16. * -0.45 + 17. * -0.42 + 20. * 0.3 + 21. * 0.4)
                    },
                    "not turned round",
                ),
            ],
        );
    }

    #[test]
    fn the_parameters_are_counted_with_one_bias_for_each_filter() {
        LAYER_PARAMETERS.prove::<fn() -> i64>(
            layer_parameters,
            || todo!(),
            || panic!("stop"),
            &[|| 210],
            &[
                (|| 200, "one bias"),
                (|| 205, "not for each input channel"),
                (|| 250, "5 kernels"),
                (|| 50, "10·5 kernels"),
                (|| 110, "4 weights"),
                (|| 7, "out·in·h·w"),
            ],
        );
    }

    #[test]
    fn filters_that_start_equal_stay_equal() {
        EQUAL_START.prove::<fn() -> char>(
            equal_start,
            || todo!(),
            || panic!("stop"),
            &[|| 'c', || 'C'],
            &[
                (|| 'a', "random numbers"),
                (|| 'b', "not zero"),
                (|| 'd', "no digit"),
                (|| 'x', "no choice 'x'"),
            ],
        );
    }

    #[test]
    fn any_way_to_slide_the_window_passes_and_a_wrong_one_gets_the_reason_of_its_own() {
        let smallest = corr2d(|x, k| by_hand(x, &k.flip([0, 1]))).to_string();
        assert!(smallest.contains("image [3, 3]"), "{smallest}");
        CORR2D.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            corr2d,
            |_, _| todo!(),
            |x, _| x.get(1000),
            &[by_hand, correlate],
            &[
                (|x, k| by_hand(x, &k.flip([0, 1])), "turned round"),
                (|x, k| by_hand(x, k) / k.numel() as f64, "not averaged"),
                (|x, k| by_hand(x, k).transpose(0, 1), "swapped"),
                (|x, k| by_hand(x, &k.ones_like()), "without being multiplied"),
                (|x, k| one_less(by_hand(x, k)), "last row and column"),
                (|x, k| by_hand(&x.constant_pad_nd([0, 1, 0, 1]), k), "places for the window"),
                (|x, k| by_hand(x, k) + 1, "should give"),
            ],
        );
    }

    #[test]
    fn the_usual_shapes_of_a_wrong_map_are_distinguished() {
        let why = |found: &[i64]| shape_mistake(&[5, 6], &[3, 2], found).unwrap();
        assert!(shape_mistake(&[5, 6], &[3, 2], &[3, 5]).is_none());
        assert!(why(&[5, 3]).contains("swapped"));
        assert!(why(&[5, 6]).contains("without padding"));
        assert!(why(&[2, 4]).contains("last row"));
        assert!(why(&[7, 7]).contains("nothing is padded"));
        assert!(why(&[15]).contains("should have [3, 5]"));
    }

    #[test]
    fn a_filter_adds_the_maps_of_all_its_channels() {
        FILTER_MAP.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            filter_map,
            |_, _| todo!(),
            |x, _| x.i(99),
            &[layer, |x, filter| maps(x, filter).sum_dim_intlist(0i64, false, Kind::Float)],
            &[
                (|x, filter| by_hand(&x.i(0), &filter.i(0)), "only channel 0"),
                (|x, filter| maps(x, filter).mean_dim(0i64, false, Kind::Float), "not averaged"),
                (maps, "added into one"),
                (|x, filter| layer(x, &filter.narrow(0, 0, 1).expand_as(filter)), "each has its own"),
                (|x, filter| layer(x, filter) * 2, "should give"),
            ],
        );
    }
}
