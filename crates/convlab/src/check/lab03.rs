//! The exercises of lab 03.

use super::cases::{choice, close, counting, random, rendered};
use super::exercise::Exercise;
use super::{Answer, Verdict};
use tch::nn::{self, Module};
use tch::{Device, Kind, Tensor};

pub(super) const EXERCISES: &[Exercise] = &[
    DOT_PRODUCT,
    OUTPUT_SIDE,
    SAME_PADDING,
    DEEP_OUTPUT,
    MAX_POOL,
    WHICH_FIRST,
    FLATTENED_FEATURES,
    MEAN_LOSS,
    DEEPER,
];

const DOT_PRODUCT: Exercise = Exercise {
    name: "dot_product",
    lab: "03",
    hints: &[
        "`window.flatten(0, -1) * kernel.flatten(0, -1)` multiplies number by number",
        "add up with `.sum(Kind::Float)`; `.double_value(&[])` makes a number of it",
    ],
};

/// Judges a function that multiplies a window and a kernel [h, w] place by place and adds up.
pub fn dot_product(yours: impl Fn(&Tensor, &Tensor) -> f64) -> Answer {
    DOT_PRODUCT.judge(|| {
        let cases = [
            (counting(&[1, 2]) + 1, counting(&[1, 2]) + 3),
            (counting(&[2, 2]), counting(&[2, 2]) + 1),
            (random(&[2, 3], 1), random(&[2, 3], 2)),
            (random(&[5, 5], 3), random(&[5, 5], 4)),
        ];
        let wrong =
            cases.iter().find_map(|(window, kernel)| dot_mistake(window, kernel, yours(window, kernel)));
        wrong.map_or_else(
            || Verdict::right("That one number says how much the window is like the kernel."),
            Verdict::wrong,
        )
    })
}

fn dot_mistake(window: &Tensor, kernel: &Tensor, found: f64) -> Option<String> {
    let sum = |x: Tensor| x.sum(Kind::Double).double_value(&[]);
    let is = |value: f64| (found - value).abs() < 1e-4;
    let right = sum(window * kernel);
    if is(right) {
        return None;
    }
    let square = window.size()[0] == window.size()[1];
    let why = if is(right / window.numel() as f64) {
        "the products are summed, not averaged"
    } else if is(sum(window * kernel.flip([0, 1]))) {
        "your kernel is turned round"
    } else if is(sum(window.shallow_clone())) {
        "the kernel has no part in it"
    } else if square && is(sum(window.matmul(kernel))) {
        "that is a matrix product: each number meets only the one in its own place, which is what `*` does"
    } else {
        "multiply place by place, then add up"
    };
    let [window, kernel] = [window, kernel].map(rendered);
    Some(format!(
        "the window\n{window}\nand the kernel\n{kernel}\ngive {right:.4}, and yours is {found:.4}: {why}"
    ))
}

const OUTPUT_SIDE: Exercise = Exercise {
    name: "output_side",
    lab: "03",
    hints: &[
        "with its padding the side is `n + 2 * padding` long",
        "the first place is 0, the last one where the window still fits is `n + 2 * padding - k`",
        "how often does `stride` go into that, and do not forget place 0",
    ],
};

/// Judges a function from side, kernel, stride and padding to the side of the output.
pub fn output_side(yours: impl Fn(i64, i64, i64, i64) -> i64) -> Answer {
    OUTPUT_SIDE.judge(|| {
        // Side, kernel, stride, padding, and the places counted by sliding.
        let cases = [
            (4, 2, 1, 0),
            (7, 3, 2, 0),
            (5, 3, 1, 2),
            (8, 3, 2, 1),
            (28, 5, 1, 0),
            (6, 3, 2, 0),
            (32, 5, 2, 2),
            (9, 2, 3, 0),
            (3, 3, 5, 0),
        ];
        let wrong =
            cases.into_iter().find_map(|case| side_mistake(case, yours(case.0, case.1, case.2, case.3)));
        wrong.map_or_else(
            || Verdict::right("Rows and columns, convolution and pooling: they all follow this formula."),
            Verdict::wrong,
        )
    })
}

