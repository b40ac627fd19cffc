use super::super::cases::{close, random, rendered};
use super::super::{Answer, Verdict, exercise::Exercise};
use tch::{IndexOp, Kind, Tensor};

pub(super) const GRAD_CAM: Exercise = Exercise {
    name: "grad_cam",
    lab: "09",
    hints: &[
        "`Tensor::run_backward(&[score], &[maps], true, false).remove(0)` is the gradient, [1, c, h, w]; its mean over rows and columns is the weight of each map",
        "multiply the maps by their weights, add up over the axis of the channels, 1, and keep what is positive: `.relu()`",
        "`.squeeze_dim(0)` takes the axis of the one image away",
    ],
};

/// Judges a function of feature maps [1, c, h, w] and a score that was computed from them: the maps' sum [h, w], each
/// weighted by the mean of its gradient, without what is negative.
pub fn grad_cam(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    GRAD_CAM.judge(|| {
        for (shape, seed) in [([1, 1, 2, 2], 1), ([1, 3, 2, 3], 2), ([1, 4, 5, 4], 3)] {
            // As in a network, the maps are computed from something else.
            let maps = random(&shape, seed).set_requires_grad(true) * 1;
            let score = (&maps * &maps * random(&shape, seed + 40)).sum(Kind::Float);
            let gradient = Tensor::run_backward(&[&score], &[&maps], true, false).remove(0);
            if let Some(because) = mistake(&maps.detach(), &gradient, &yours(&maps, &score)) {
                return Verdict::wrong(format!("for maps {shape:?} {because}"));
            }
        }
        Verdict::right("A map counts for as much as the score would grow with it.")
    })
}

fn mistake(maps: &Tensor, gradient: &Tensor, found: &Tensor) -> Option<String> {
    let weights = gradient.mean_dim([2i64, 3].as_slice(), true, Kind::Float);
    let sum = |xs: Tensor| xs.sum_dim_intlist([1i64].as_slice(), false, Kind::Float).squeeze_dim(0);
    let right = sum(maps * &weights).relu();
    if close(found, &right) {
        return None;
    }
    let is = |other: Tensor| close(found, &other);
    let scaled = (found / found.max(), &right / right.max());
    Some(if is(sum(maps * &weights)) {
        "negative places are left in: `.relu()` keeps what speaks for the class".into()
    } else if is(sum(maps * gradient).relu()) {
        "each pixel has its own gradient as weight; Grad-CAM takes one weight for each map, the mean of its gradient".into()
    } else if is(sum((maps * &weights).relu())) {
        "negative numbers are taken out of each map; add the maps up first, and use `.relu()` on the sum"
            .into()
    } else if is(sum(maps.shallow_clone()).relu()) {
        "all maps count alike: weight each by the mean of its gradient".into()
    } else if is(weights.i((0, .., 0, 0))) {
        "these are the weights; multiply the maps by them and add up".into()
    } else if is(sum(gradient.shallow_clone()).relu()) || is(sum(gradient.shallow_clone())) {
        "this is the gradient itself, without the maps".into()
    } else if found.size() != right.size() {
        format!(
            "yours has shape {:?} and should have {:?}: one number for each place",
            found.size(),
            right.size()
        )
    } else if close(&scaled.0, &scaled.1) {
        "the places are right, the scale is not: take the mean of the gradient, and the sum over the maps"
            .into()
    } else {
        format!("the map should be\n{}\nand yours is\n{}", rendered(&right), rendered(found))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(maps: &Tensor, score: &Tensor) -> Tensor {
        Tensor::run_backward(&[score], &[maps], true, false).remove(0)
    }

    fn weights(maps: &Tensor, score: &Tensor) -> Tensor {
        gradient(maps, score).mean_dim([2i64, 3].as_slice(), true, Kind::Float)
    }

    fn sum(xs: Tensor) -> Tensor {
        xs.sum_dim_intlist([1i64].as_slice(), false, Kind::Float).squeeze_dim(0)
    }

    #[test]
    fn maps_are_weighted_by_the_mean_of_their_gradients() {
        GRAD_CAM.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            grad_cam,
            |_, _| todo!(),
            |maps, _| maps.get(1000),
            &[
                |maps, score| sum(maps * weights(maps, score)).relu(),
                |maps, score| {
                    // The graph is gone afterwards.
                    let gradient = Tensor::run_backward(&[score], &[maps], false, false).remove(0);
                    sum(maps * gradient.mean_dim([2i64, 3].as_slice(), true, Kind::Float)).relu()
                },
                |maps, score| {
                    let [c, h, w] = [1, 2, 3].map(|axis| maps.size()[axis]);
                    let row = weights(maps, score).view([1, c]);
                    row.matmul(&maps.detach().view([c, h * w])).view([h, w]).relu()
                },
            ],
            &[
                (|maps, score| sum(maps * weights(maps, score)), "negative places"),
                (|maps, score| sum(maps * gradient(maps, score)).relu(), "one weight for each map"),
                (|maps, score| sum((maps * weights(maps, score)).relu()), "add the maps up first"),
                (|maps, _| sum(maps.shallow_clone()).relu(), "all maps count alike"),
                (|maps, score| weights(maps, score).view([-1]), "these are the weights"),
                (|maps, score| sum(gradient(maps, score)), "the gradient itself"),
                (|maps, score| (maps * weights(maps, score)).relu(), "one number for each place"),
                (|maps, score| sum(maps * weights(maps, score)).relu() * 3, "the scale is not"),
            ],
        );
    }
}
