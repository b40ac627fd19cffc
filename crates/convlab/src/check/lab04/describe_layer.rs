use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::Device;
use tch::nn::{self, Conv2D};

pub(super) const DESCRIBE_LAYER: Exercise = Exercise {
    name: "describe_layer",
    lab: "04",
    hints: &[
        "on the page of `Conv`, under *Fields*, stand two names: one is the weight, a `Tensor`, the other the bias, an `Option<Tensor>`",
        "`layer.ws.size()` is [output channels, input channels, kernel rows, kernel columns], a `Vec` that can be indexed",
        "an `Option` is `Some(…)` or `None`: `layer.bs.is_some()` is the second half of the answer",
    ],
};

/// Judges a function that reads a convolution's own parameters: input and output channels, kernel rows and columns, and
/// whether it has a bias.
pub fn describe_layer(yours: impl Fn(&Conv2D) -> ([i64; 4], bool)) -> Answer {
    DESCRIBE_LAYER.judge(|| {
        for (sizes, bias) in [([3, 8, 5, 4], true), ([2, 7, 1, 6], false), ([9, 1, 2, 3], true)] {
            if let Some(why) = mistake(sizes, bias, yours(&layer(sizes, bias))) {
                return Verdict::wrong(why);
            }
        }
        Verdict::right("Everything that a layer has learned is in these two tensors.")
    })
}

fn layer([inputs, outputs, rows, columns]: [i64; 4], bias: bool) -> Conv2D {
    let vs = nn::VarStore::new(Device::Cpu);
    let config = nn::ConvConfigND::<[i64; 2]> { bias, ..Default::default() };
    nn::conv(vs.root(), inputs, outputs, [rows, columns], config)
}

fn mistake(sizes: [i64; 4], bias: bool, (found, has_bias): ([i64; 4], bool)) -> Option<String> {
    let [inputs, outputs, rows, columns] = sizes;
    let made = format!(
        "for a layer from {inputs} to {outputs} channels with kernels of {rows} rows and {columns} columns"
    );
    if found != sizes {
        let why = if found == [outputs, inputs, rows, columns] {
            "the weight's shape begins with the *output* channels, and your answer should begin with the input channels"
        } else if found == [inputs, outputs, columns, rows] {
            "a kernel's rows come before its columns"
        } else if found == [rows, columns, inputs, outputs] || found == [rows, columns, outputs, inputs] {
            "the channels come first, then the kernel's rows and columns"
        } else {
            "read the numbers from the size of the layer's weight"
        };
        return Some(format!("{made} yours is {found:?}: {why}"));
    }
    (has_bias != bias).then(|| match bias {
        true => {
            format!("{made} and a bias you say that it has none: then the field of the bias would be `None`")
        }
        false => {
            format!("{made} and `bias: false` you say that it has a bias: look at the field of the bias")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(layer: &Conv2D) -> [i64; 4] {
        let size = layer.ws.size();
        [size[1], size[0], size[2], size[3]]
    }

    #[test]
    fn a_layer_is_described_by_its_own_parameters() {
        DESCRIBE_LAYER.prove::<fn(&Conv2D) -> ([i64; 4], bool)>(
            describe_layer,
            |_| todo!(),
            |layer| ([layer.ws.size()[9]; 4], true),
            &[
                |layer| (read(layer), layer.bs.is_some()),
                |layer| {
                    let (outputs, inputs, rows, columns) = layer.ws.size4().unwrap();
                    ([inputs, outputs, rows, columns], layer.bs.iter().count() == 1)
                },
            ],
            &[
                (
                    |layer| {
                        let [inputs, outputs, rows, columns] = read(layer);
                        ([outputs, inputs, rows, columns], layer.bs.is_some())
                    },
                    "begins with the *output* channels",
                ),
                (
                    |layer| {
                        let [inputs, outputs, rows, columns] = read(layer);
                        ([inputs, outputs, columns, rows], layer.bs.is_some())
                    },
                    "rows come before its columns",
                ),
                (
                    |layer| {
                        let [inputs, outputs, rows, columns] = read(layer);
                        ([rows, columns, inputs, outputs], layer.bs.is_some())
                    },
                    "the channels come first",
                ),
                (|layer| ([3, 8, 5, 5], layer.bs.is_some()), "read the numbers from"),
                (|layer| (read(layer), true), "`bias: false` you say that it has a bias"),
                (|layer| (read(layer), layer.bs.is_none()), "you say that it has none"),
            ],
        );
    }
}