fn side_mistake((n, k, stride, padding): (i64, i64, i64, i64), found: i64) -> Option<String> {
    let padded = n + 2 * padding;
    let right = (0..padded).step_by(stride as usize).filter(|start| start + k <= padded).count() as i64;
    if found == right {
        return None;
    }
    let why = match found {
        _ if found == right - 1 => "place 0 counts too: add 1 at the end",
        _ if padding > 0 && found == (n - k) / stride + 1 => "there is no padding in it yet",
        _ if padding > 0 && found == (n + padding - k) / stride + 1 => "there are zeros at both ends",
        _ if stride > 1 && found == padded - k + 1 => "there is no stride in it yet",
        _ if found == right + 1 => "there the window would hang over the edge: divide without rest",
        _ => "count the places in your head, from 0, as long as the window fits",
    };
    Some(format!(
        "a side of {n}, a kernel of {k}, stride {stride} and padding {padding} give {right}, and yours is {found}: {why}"
    ))
}

const SAME_PADDING: Exercise = Exercise {
    name: "same_padding",
    lab: "03",
    hints: &["without padding a side loses `k - 1` pixels", "padding adds zeros at both ends"],
};

/// Judges a function from an odd kernel size to the padding that keeps a side.
pub fn same_padding(yours: impl Fn(i64) -> i64) -> Answer {
    SAME_PADDING.judge(|| {
        let wrong = [5, 3, 1, 7, 11].into_iter().find_map(|k| {
            let (right, found) = ((k - 1) / 2, yours(k));
            let why = match found {
                _ if found == right => return None,
                _ if found == k - 1 => "so many are lost, but padding adds zeros at *both* ends",
                _ if found == right + 1 => "then the side grows by 2",
                _ if found == k => "a window as wide as the padding sees nothing but zeros",
                _ => "what a side loses, k - 1, must come back, half of it at each end",
            };
            Some(format!("for a kernel of {k} it is {right}, and yours is {found}: {why}"))
        });
        wrong.map_or_else(
            || Verdict::right("1 for 3 by 3, 2 for 5 by 5: you will meet these numbers everywhere."),
            Verdict::wrong,
        )
    })
}

const DEEP_OUTPUT: Exercise = Exercise {
    name: "deep_output",
    lab: "03",
    hints: &["the batch stays a batch; each filter makes one map", "the side is `output_side(32, 5, 2, 2)`"],
};

/// Judges the shape that a layer of 6 filters, 5 by 5, stride 2, padding 2, makes of [8, 3, 32, 32].
pub fn deep_output(yours: impl Fn() -> [i64; 4]) -> Answer {
    DEEP_OUTPUT.judge(|| {
        Verdict::wrong(match yours() {
            [8, 6, 16, 16] => {
                return Verdict::right(
                    "Eight examples, a map for each of six filters, and half of each side.",
                );
            }
            [6, 3, 5, 5] => {
                "[6, 3, 5, 5] is the shape of the weight: what the layer stores, not what it produces"
            }
            [8, 3, ..] => {
                "the depth that comes in is summed over; the depth that comes out is the number of filters"
            }
            [8, 18, ..] => "each filter adds up its three kernels' maps: six filters give six maps",
            [1, ..] => "the batch has eight examples",
            [8, 6, 14, 14] => {
                "there are two zeros at each end of a side: it is 36 long before the window starts"
            }
            [8, 6, 32, 32] => "*same* padding keeps a side only where the stride is 1",
            [8, 6, 28, 28] => "that is without stride and without padding",
            [8, 6, 17, 17] | [8, 6, 15, 15] => {
                "count the places again: (32 + 4 - 5) / 2 without rest, and one more"
            }
            _ => "it is [examples, filters, output_side(32, 5, 2, 2), the same]",
        })
    })
}

const MAX_POOL: Exercise = Exercise {
    name: "max_pool",
    lab: "03",
    hints: &[
        "`y` has half of the rows and half of the columns: `Tensor::zeros([x.size()[0] / 2, x.size()[1] / 2], (Kind::Float, Device::Cpu))`",
        "the block for (i, j) is `x.narrow(0, 2 * i, 2).narrow(1, 2 * j, 2)`, its largest number `.max()` of that",
        "without a loop: `x.view([h / 2, 2, w / 2, 2]).amax([1, 3], false)`",
    ],
};

/// Judges a function that pools a map [h, w] with even sides by 2.
pub fn max_pool(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    MAX_POOL.judge(|| {
        let cases = [
            counting(&[2, 2]),
            counting(&[2, 4]),
            counting(&[4, 2]).flip([0]),
            random(&[4, 6], 1),
            random(&[6, 4], 2) - 2, // all below zero
        ];
        let wrong = cases.iter().find_map(|x| pool_mistake(x, &yours(x)));
        wrong.map_or_else(
            || Verdict::right("One number of four is left, wherever in its block it was."),
            Verdict::wrong,
        )
    })
}

