use super::super::cases::{close, counting, random, rendered};
use super::super::{Answer, Verdict, exercise::Exercise};
use tch::{Kind, Tensor};

pub(super) const NORMALISED: Exercise = Exercise {
    name: "normalised",
    lab: "09",
    hints: &[
        "a channel's numbers lie along the axes 0 (images), 2 (rows) and 3 (columns): `xs.mean_dim([0i64, 2, 3].as_slice(), true, Kind::Float)` is [1, c, 1, 1]",
        "take the mean away first; the variance is the mean of the squares of what is left",
        "divide by `(variance + 1e-5).sqrt()`",
    ],
};

/// Judges a function that gives each channel of a batch [n, c, h, w] mean 0 and variance 1.
pub fn normalised(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    NORMALISED.judge(|| {
        // In the last one 1e-5 is more than the variance.
        let cases = [counting(&[2, 1, 1, 2]), counting(&[2, 2, 1, 2]), random(&[3, 4, 5, 2], 1) * 3 + 2, random(&[5, 3, 4, 4], 2) - 1, counting(&[2, 1, 1, 2]) * 1e-3];
        let wrong = cases.iter().find_map(|xs| mistake(xs, &yours(xs)));
        wrong.map_or_else(
            || Verdict::right("It is what `nn::batch_norm2d` does in training, before it scales and shifts each channel by numbers that it learns."),
            Verdict::wrong,
        )
    })
}

/// Normalised over these axes.
fn over(xs: &Tensor, axes: &[i64], unbiased: bool) -> Tensor {
    let mean = xs.mean_dim(axes, true, Kind::Float);
    (xs - mean) / (xs.var_dim(axes, unbiased, true) + 1e-5).sqrt()
}

fn mistake(xs: &Tensor, found: &Tensor) -> Option<String> {
    let right = over(xs, &[0, 2, 3], false);
    let near = |other: &Tensor| found.size() == other.size() && found.allclose(other, 2e-3, 2e-3, false);
    if near(&right) {
        return None;
    }
    let shape = xs.size();
    let mean = xs.mean_dim([0i64, 2, 3].as_slice(), true, Kind::Float);
    Some(if found.size() != shape {
        format!("for a batch {shape:?} yours has shape {:?}; the shape stays", found.size())
    } else if close(found, &(xs - &mean)) {
        format!(
            "for a batch {shape:?} the mean is 0, but the spread is what it was: divide by the root of the variance"
        )
    } else if close(found, &((xs - &mean) / (xs.var_dim([0i64, 2, 3].as_slice(), false, true) + 1e-5))) {
        format!("for a batch {shape:?} you divide by the variance; its root is wanted")
    } else if near(&over(xs, &[0, 1, 2, 3], false)) {
        format!("for a batch {shape:?} all channels share one mean; each has its own")
    } else if near(&over(xs, &[2, 3], false)) {
        format!(
            "for a batch {shape:?} each image has a mean of its own; a channel's mean is over all images of the batch"
        )
    } else if near(&over(xs, &[0], false)) {
        format!(
            "for a batch {shape:?} each pixel has a mean of its own; a channel's is over rows and columns too"
        )
    } else if near(&over(xs, &[0, 2, 3], true)) {
        format!(
            "for a batch {shape:?} your variance divides by the count less 1 (`unbiased`); batch norm divides by the count"
        )
    } else if near(&((xs - &mean) / (xs.var_dim([0i64, 2, 3].as_slice(), false, true).sqrt() + 1e-5))) {
        format!("for a batch {shape:?} with a small variance 1e-5 is added to it, before the root is taken")
    } else if near(&((xs - &mean) / xs.var_dim([0i64, 2, 3].as_slice(), false, true).sqrt())) {
        format!(
            "for a batch {shape:?} with a small variance the 1e-5 is missing: add it before you take the root"
        )
    } else {
        format!(
            "the batch\n{}\nshould become\n{}\nand yours is\n{}",
            rendered(xs),
            rendered(&right),
            rendered(found)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_root(xs: &Tensor, more: f64) -> Tensor {
        let axes = [0i64, 2, 3].as_slice();
        (xs - xs.mean_dim(axes, true, Kind::Float)) / (xs.var_dim(axes, false, true).sqrt() + more)
    }

    #[test]
    fn each_channel_is_normalised_over_the_batch() {
        NORMALISED.prove::<fn(&Tensor) -> Tensor>(
            normalised,
            |_| todo!(),
            |xs| xs.get(1000),
            &[
                |xs| over(xs, &[0, 2, 3], false),
                |xs| {
                    let none = None::<&Tensor>;
                    xs.batch_norm(none, none, none, none, true, 0.1, 1e-5, false)
                },
            ],
            &[
                (|xs| xs - xs.mean_dim([0i64, 2, 3].as_slice(), true, Kind::Float), "divide by the root"),
                (|xs| over(xs, &[0, 1, 2, 3], false), "share one mean"),
                (|xs| over(xs, &[2, 3], false), "all images of the batch"),
                (|xs| over(xs, &[0], false), "rows and columns too"),
                (|xs| over(xs, &[0, 2, 3], true), "less 1"),
                (|xs| by_root(xs, 1e-5), "before the root is taken"),
                (|xs| by_root(xs, 0.0), "the 1e-5 is missing"),
                (|xs| xs.mean_dim([0i64, 2, 3].as_slice(), true, Kind::Float), "the shape stays"),
                (|xs| over(xs, &[0, 2, 3], false) + 1, "should become"),
            ],
        );
    }
}
