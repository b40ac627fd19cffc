use crate::check::cases::{close, counting, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub const CORR2D: Exercise = Exercise {
    name: "corr2d",
    lab: "02",
    hints: &[
        "the map has as many rows as there are positions for the window: `x.size()[0] - k.size()[0] + 1`; columns likewise",
        "make a tensor of zeros of that shape, go through its rows i and columns j with two loops, and cut out the window: `x.narrow(0, i, h).narrow(1, j, w)`",
        "the number at (i, j) is `(window * k).sum(Kind::Float)`; write it with `y.i((i, j)).copy_(&number);` and end with `y`",
    ],
};

/// Judges a function that slides kernel `k` [h, w] over image `x` [H, W] and returns the map [H-h+1, W-w+1].
///
/// The first case that goes wrong is shown; small ones come first.
pub fn corr2d(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    CORR2D.judge(|| {
        let wrong = images_and_kernels().into_iter().find_map(|(x, k)| {
            calling_with(format!("an image {:?} and a kernel {:?}", x.size(), k.size()));
            mistake(&x, &k, &yours(&x, &k))
        });
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
pub fn layer(x: &Tensor, filter: &Tensor) -> Tensor {
    let (batch, ws) = (x.unsqueeze(0), filter.unsqueeze(0));
    batch.conv2d(&ws, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1).squeeze_dim(0).squeeze_dim(0)
}

/// libtorch's own convolution of one channel [H, W] and one kernel [h, w].
pub fn correlate(x: &Tensor, k: &Tensor) -> Tensor {
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
        format!("{sizes}: your kernel is flipped; a layer of a CNN does not flip it (cross-correlation)")
    } else if close(&(found * k.numel() as f64), &expected) {
        format!("{sizes}: the products are added up, not averaged")
    } else if close(found, &correlate(x, &k.ones_like())) {
        format!("{sizes}: the window is added up without being multiplied by the kernel")
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
        _ => "along each side there are H - h + 1 positions for the window",
    };
    Some(format!("your map has shape {found:?} and should have {right:?}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::super::by_hand;
    use super::*;

    fn one_less(y: Tensor) -> Tensor {
        y.narrow(0, 0, y.size()[0] - 1).narrow(1, 0, y.size()[1] - 1)
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
                (|x, k| by_hand(x, &k.flip([0, 1])), "is flipped"),
                (|x, k| by_hand(x, k) / k.numel() as f64, "not averaged"),
                (|x, k| by_hand(x, k).transpose(0, 1), "swapped"),
                (|x, k| by_hand(x, &k.ones_like()), "without being multiplied"),
                (|x, k| one_less(by_hand(x, k)), "last row and column"),
                (|x, k| by_hand(&x.constant_pad_nd([0, 1, 0, 1]), k), "positions for the window"),
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
}