fn pool_mistake(x: &Tensor, found: &Tensor) -> Option<String> {
    let batch = x.view([1, 1, x.size()[0], x.size()[1]]);
    let flat = |y: Tensor| y.squeeze_dim(0).squeeze_dim(0);
    let right = flat(batch.max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false));
    if close(found, &right) {
        return None;
    }
    let mean = flat(batch.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>));
    let gliding = flat(batch.max_pool2d([2, 2], [1, 1], [0, 0], [1, 1], false));
    let why = if found.size() == gliding.size() && close(found, &gliding) {
        "your blocks overlap: they stand side by side, so they begin at 2 · i and 2 · j".to_owned()
    } else if found.size() != right.size() {
        format!("it has shape {:?} and should have {:?}, half of each side", found.size(), right.size())
    } else if close(found, &mean) {
        "that is average pooling: the largest is wanted, not the mean".to_owned()
    } else if close(found, &right.clamp_min(0)) {
        "numbers below zero are pooled too: the largest of -1 and -2 is -1, not 0".to_owned()
    } else if close(found, &-flat((-&batch).max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false))) {
        "these are the smallest numbers".to_owned()
    } else {
        format!("it should be\n{}\nand yours is\n{}", rendered(&right), rendered(found))
    };
    Some(format!("of the map\n{}\n{why}", rendered(x)))
}

const WHICH_FIRST: Exercise = Exercise {
    name: "which_first",
    lab: "03",
    hints: &[
        "take a block of four numbers, some of them below zero, and do it both ways",
        "take a block of which all numbers are below zero, too",
    ],
};

/// Judges the choice of what the order of pooling and ReLU makes of the result.
pub fn which_first(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Ok(
                "The larger of two numbers stays the larger when what is below zero becomes 0. Pooling first is less work: ReLU has a quarter of the numbers left.",
            ),
        ),
        ('b', Err("ReLU comes afterwards and makes 0 of them")),
        (
            'c',
            Err(
                "a block gives 0 when none of its numbers is above zero; does that depend on which comes first?",
            ),
        ),
        ('d', Err("try a block with any numbers you like, and do it both ways")),
    ];
    WHICH_FIRST.judge(|| choice(yours(), &options))
}

const FLATTENED_FEATURES: Exercise = Exercise {
    name: "flattened_features",
    lab: "03",
    hints: &[
        "the first convolution leaves 24 by 24, pooling half of that",
        "the second convolution starts from 12 by 12",
        "there are 20 channels at the end",
    ],
};

/// Judges the number of inputs of the linear layer of the lab's classifier.
pub fn flattened_features(yours: impl Fn() -> i64) -> Answer {
    FLATTENED_FEATURES.judge(|| {
        Verdict::wrong(match yours() {
            320 => return Verdict::right("28 → 24 → 12 → 8 → 4, and 20 channels of 4 by 4."),
            16 => "16 are the numbers of one channel; there are 20",
            160 => "10 channels leave the first convolution; the linear layer stands after the second",
            1_280 => "8 by 8 leaves the second convolution, and then it is pooled",
            8_000 => "there is pooling after both convolutions",
            980 => "with a padding of 2 it would be 7 by 7; there is none here",
            3_200 => "the 10 channels between the layers are summed over: 20 come out",
            _ => {
                "28 - 4 = 24, half of it is 12, 12 - 4 = 8, half of it is 4: how many numbers in 20 channels?"
            }
        })
    })
}

const MEAN_LOSS: Exercise = Exercise {
    name: "mean_loss",
    lab: "03",
    hints: &[
        "the sum of the losses of all images in batch b is `losses[b] * sizes[b] as f64`",
        "add that up over the batches, and add up the sizes too",
        "the mean is the one sum divided by the other",
    ],
};

/// Judges a function from the mean loss and the number of images of each batch to the mean loss of an image.
pub fn mean_loss(yours: impl Fn(&[f64], &[i64]) -> f64) -> Answer {
    MEAN_LOSS.judge(|| {
        let cases: [(&[f64], &[i64]); 3] =
            [(&[1.0, 3.0], &[2, 2]), (&[2.0], &[4]), (&[0.5, 0.3, 2.0], &[128, 128, 16])];
        let wrong =
            cases.into_iter().find_map(|(losses, sizes)| mean_mistake(losses, sizes, yours(losses, sizes)));
        wrong
            .map_or_else(|| Verdict::right("The mean over images, whatever the batches are."), Verdict::wrong)
    })
}

