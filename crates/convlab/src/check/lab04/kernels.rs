//! What the exercises about a kernel [h, w] share.

use crate::check::Verdict;
use tch::{Kind, Tensor};

/// The kernel as floats and the sum of its numbers, or what is wrong with its shape.
pub(super) fn kernel(k: &Tensor) -> Result<(Tensor, f64), Verdict> {
    match k.size().as_slice() {
        [h, w] if h % 2 == 1 && w % 2 == 1 && *h >= 3 && *w >= 3 => {}
        shape => {
            return Err(Verdict::wrong(format!(
                "a kernel here has two axes of an odd length, such as [3, 3], and yours has shape {shape:?}"
            )));
        }
    }
    let k = k.to_kind(Kind::Float);
    let sum = k.sum(Kind::Float).double_value(&[]);
    Ok((k, sum))
}

/// That the picture becomes brighter or darker, if it does.
pub(super) fn brightness(sum: f64) -> Option<Verdict> {
    let way = if sum > 1.0 { "brighter" } else { "darker" };
    ((sum - 1.0).abs() > 0.01).then(|| {
        Verdict::wrong(format!(
            "the numbers add up to {sum:.2}, so the picture becomes {way}: they should add up to 1"
        ))
    })
}
