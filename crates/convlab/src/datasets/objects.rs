//! Pictures of shapes and textures that this crate draws, for those who cannot have CIFAR-10.

use super::{Dataset, Split};
use crate::Result;
use crate::rng::Rng;
use std::f64::consts::TAU;
use tch::{Device, Kind, Tensor};

/// Height and width of an image.
const SIDE: i64 = 32;
/// The standard deviation of the noise on each pixel.
const GRAIN: f64 = 0.06;
/// How many images of a class are drawn at a time, and how many random numbers their noise is taken from.
const AT_A_TIME: usize = 1000;
const SUPPLY: usize = 1 << 22;
/// How different the colours of a thing and of its background are at least: the sum over red, green and blue.
const CONTRAST: f32 = 0.6;

/// The outline of a kind of things: how far the points `[n, pixels]`, right of and below the middle, lie outside it,
/// in units of a thing's radius; below zero is inside.
type Outline = fn(&Tensor, &Tensor) -> Tensor;

/// The classes. The last three are textures: they fill the whole image.
const KINDS: [(&str, Outline); 10] = [
    ("disc", |x, y| radius(x, y) - 1.0),
    ("ring", |x, y| (radius(x, y) - 0.75).abs() - 0.25),
    ("square", |x, y| x.abs().maximum(&y.abs()) - 0.8),
    ("triangle", |x, y| (x.abs() * 0.866 + y * 0.5).maximum(&-y) - 0.5),
    ("cross", |x, y| bar(x, y).minimum(&bar(y, x))),
    ("flower", |x, y| radius(x, y) - (y.atan2(x) * 5.0).cos() * 0.35 - 0.65),
    ("moon", |x, y| (radius(x, y) - 1.0).maximum(&(0.9 - radius(&(x - 0.6), y)))),
    ("stripes", |x, _| wave(x)),
    ("checks", |x, y| wave(x) * wave(y) * 2.0),
    ("dots", |x, y| radius(&within(x), &within(y)) - 0.35),
];

/// 50,000 pictures to learn from and 10,000 to be tested on, of CIFAR-10's shapes, drawn by this crate: one of seven
/// shapes or three textures, each with a place, a size, a turn and two colours of its own, and noise.
///
/// They are not photos; the text of each [`Split`] says so. The same `seed` gives the same pictures, and `tch`'s own
/// random numbers are left alone.
///
/// ```no_run
/// # use convlab::prelude::*;
/// let data = datasets::synthetic_objects(0)?;
/// assert_eq!(data.train.images.size(), [50_000, 3, 32, 32]);
/// # Ok::<(), Error>(())
/// ```
pub fn synthetic_objects(seed: i64) -> Result<Dataset> {
    drawn(seed, 50_000, 10_000)
}

/// As [`synthetic_objects`], with other numbers of images.
pub(super) fn drawn(seed: i64, train: usize, test: usize) -> Result<Dataset> {
    let source = format!("synthetic objects (drawn by convlab, seed {seed})");
    let mut rng = Rng::new(seed as u64);
    let grain = rng.normals(SUPPLY) * GRAIN;
    let mut split = |count| Ok(draw(count, &grain, &mut rng)?.named(&source));
    let classes = KINDS.map(|(name, _)| name.to_owned()).to_vec();
    Ok(Dataset { train: split(train)?, test: split(test)?, classes })
}

/// `count` images of kinds chosen at random: drawn kind by kind, many at a time, each where chance has put it.
fn draw(count: usize, grain: &Tensor, rng: &mut Rng) -> Result<Split> {
    let labels: Vec<i64> = (0..count).map(|_| rng.below(KINDS.len()) as i64).collect();
    let mut images = Tensor::empty([count as i64, 3, SIDE, SIDE], (Kind::Float, Device::Cpu));
    for (label, (_, outline)) in KINDS.iter().enumerate() {
        let places: Vec<i64> = (0..count as i64).filter(|&at| labels[at as usize] == label as i64).collect();
        for places in places.chunks(AT_A_TIME) {
            let some = paint(places.len(), *outline, label >= 7, grain, rng);
            let _ = images.index_copy_(0, &Tensor::from_slice(places), &some);
        }
    }
    Split::new(images, Tensor::from_slice(&labels))
}

