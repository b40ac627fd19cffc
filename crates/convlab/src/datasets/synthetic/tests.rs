use super::*;
use tch::nn::{self, Module, OptimizerConfig};

const TRAIN: usize = 10_000;
const TEST: usize = 2_000;

/// A network of images `[n, 1, 28, 28]` to logits `[n, 10]`.
type Net = Box<dyn Fn(&Tensor) -> Tensor>;

fn linear(p: &nn::Path) -> Net {
    let layer = nn::linear(p, 784, 10, Default::default());
    Box::new(move |xs| layer.forward(&xs.flatten(1, -1)))
}

/// Two 5×5 convolutions (10 and 20 channels), each pooled, and a linear layer.
fn convolutional(p: &nn::Path) -> Net {
    let one = nn::conv2d(p, 1, 10, 5, Default::default());
    let two = nn::conv2d(p, 10, 20, 5, Default::default());
    let last = nn::linear(p, 320, 10, Default::default());
    Box::new(move |xs| {
        let xs = one.forward(xs).max_pool2d_default(2).relu(); // [n, 10, 12, 12]
        let xs = two.forward(&xs).max_pool2d_default(2).relu(); // [n, 20, 4, 4]
        last.forward(&xs.flatten(1, -1))
    })
}

/// The test accuracy after one epoch of Adam.
fn accuracy_of(build: fn(&nn::Path) -> Net, data: &Dataset) -> f64 {
    let vs = nn::VarStore::new(Device::Cpu);
    let net = build(&vs.root());
    let mut opt = nn::Adam::default().build(&vs, 0.004).unwrap();
    for (xs, labels) in data.train.batches(32).unwrap() {
        opt.backward_step(&net(&xs).cross_entropy_for_logits(&labels));
    }
    let logits = tch::no_grad(|| net(&data.test.images));
    logits.accuracy_for_logits(&data.test.labels).double_value(&[])
}

/// With all 60,000 images, batches of 128 and a rate of 0.001 it was 0.981 to 0.901.
#[test]
fn a_small_convolutional_net_learns_the_digits_in_one_epoch_and_a_linear_model_clearly_less() {
    let data = drawn(0, TRAIN, TEST).unwrap();
    let (convolutional, linear) = (accuracy_of(convolutional, &data), accuracy_of(linear, &data));
    println!("test accuracy: convolutional {convolutional:.3}, linear {linear:.3}");
    assert!(convolutional > 0.95, "{convolutional}");
    assert!(convolutional - linear > 0.03, "{convolutional} {linear}");
    assert!(linear > 0.8, "the digits should not be a riddle: {linear}");
}

#[test]
fn digits_have_mnists_types_range_and_balance_and_nearly_its_mean_and_deviation() {
    let Split { images, labels, .. } = drawn(0, 5_000, 1).unwrap().train;
    assert_eq!((images.kind(), labels.kind()), (Kind::Float, Kind::Int64));
    assert_eq!((images.size(), labels.size()), (vec![5_000, 1, 28, 28], vec![5_000]));
    assert_eq!((images.min().double_value(&[]), images.max().double_value(&[])), (0.0, 1.0));
    let counts = Vec::<i64>::try_from(labels.bincount::<Tensor>(None, 10)).unwrap();
    assert!(counts.len() == 10 && counts.iter().all(|count| (420..580).contains(count)), "{counts:?}");
    let (mean, std) = (images.mean(Kind::Float).double_value(&[]), images.std(true).double_value(&[]));
    assert!((mean - 0.1307).abs() < 0.03 && (std - 0.3081).abs() < 0.03, "{mean} {std}");
}

#[test]
fn the_same_seed_draws_the_same_digits_and_another_seed_others() {
    let [one, again, other] = [7, 7, 8].map(|seed| drawn(seed, 50, 50).unwrap());
    assert_eq!((&one.train.images, &one.test.labels), (&again.train.images, &again.test.labels));
    assert_ne!(one.train.images, other.train.images);
    assert_ne!(one.train.images, one.test.images);
}

#[test]
fn every_text_says_that_the_digits_are_synthetic_and_of_which_seed() {
    let data = drawn(7, 20, 10).unwrap();
    let source = "synthetic digits (drawn by convlab, seed 7)";
    assert!(
        data.to_string().starts_with(&format!("{source}: 20 images to train on, 10 to test on")),
        "{data}"
    );
    assert_eq!(data.test.to_string(), format!("{source}: 10 images [1, 28, 28] and their labels"));
    assert_eq!(
        format!("{:?}", data.train.take(5).unwrap()),
        format!("{source}: 5 images [1, 28, 28] and their labels")
    );
}

#[test]
fn the_pen_marks_a_square_around_each_dot_with_their_squared_distance() {
    let mut canvas = vec![FAR; PIXELS];
    let pen = Pen { right: [1., 0.], down: [0., 1.], middle: [0., 0.], radius: 1.0, edge: 0.5 };
    pen.mark([10.0, 20.0], &mut canvas);
    pen.mark([11.5, 20.0], &mut canvas);
    // In row 20: 9 and 10 and 11 belong to the first dot, or 11 and 12 (half a pixel away) to the second.
    assert_eq!(canvas[20 * SIDE + 8..20 * SIDE + 14], [FAR, 1.0, 0.0, 0.25, 0.25, FAR]);
    // A square of three columns and three rows, and one column more.
    assert_eq!(canvas.iter().filter(|distance| **distance < FAR).count(), 3 * 3 + 3);
}

#[test]
fn a_dot_outside_the_image_marks_only_what_is_inside() {
    let mut canvas = vec![FAR; PIXELS];
    let pen = Pen { right: [1., 0.], down: [0., 1.], middle: [0., 0.], radius: 1.0, edge: 0.5 };
    for dot in [[-9.0, 5.0], [5.0, -9.0], [40.0, 40.0], [-1.0, 3.0], [28.0, 27.0]] {
        pen.mark(dot, &mut canvas);
    }
    let marked: Vec<usize> = (0..PIXELS).filter(|at| canvas[*at] < FAR).collect();
    // The last two dots are one pixel outside: rows 2 to 4 of the first column, rows 26 and 27 of the last.
    assert_eq!(marked, [2 * SIDE, 3 * SIDE, 4 * SIDE, 26 * SIDE + 27, 27 * SIDE + 27]);
}
