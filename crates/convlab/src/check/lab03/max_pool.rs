use crate::check::cases::{close, counting, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub const MAX_POOL: Exercise = Exercise {
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
            // Of this one, no two usual mistakes give the same numbers.
            Tensor::from_slice2(&[[2f32, 5., 6., 0.], [1., 3., 7., 1.]]),
            counting(&[2, 4]),
            counting(&[4, 2]).flip([0]),
            random(&[4, 6], 1),
            random(&[6, 4], 2) - 2, // all below zero
        ];
        let wrong = cases.iter().find_map(|x| {
            calling_with(format!("a map of shape {:?}", x.size()));
            pool_mistake(x, &yours(x))
        });
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
    } else if (0..4).any(|corner| close(found, &every_second(x, corner / 2, corner % 2))) {
        "you always keep the number in the same corner of the block; the largest may be in another".to_owned()
    } else if close(found, &(right.zeros_like() + x.max())) {
        "that is the largest number of the whole map: each block has its own".to_owned()
    } else {
        format!("it should be\n{}\nand yours is\n{}", rendered(&right), rendered(found))
    };
    Some(format!("of the map\n{}\n{why}", rendered(x)))
}

/// The number in one corner of each block.
fn every_second(x: &Tensor, row: i64, column: i64) -> Tensor {
    x.slice(0, row, None, 2).slice(1, column, None, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

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
                (|x| every_second(x, 0, 0), "in the same corner"),
                (|x| every_second(x, 1, 1), "in the same corner"),
                (|x| every_second(x, 0, 0).zeros_like() + x.max(), "of the whole map"),
                (|x| x.copy(), "half of each side"),
                (
                    |x| x.narrow(0, 0, x.size()[0] / 2).narrow(1, 0, x.size()[1] / 2).copy() + 9,
                    "it should be",
                ),
            ],
        );
    }
}