/// `n` images `[n, 3, 32, 32]` of one kind.
fn paint(n: usize, outline: Outline, is_texture: bool, grain: &Tensor, rng: &mut Rng) -> Tensor {
    let size = column(n, || if is_texture { rng.uniform(6.0, 11.0) } else { rng.uniform(6.5, 12.5) });
    let turn = column(n, || rng.uniform(0.0, TAU as f32));
    let [right, down] = [0, 1].map(|_| column(n, || rng.uniform(-3.5, 3.5)));
    let axis = Tensor::arange(SIDE, (Kind::Float, Device::Cpu)) - (SIDE - 1) as f64 / 2.0;
    let x = axis.repeat([SIDE]).unsqueeze(0) - right; // [n, 32 · 32]
    let y = axis.repeat_interleave_self_int(SIDE, None, None).unsqueeze(0) - down;
    let (sin, cos) = (turn.sin() / &size, turn.cos() / &size);
    let outside = outline(&(&x * &cos + &y * &sin), &(&y * &cos - &x * &sin)) * &size; // in pixels
    let ink = (0.5f64 - outside).clamp(0.0, 1.0).unsqueeze(1); // [n, 1, 32 · 32]
    let (thing, ground) = colours(n, rng);
    let noise = grain.narrow(0, rng.below(SUPPLY - n * 3 * 1024) as i64, n as i64 * 3 * 1024);
    let images = &ground + ink * (thing - &ground) + noise.view([n as i64, 3, -1]);
    images.clamp(0.0, 1.0).view([-1, 3, SIDE, SIDE])
}

/// Two colours for each of `n` images, `[n, 3, 1]`, that can be distinguished.
fn colours(n: usize, rng: &mut Rng) -> (Tensor, Tensor) {
    let (mut things, mut grounds) = (Vec::with_capacity(3 * n), Vec::with_capacity(3 * n));
    while things.len() < 3 * n {
        let [thing, ground] = [0, 1].map(|_| [0, 1, 2].map(|_| rng.uniform(0.0, 1.0)));
        if thing.iter().zip(ground).map(|(a, b)| (a - b).abs()).sum::<f32>() > CONTRAST {
            things.extend(thing);
            grounds.extend(ground);
        }
    }
    let tensor = |numbers: &[f32]| Tensor::from_slice(numbers).view([-1, 3, 1]);
    (tensor(&things), tensor(&grounds))
}

/// A number for each of `n` images, `[n, 1]`.
fn column(n: usize, mut number: impl FnMut() -> f32) -> Tensor {
    Tensor::from_slice(&(0..n).map(|_| number()).collect::<Vec<f32>>()).unsqueeze(1)
}

fn radius(x: &Tensor, y: &Tensor) -> Tensor {
    (x * x + y * y).sqrt()
}

/// A bar along x, three times as long as wide.
fn bar(x: &Tensor, y: &Tensor) -> Tensor {
    (x.abs() - 1.0).maximum(&(y.abs() - 0.33))
}

/// Inside and outside by turns, with a period of one radius.
fn wave(x: &Tensor) -> Tensor {
    (x * TAU).sin() / TAU
}

