//! How each exercise's function is called in another process: a line for each one.

use super::calls::{answer_calls, next};
use super::link::Remote;
use super::net;
use super::wire::Pack;
use crate::check::{self, Answer};
use crate::datasets::Split;
use std::collections::HashMap;
use tch::Tensor;
use tch::nn::Module;

/// Defines, for functions of plain values, how they are served and how they are judged.
macro_rules! remote_exercises {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $out:ty;)*) => {
        /// What serves each exercise's function of plain values.
        pub(in crate::check::remote) mod plain {
            use super::super::wire::{Param, Unpack};
            use super::*;
            $(
                #[doc = concat!("Serves the learner's `", stringify!($name), "` to the judge that listens at `socket`.")]
                pub fn $name(socket: &str, yours: impl Fn($($kind),*) -> $out) {
                    answer_calls(socket, stringify!($name), |args| {
                        let mut args = args.iter();
                        $(let $arg = <<$kind as Param<'_>>::Owned as Unpack>::unpack(next(&mut args)?)?;)*
                        let _ = &mut args;
                        Ok(yours($(Param::lend(&$arg)),*).pack())
                    });
                }
            )*
        }

        /// The answer to an exercise whose function takes plain values; `None` for any other.
        fn judge_plain(exercise: &str, remote: &Remote) -> Option<Answer> {
            Some(match exercise {
                $(stringify!($name) => check::$name(|$($arg),*| remote.call::<$out>(&[$($arg.pack()),*])),)*
                _ => return None,
            })
        }
    };
}

remote_exercises! {
    half(n: i64) -> f64;
    sum_of_squares(n: i64) -> i64;
    sevens() -> Tensor;
    with_negative(x: &Tensor) -> Tensor;
    scrambled(images: &Tensor, order: &Tensor) -> Tensor;
    who_suffers() -> char;
    matrix_row(kernel: &Tensor, row: i64, column: i64) -> Tensor;
    x_filter() -> Tensor;
    seen_by_second() -> i64;
    linear_inputs() -> i64;
    faulty_line() -> i64;
    log_line(epoch: i64, done: i64, all: i64, loss: f64) -> String;
    lowest_loss() -> f64;
    first_value() -> f64;
    corr2d(x: &Tensor, k: &Tensor) -> Tensor;
    learned_kernel(images: &Tensor, maps: &Tensor) -> Tensor;
    filter_map(x: &Tensor, filter: &Tensor) -> Tensor;
    layer_parameters() -> i64;
    equal_start() -> char;
    dot_product(window: &Tensor, kernel: &Tensor) -> f64;
    output_side(n: i64, k: i64, p: i64, s: i64) -> i64;
    same_padding(k: i64) -> i64;
    deep_output() -> [i64; 4];
    max_pool(x: &Tensor) -> Tensor;
    flattened_features() -> i64;
    edge_filters() -> Tensor;
    magnitude(maps: &Tensor) -> Tensor;
    blur() -> Tensor;
    sharpen() -> Tensor;
    emboss() -> Tensor;
    fire(weights: &HashMap<String, Tensor>, place: i64, xs: &Tensor) -> Tensor;
    make_batch(n: i64, split: &Split) -> (Tensor, Tensor);
    stage_shapes() -> [[i64; 3]; 5];
    flattened() -> i64;
    first_loss() -> f64;
    cross_entropy(logits: &Tensor, labels: &Tensor) -> Tensor;
    sure_and_wrong() -> char;
    confusion_counts(truth: &Tensor, predicted: &Tensor) -> Tensor;
    frame_width(kernel: i64) -> i64;
    digit_features() -> i64;
    vector_to_class(logits: &Tensor) -> Tensor;
    class_accuracy(predicted: &Tensor, labels: &Tensor) -> f64;
    gap() -> char;
    mirror(xs: &Tensor) -> Tensor;
    first_channel(ws: &Tensor) -> Tensor;
    occlude(x: &Tensor, top: i64, left: i64) -> Tensor;
}

/// The answer to an exercise whose function is `remote`; `None` if there is no such exercise.
pub fn answer(exercise: &str, remote: &Remote) -> Option<Answer> {
    let shape = || remote.call::<Vec<i64>>(&[]);
    Some(match exercise {
        "output_shape" => check::output_shape(shape),
        "colour_weight" => check::colour_weight(shape),
        "edge_maps_shape" => check::edge_maps_shape(|h, w| remote.call::<Vec<i64>>(&[h.into(), w.into()])),
        "grey_picture" => check::grey_picture(|url| net::picture(remote, url)),
        "activated" => check::activated(|vs| net::build(remote, vs)),
        "deeper" => check::deeper(|vs| net::build(remote, vs)),
        "digit_net" => check::digit_net(|vs| net::build(remote, vs)),
        "validate" => check::validate(|net, images| {
            remote.call_with(&[images.pack()], |question| net::forward_for(question, |xs, _| net.forward(xs)))
        }),
        "one_step" => check::one_step(|_, opt, xs, labels| net::step(remote, opt, xs, labels)),
        "train_step" => check::train_step(|_, opt, xs, labels| net::step(remote, opt, xs, labels)),
        _ => return judge_plain(exercise, remote),
    })
}