fn mean_mistake(losses: &[f64], sizes: &[i64], found: f64) -> Option<String> {
    let images = sizes.iter().sum::<i64>() as f64;
    let (sum, batches) = (losses.iter().sum::<f64>(), losses.len() as f64);
    let total: f64 = losses.iter().zip(sizes).map(|(loss, size)| loss * *size as f64).sum();
    let is = |value: f64| (found - value).abs() < 1e-9;
    let why = if is(total / images) {
        return None;
    } else if is(sum / images) {
        "a loss of a batch is the mean of its images already: that is the old mistake"
    } else if is(total) {
        "that is the sum over all images; divide it by their number"
    } else if is(sum / batches) {
        "the small last batch counts as much as the others: weigh each loss with the size of its batch"
    } else if is(total / batches) {
        "you divide by the number of batches; the sum is one over images"
    } else {
        "weigh each loss with the size of its batch, add up, and divide by the number of images"
    };
    let right = total / images;
    Some(format!(
        "for losses {losses:?} of batches of {sizes:?} it is {right:.4}, and yours is {found:.4}: {why}"
    ))
}

const DEEPER: Exercise = Exercise {
    name: "deeper",
    lab: "03",
    hints: &[
        "start from the body of `classifier` and add a convolution and a ReLU behind the second",
        "let each layer take as many channels as the one before it makes; `padding: 1` keeps the size with a kernel of 3",
        "`show::summary(&vs, &deeper(&vs), &[1, 1, 28, 28])?` with a new `vs` tells how many numbers the linear layer takes",
    ],
};

/// Judges a function that builds a network of at least three convolutions, with activations, from [n, 1, 28, 28] to
/// scores [n, 10].
pub fn deeper(yours: impl Fn(&nn::VarStore) -> nn::Sequential) -> Answer {
    DEEPER.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let net = yours(&vs);
        let xs = random(&[3, 1, 28, 28], 1);
        let scores = net.forward(&xs);
        if scores.size() != [3, 10] {
            return Verdict::wrong(format!(
                "for three images it gives {:?}, and ten scores for each are [3, 10]",
                scores.size()
            ));
        }
        let variables = vs.trainable_variables();
        let convolutions = variables.iter().filter(|variable| variable.dim() == 4).count();
        if convolutions < 3 {
            return Verdict::wrong(format!(
                "it has {convolutions} convolutions in `vs`, and at least three are wanted"
            ));
        }
        scores.square().sum(Kind::Float).backward();
        if let Some(idle) = variables.iter().find(|variable| !variable.grad().defined()) {
            return Verdict::wrong(format!(
                "a weight of shape {:?} is in `vs`, but nothing that comes out depends on it",
                idle.size()
            ));
        }
        let sums = scores.sum_dim_intlist([1i64].as_slice(), false, Kind::Float);
        if close(&sums, &sums.ones_like()) {
            return Verdict::wrong(
                "it ends with a soft-max, and the loss has one inside: give it the scores as they are",
            );
        }
        if is_linear(&net) {
            return Verdict::wrong(
                "there is no activation in it, so that all its layers together are one linear function",
            );
        }
        Verdict::right(format!("{convolutions} convolutions. Train it and see whether that pays."))
    })
}

