use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const LAYER_PARAMETERS: Exercise = Exercise {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
