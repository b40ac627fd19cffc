use super::corr2d::{correlate, layer};
use crate::check::cases::{close, counting, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub const FILTER_MAP: Exercise = Exercise {
    name: "filter_map",
    lab: "02",
    hints: &[
        "`x.i(c)` is channel c of the image, `filter.i(c)` is the kernel that belongs to it",
        "start with `corr2d(&x.i(0), &filter.i(0))` and add the maps of the other channels in a loop from 1 to `x.size()[0]`",
    ],
};

/// Judges a function that applies a filter [c, h, w] to an image [c, H, W] and returns one map [H-h+1, W-w+1].
pub fn filter_map(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    FILTER_MAP.judge(|| {
        let mut cases = vec![
            (counting(&[1, 2, 2]), counting(&[1, 1, 1]) + 2),
            (counting(&[2, 2, 2]), counting(&[2, 1, 1]) + 2),
        ];
        cases.extend([2, 3, 5].map(|c| (random(&[c, 4, 5], 1), random(&[c, 2, 3], 2))));
        let wrong = cases.iter().find_map(|(x, filter)| {
            calling_with(format!("an image {:?} and a filter {:?}", x.size(), filter.size()));
            filter_mistake(x, filter, &yours(x, filter))
        });
        wrong.map_or_else(
            || Verdict::right("That is all that a convolutional layer does, once for each of its filters."),
            Verdict::wrong,
        )
    })
}

fn filter_mistake(x: &Tensor, filter: &Tensor, found: &Tensor) -> Option<String> {
    let expected = layer(x, filter);
    if close(found, &expected) {
        return None;
    }
    let c = x.size()[0];
    let sizes = format!("for an image {:?} and a filter {:?}", x.size(), filter.size());
    let first_kernel = layer(x, &filter.narrow(0, 0, 1).expand_as(filter));
    Some(if found.size() != expected.size() {
        let (shape, right) = (found.size(), expected.size());
        format!(
            "{sizes} your map has shape {shape:?} and should have {right:?}: the channels' maps are added into one"
        )
    } else if close(found, &correlate(&x.get(0), &filter.get(0))) {
        format!("{sizes} only channel 0 counts in your map: each of the {c} channels adds its own")
    } else if close(&(found * c as f64), &expected) {
        format!("{sizes} the channels' maps are added, not averaged")
    } else if close(found, &first_kernel) {
        format!("{sizes} you use the kernel of channel 0 for all channels: each has its own")
    } else {
        let [x, filter, expected, found] = [x, filter, &expected, found].map(rendered);
        format!("image\n{x}\nand filter\n{filter}\nshould give\n{expected}\nand yours is\n{found}")
    })
}

#[cfg(test)]
mod tests {
    use super::super::by_hand;
    use super::*;
    use tch::{IndexOp, Kind};

    /// Each channel's own map, [c, rows, columns].
    fn maps(x: &Tensor, filter: &Tensor) -> Tensor {
        let maps: Vec<Tensor> = (0..x.size()[0]).map(|c| by_hand(&x.i(c), &filter.i(c))).collect();
        Tensor::stack(&maps, 0)
    }

    #[test]
    fn a_filter_adds_the_maps_of_all_its_channels() {
        FILTER_MAP.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            filter_map,
            |_, _| todo!(),
            |x, _| x.i(99),
            &[layer, |x, filter| maps(x, filter).sum_dim_intlist(0i64, false, Kind::Float)],
            &[
                (|x, filter| by_hand(&x.i(0), &filter.i(0)), "only channel 0"),
                (|x, filter| maps(x, filter).mean_dim(0i64, false, Kind::Float), "not averaged"),
                (maps, "added into one"),
                (|x, filter| layer(x, &filter.narrow(0, 0, 1).expand_as(filter)), "each has its own"),
                (|x, filter| layer(x, filter) * 2, "should give"),
            ],
        );
    }
}
