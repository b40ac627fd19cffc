//! What the exercises about a kernel [h, w] share.

use crate::check::Verdict;
use tch::{Kind, Tensor};

/// The kernel as floats and the sum of its numbers, or what is wrong with its shape.
pub(super) fn kernel(k: &Tensor) -> Result<(Tensor, f64), Verdict> {
    if k.size() != [3, 3] {
        return Err(Verdict::wrong(format!(
            "the kernel should have shape [3, 3], and yours has {:?}",
            k.size()
        )));
    }
    if k.kind() != Kind::Float {
        return Err(Verdict::wrong(format!(
            "your kernel is of kind {:?}, and pictures are of `Kind::Float`: begin its numbers with one such as `1f32`",
            k.kind()
        )));
    }
    let k = k.shallow_clone();
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