/// The same square again and again: from -0.5 to 0.5, one radius wide.
fn within(x: &Tensor) -> Tensor {
    x - x.round()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn::{self, Module, OptimizerConfig};

    /// A network of images `[n, 3, 32, 32]` to logits `[n, 10]`.
    type Net = Box<dyn Fn(&Tensor) -> Tensor>;

    fn linear(p: &nn::Path) -> Net {
        let layer = nn::linear(p, 3 * 32 * 32, 10, Default::default());
        Box::new(move |xs| layer.forward(&xs.flatten(1, -1)))
    }

    /// Three convolutions (16, 32 and 32 channels), each pooled, and a linear layer.
    fn convolutional(p: &nn::Path) -> Net {
        let same = nn::ConvConfig { padding: 1, ..Default::default() };
        let convs = [(3, 16), (16, 32), (32, 32)].map(|(from, to)| nn::conv2d(p, from, to, 3, same));
        let last = nn::linear(p, 32 * 4 * 4, 10, Default::default());
        Box::new(move |xs| {
            let pooled = |xs: Tensor, conv: &nn::Conv2D| conv.forward(&xs).max_pool2d_default(2).relu();
            let xs = convs.iter().fold(xs.shallow_clone(), pooled); // [n, 32, 4, 4]
            last.forward(&xs.flatten(1, -1))
        })
    }

    /// The test accuracy after two epochs of Adam.
    fn accuracy_of(build: fn(&nn::Path) -> Net, data: &Dataset) -> f64 {
        let vs = nn::VarStore::new(Device::Cpu);
        let net = build(&vs.root());
        let mut opt = nn::Adam::default().build(&vs, 0.003).unwrap();
        for (xs, labels) in (0..2).flat_map(|_| data.train.batches(32).unwrap()) {
            opt.backward_step(&net(&xs).cross_entropy_for_logits(&labels));
        }
        let logits = tch::no_grad(|| net(&data.test.images));
        logits.accuracy_for_logits(&data.test.labels).double_value(&[])
    }

    #[test]
    fn a_small_convolutional_net_learns_the_objects_clearly_better_than_a_linear_model() {
        let data = drawn(0, 8_000, 1_000).unwrap();
        let (convolutional, linear) = (accuracy_of(convolutional, &data), accuracy_of(linear, &data));
        println!("test accuracy: convolutional {convolutional:.3}, linear {linear:.3}");
        assert!(convolutional > linear + 0.3, "{convolutional} {linear}");
    }

    #[test]
    fn objects_have_cifars_types_range_and_balance() {
        let data = drawn(0, 5_000, 10).unwrap();
        let Split { images, labels, .. } = data.train;
        assert_eq!((images.kind(), labels.kind()), (Kind::Float, Kind::Int64));
        assert_eq!((images.size(), labels.size()), (vec![5_000, 3, 32, 32], vec![5_000]));
        assert_eq!((images.min().double_value(&[]), images.max().double_value(&[])), (0.0, 1.0));
        let counts = Vec::<i64>::try_from(labels.bincount::<Tensor>(None, 10)).unwrap();
        assert!(counts.len() == 10 && counts.iter().all(|count| (420..580).contains(count)), "{counts:?}");
        assert_eq!(data.classes.len(), 10);
    }

    #[test]
    fn the_same_seed_draws_the_same_objects_and_another_seed_others() {
        let [one, again, other] = [7, 7, 8].map(|seed| drawn(seed, 50, 50).unwrap());
        assert_eq!((&one.train.images, &one.test.labels), (&again.train.images, &again.test.labels));
        assert_ne!(one.train.images, other.train.images);
        assert_ne!(one.train.images, one.test.images);
    }

    #[test]
    fn every_text_says_that_the_objects_are_synthetic_and_of_which_seed() {
        let data = drawn(7, 20, 10).unwrap();
        let source = "synthetic objects (drawn by convlab, seed 7)";
        assert!(data.to_string().starts_with(&format!("{source}: 20 images to train on, 10 to")), "{data}");
        let part = data.test.take(5).unwrap();
        assert_eq!(part.to_string(), format!("{source}: 5 images [3, 32, 32] and their labels"));
    }

    #[test]
    fn outlines_are_zero_at_their_edge_and_below_zero_inside() {
        let at = |name: &str, x: f64, y: f64| {
            let outline = KINDS.iter().find(|(known, _)| *known == name).unwrap().1;
            let [x, y] = [x, y].map(|value| Tensor::from_slice(&[value]).unsqueeze(0));
            outline(&x, &y).double_value(&[0, 0])
        };
        // A disc of radius 1, a ring from 0.5 to 1, a square of side 1.6, a bar of 2 by 0.66.
        for (name, x, y, expected) in [
            ("disc", 0.6, 0.8, 0.0),
            ("disc", 0.0, 0.0, -1.0),
            ("ring", 0.5, 0.0, 0.0),
            ("ring", 0.0, 1.0, 0.0),
            ("ring", 0.0, 0.0, 0.5),
            ("square", 0.8, 0.3, 0.0),
            ("square", 0.0, 1.0, 0.2),
            ("cross", 1.0, 0.0, 0.0),
            ("cross", 0.33, 1.0, 0.0),
            ("triangle", 0.0, 1.0, 0.0),
            ("triangle", 0.0, -0.5, 0.0),
            ("flower", 1.0, 0.0, 0.0),
            ("moon", 0.6, 0.0, 0.9),
            ("moon", -0.95, 0.0, -0.05),
            ("dots", 0.35, 1.0, 0.0),
            ("stripes", 0.5, 0.7, 0.0),
        ] {
            assert!((at(name, x, y) - expected).abs() < 1e-6, "{name} {x} {y}: {}", at(name, x, y));
        }
    }
}
