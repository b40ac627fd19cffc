use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub(super) const STAGE_SHAPES: Exercise = Exercise {
    name: "stage_shapes",
    lab: "06",
    hints: &[
        "a convolution changes the number of channels to its number of filters; pooling leaves it as it is",
        "along a side of 28 there are 28 - 5 + 1 places for a window of 5",
        "pooling by 2 halves a side: 24 becomes 12",
    ],
};

const SHAPES: [[i64; 3]; 5] = [[16, 24, 24], [16, 12, 12], [16, 10, 10], [16, 5, 5], [32, 4, 4]];
const LAYERS: [&str; 5] = [
    "the first convolution",
    "the first pooling",
    "the second convolution",
    "the second pooling",
    "the third convolution",
];

/// Judges the foreseen shapes [channels, rows, columns] after each convolution and pooling of the lab's network.
pub fn stage_shapes(yours: impl Fn() -> [[i64; 3]; 5]) -> Answer {
    STAGE_SHAPES.judge(|| {
        let found = yours();
        let Some(at) = (0..5).find(|&at| found[at] != SHAPES[at]) else {
            return Verdict::right("28 → 24 → 12 → 10 → 5 → 4: two numbers less for a window of 3, half for a pooling.");
        };
        let before = if at == 0 { [1, 28, 28] } else { SHAPES[at - 1] };
        let (layer, shape, right) = (LAYERS[at], found[at], SHAPES[at]);
        let why = match shape {
            [h, w, c] if [c, h, w] == right => "channels come first: [channels, rows, columns]".to_owned(),
            [_, h, w] if [h, w] == before[1..] && at % 2 == 0 => {
                "without padding a map is smaller than what the window slides over".to_owned()
            }
            [_, h, w] if [h + 1, w + 1] == right[1..] => {
                "count the places where the window can start, the last one included".to_owned()
            }
            [c, ..] if c != right[0] => {
                format!("{c} are not its channels: a convolution has one for each of its filters, pooling leaves them")
            }
            _ if at % 2 == 0 => "a side shrinks to side - window + 1".to_owned(),
            _ => "a pooling of 2 by 2 halves both sides".to_owned(),
        };
        Verdict::wrong(format!("after {layer}, {before:?} does not become {shape:?}: {why}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cases::random;
    use tch::Tensor;

    #[test]
    fn the_first_shape_that_is_wrong_is_named_with_its_reason() {
        const fn with(at: usize, shape: [i64; 3]) -> [[i64; 3]; 5] {
            let mut shapes = SHAPES;
            shapes[at] = shape;
            shapes
        }
        STAGE_SHAPES.prove::<fn() -> [[i64; 3]; 5]>(
            stage_shapes,
            || todo!(),
            || panic!("stop"),
            &[|| SHAPES],
            &[
                (|| with(0, [16, 28, 28]), "without padding"),
                (|| with(0, [24, 24, 16]), "channels come first"),
                (|| with(0, [16, 23, 23]), "the last one included"),
                (|| with(1, [8, 12, 12]), "pooling leaves them"),
                (|| with(1, [16, 23, 23]), "halves both sides"),
                (|| with(2, [16, 7, 7]), "side - window + 1"),
                (|| with(4, [16, 4, 4]), "after the third convolution, [16, 5, 5]"),
            ],
        );
    }

    #[test]
    fn the_stages_of_the_lab_give_the_shapes_and_the_size_that_are_judged() {
        let conv = |xs: &Tensor, out: i64, kernel: i64| {
            let ws = random(&[out, xs.size()[1], kernel, kernel], 1);
            xs.conv2d(&ws, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1)
        };
        let mut xs = random(&[123, 1, 28, 28], 2);
        let mut shapes = Vec::new();
        for (out, kernel) in [(16, 5), (16, 3), (32, 2)] {
            xs = conv(&xs, out, kernel);
            shapes.push(xs.size()[1..].to_vec());
            xs = xs.max_pool2d_default(2);
            shapes.push(xs.size()[1..].to_vec());
        }
        assert_eq!(shapes[..5], SHAPES);
        assert_eq!(SHAPES[4].iter().product::<i64>(), 512);
    }
}
