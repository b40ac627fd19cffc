//! The exercise of lab 00.

use super::{Verdict, close};
use tch::Tensor;

/// Judges a tensor that shall have 2 rows and 5 columns of sevens.
pub fn sevens(yours: &Tensor) -> Verdict {
    let shape = yours.size();
    match shape.as_slice() {
        [2, 5] if close(yours, &(yours.zeros_like() + 7)) => {
            Verdict::right("That is how every check answers. Go on to the next lab when you like.")
        }
        [2, 5] => {
            Verdict::wrong(format!("its numbers are not all 7: the first is {}", yours.double_value(&[0, 0])))
        }
        [5, 2] => Verdict::wrong("[5, 2] has 5 rows and 2 columns: the rows come first"),
        [10] => Verdict::wrong("your tensor has ten numbers in one axis; give it two with `.view([2, 5])`"),
        _ => Verdict::wrong(format!("your tensor has shape {shape:?}, and 2 rows of 5 columns are [2, 5]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    #[test]
    fn sevens_are_right_in_any_kind_and_every_mistake_is_named() {
        let full = |shape: &[i64], value: f64, kind| Tensor::zeros(shape, (kind, Device::Cpu)) + value;
        for kind in [Kind::Float, Kind::Int64] {
            assert!(matches!(sevens(&full(&[2, 5], 7.0, kind).to_kind(kind)), Verdict::Right(_)));
        }
        for (shape, value, because) in [
            (vec![2, 5], 8.0, "the first is 8"),
            (vec![5, 2], 7.0, "the rows come first"),
            (vec![10], 7.0, ".view([2, 5])"),
            (vec![2, 5, 1], 7.0, "[2, 5, 1]"),
        ] {
            let told = sevens(&full(&shape, value, Kind::Float)).to_string();
            assert!(told.starts_with("✘ not yet") && told.contains(because), "{told}");
        }
    }
}