/// Whether the network of a sum is the sum of the networks, up to its biases.
fn is_linear(net: &nn::Sequential) -> bool {
    let [a, b] = [2, 3].map(|seed| random(&[1, 1, 28, 28], seed));
    let of = |xs: &Tensor| tch::no_grad(|| net.forward(xs));
    close(&(of(&a) + of(&b)), &(of(&(&a + &b)) + of(&a.zeros_like())))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Dot = fn(&Tensor, &Tensor) -> f64;
    type Side = fn(i64, i64, i64, i64) -> i64;
    type Mean = fn(&[f64], &[i64]) -> f64;
    type Build = fn(&nn::VarStore) -> nn::Sequential;

    #[test]
    fn an_activation_is_a_dot_product_and_no_matrix_product() {
        DOT_PRODUCT.prove::<Dot>(
            dot_product,
            |_, _| todo!(),
            |window, kernel| window.dot(kernel).double_value(&[]),
            &[
                |window, kernel| (window * kernel).sum(Kind::Float).double_value(&[]),
                |window, kernel| window.flatten(0, -1).dot(&kernel.flatten(0, -1)).double_value(&[]),
            ],
            &[
                (|window, kernel| (window * kernel).mean(Kind::Float).double_value(&[]), "not averaged"),
                (
                    |window, kernel| (window * kernel.flip([0, 1])).sum(Kind::Float).double_value(&[]),
                    "turned round",
                ),
                (|window, _| window.sum(Kind::Float).double_value(&[]), "no part in it"),
                (
                    |window, kernel| {
                        let square = window.size()[0] == window.size()[1];
                        let product = if square { window.matmul(kernel) } else { window * kernel };
                        product.sum(Kind::Float).double_value(&[])
                    },
                    "a matrix product",
                ),
                (|_, _| 0.0, "and yours is 0.0000: multiply"),
            ],
        );
    }

    #[test]
    fn the_side_of_the_output_is_the_number_of_places_of_the_window() {
        OUTPUT_SIDE.prove::<Side>(
            output_side,
            |_, _, _, _| todo!(),
            |n, _, _, _| n / (n - n),
            &[|n, k, s, p| (n + 2 * p - k) / s + 1, |n, k, s, p| (n + 2 * p - k + s) / s],
            &[
                (|n, k, s, p| (n + 2 * p - k) / s, "place 0 counts too"),
                (|n, k, s, _| (n - k) / s + 1, "no padding in it"),
                (|n, k, s, p| (n + p - k) / s + 1, "at both ends"),
                (|n, k, _, p| n + 2 * p - k + 1, "no stride in it"),
                (|n, k, s, p| (n + 2 * p - k + s - 1) / s + 1, "hang over the edge"),
                (|_, _, _, _| 100, "as long as the window fits"),
            ],
        );
    }

    #[test]
    fn same_padding_brings_back_what_the_kernel_takes() {
        SAME_PADDING.prove::<fn(i64) -> i64>(
            same_padding,
            |_| todo!(),
            |k| k / (k - k),
            &[|k| (k - 1) / 2, |k| k / 2],
            &[
                (|k| k - 1, "at *both* ends"),
                (|k| k.div_euclid(2) + 1, "grows by 2"),
                (|k| k, "nothing but zeros"),
                (|_| 0, "half of it at each end"),
            ],
        );
    }

    #[test]
    fn depth_stride_and_padding_are_put_together() {
        DEEP_OUTPUT.prove::<fn() -> [i64; 4]>(
            deep_output,
            || todo!(),
            || panic!("stop"),
            &[|| [8, 6, 16, 16]],
            &[
                (|| [6, 3, 5, 5], "the shape of the weight"),
                (|| [8, 3, 16, 16], "the depth that comes in"),
                (|| [8, 18, 16, 16], "six maps"),
                (|| [1, 6, 16, 16], "eight examples"),
                (|| [8, 6, 14, 14], "36 long"),
                (|| [8, 6, 32, 32], "where the stride is 1"),
                (|| [8, 6, 28, 28], "without stride and without padding"),
                (|| [8, 6, 17, 17], "count the places again"),
                (|| [0; 4], "[examples, filters"),
            ],
        );
    }

    #[test]
    fn a_block_becomes_its_largest_number_also_below_zero() {
        MAX_POOL.prove::<fn(&Tensor) -> Tensor>(
            max_pool,
            |_| todo!(),
            |x| x.get(100),
            &[|x| {
                let (h, w) = (x.size()[0], x.size()[1]);
                x.view([h / 2, 2, w / 2, 2]).amax([1, 3], false)
            }],
            &[
                (
                    |x| {
                        let (h, w) = (x.size()[0], x.size()[1]);
                        x.view([h / 2, 2, w / 2, 2]).mean_dim([1i64, 3].as_slice(), false, Kind::Float)
                    },
                    "average pooling",
                ),
                (
                    |x| {
                        let (h, w) = (x.size()[0], x.size()[1]);
                        x.view([h / 2, 2, w / 2, 2]).amax([1, 3], false).clamp_min(0)
                    },
                    "below zero",
                ),
                (
                    |x| {
                        let (h, w) = (x.size()[0], x.size()[1]);
                        x.view([h / 2, 2, w / 2, 2]).amin([1, 3], false)
                    },
                    "the smallest numbers",
                ),
                (
                    |x| {
                        let batch = x.view([1, 1, x.size()[0], x.size()[1]]);
                        batch.max_pool2d([2, 2], [1, 1], [0, 0], [1, 1], false).squeeze_dim(0).squeeze_dim(0)
                    },
                    "your blocks overlap",
                ),
                (|x| x.copy(), "half of each side"),
                (
                    |x| x.narrow(0, 0, x.size()[0] / 2).narrow(1, 0, x.size()[1] / 2).copy() + 9,
                    "it should be",
                ),
            ],
        );
    }

    #[test]
    fn pooling_and_relu_may_change_places() {
        WHICH_FIRST.prove::<fn() -> char>(
            which_first,
            || todo!(),
            || panic!("stop"),
            &[|| 'a'],
            &[
                (|| 'b', "makes 0 of them"),
                (|| 'c', "none of its numbers"),
                (|| 'd', "any numbers you like"),
                (|| 'e', "there is no choice"),
            ],
        );
    }

    #[test]
    fn the_320_is_found_by_following_the_sides() {
        FLATTENED_FEATURES.prove::<fn() -> i64>(
            flattened_features,
            || todo!(),
            || panic!("stop"),
            &[|| 320, || 20 * 4 * 4],
            &[
                (|| 16, "one channel"),
                (|| 160, "after the second"),
                (|| 20 * 8 * 8, "then it is pooled"),
                (|| 20 * 20 * 20, "after both convolutions"),
                (|| 20 * 7 * 7, "a padding of 2"),
                (|| 3_200, "are summed over"),
                (|| 1, "how many numbers"),
            ],
        );
    }

    #[test]
    fn the_mean_is_one_over_images() {
        MEAN_LOSS.prove::<Mean>(
            mean_loss,
            |_, _| todo!(),
            |losses, _| losses[7],
            &[|losses, sizes| {
                let total: f64 = losses.iter().zip(sizes).map(|(loss, size)| loss * *size as f64).sum();
                total / sizes.iter().sum::<i64>() as f64
            }],
            &[
                (
                    |losses, sizes| losses.iter().sum::<f64>() / sizes.iter().sum::<i64>() as f64,
                    "the old mistake",
                ),
                (|losses, _| losses.iter().sum::<f64>() / losses.len() as f64, "the small last batch"),
                (
                    |losses, sizes| losses.iter().zip(sizes).map(|(loss, size)| loss * *size as f64).sum(),
                    "the sum over all images",
                ),
                (
                    |losses, sizes| {
                        let total: f64 =
                            losses.iter().zip(sizes).map(|(loss, size)| loss * *size as f64).sum();
                        total / losses.len() as f64
                    },
                    "the number of batches",
                ),
                (|_, _| f64::NAN, "weigh each loss with the size of its batch, add up"),
            ],
        );
    }

    /// Three convolutions with what comes after each, and at the end.
    fn three(vs: &nn::VarStore, after: fn(&Tensor) -> Tensor, last: fn(&Tensor) -> Tensor) -> nn::Sequential {
        let conv = |inputs| nn::conv2d(vs.root(), inputs, 4, 3, Default::default());
        nn::seq()
            .add(conv(1))
            .add_fn(after)
            .add(conv(4))
            .add_fn(after)
            .add(conv(4)) // [n, 4, 22, 22]
            .add_fn(after)
            .add_fn(|xs| xs.flat_view())
            .add(nn::linear(vs.root(), 4 * 22 * 22, 10, Default::default()))
            .add_fn(last)
    }

    #[test]
    fn a_deeper_network_has_three_convolutions_with_activations_and_gives_scores() {
        DEEPER.prove::<Build>(
            deeper,
            |_| todo!(),
            |vs| nn::seq().add(nn::linear(vs.root(), 100, 10, Default::default())),
            &[
                |vs| three(vs, |xs| xs.relu(), |xs| xs.shallow_clone()),
                |vs| three(vs, |xs| xs.tanh(), |xs| xs.log_softmax(-1, Kind::Float)),
            ],
            &[
                (|vs| three(vs, |xs| xs.shallow_clone(), |xs| xs.shallow_clone()), "no activation in it"),
                (|vs| three(vs, |xs| xs.relu(), |xs| xs.softmax(-1, Kind::Float)), "ends with a soft-max"),
                (|vs| three(vs, |xs| xs.relu(), |xs| xs.narrow(1, 0, 9)), "[3, 9]"),
                (
                    |vs| {
                        let flat = nn::seq().add_fn(|xs| xs.flat_view().relu());
                        flat.add(nn::linear(vs.root(), 784, 10, Default::default()))
                    },
                    "it has 0 convolutions",
                ),
                (
                    |vs| {
                        let _idle = nn::conv2d(vs.root(), 2, 5, 3, Default::default());
                        three(vs, |xs| xs.relu(), |xs| xs.shallow_clone())
                    },
                    "nothing that comes out depends on it",
                ),
            ],
        );
    }
}
