use crate::check::cases::close;
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub const SEVENS: Exercise = Exercise {
    name: "sevens",
    lab: "00",
    hints: &[
        "`Tensor::zeros([rows, columns], (Kind::Float, Device::Cpu))` makes a tensor of zeros; rows come first",
        "a number added to a tensor is added to each of its numbers: `x + 1`",
        "write the tensor of zeros and ` + 7` after it, without a semicolon: the last expression is what the function returns",
    ],
};

/// Judges a function that makes a tensor with 2 rows and 5 columns of sevens.
pub fn sevens(yours: impl Fn() -> Tensor) -> Answer {
    SEVENS.judge(|| {
        let found = yours();
        let shape = found.size();
        match shape.as_slice() {
            [2, 5] if close(&found, &(found.zeros_like() + 7)) => Verdict::right("Rows first, then columns."),
            [2, 5] => Verdict::wrong(format!(
                "its numbers are not all 7: the first is {}",
                found.double_value(&[0, 0])
            )),
            [5, 2] => Verdict::wrong("[5, 2] has 5 rows and 2 columns: the rows come first"),
            [10] => {
                Verdict::wrong("your tensor has ten numbers in one axis; give it two with `.view([2, 5])`")
            }
            _ => Verdict::wrong(format!("your tensor has shape {shape:?}; 2 rows of 5 columns are [2, 5]")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    fn full(shape: &[i64], value: f64) -> Tensor {
        Tensor::zeros(shape, (Kind::Float, Device::Cpu)) + value
    }

    #[test]
    fn sevens_are_right_in_any_kind_and_every_mistake_is_named() {
        SEVENS.prove::<fn() -> Tensor>(
            sevens,
            || todo!(),
            || panic!("stop"),
            &[|| full(&[2, 5], 7.), || full(&[2, 5], 7.).to_kind(Kind::Int64)],
            &[
                (|| full(&[2, 5], 8.), "the first is 8"),
                (|| full(&[5, 2], 7.), "the rows come first"),
                (|| full(&[10], 7.), ".view([2, 5])"),
                (|| full(&[2, 5, 1], 7.), "[2, 5, 1]"),
            ],
        );
    }
}
