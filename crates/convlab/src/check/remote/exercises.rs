//! How each exercise's function is called in another process: a line for each one.

use super::calls::{answer_calls, next};
use super::link::Remote;
use super::wire::Pack;
use super::{net, train};
use crate::check::{self, Answer};
use crate::datasets::Split;
use std::collections::HashMap;
use tch::Tensor;

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
    magnitude(maps: &Tensor) -> Tensor;
    sharpen() -> Tensor;
    emboss() -> Tensor;
    fire(weights: &HashMap<String, Tensor>, place: i64, xs: &Tensor) -> Tensor;
    net_input(square: &Tensor, means: [f32; 3], deviations: [f32; 3]) -> Tensor;
    prepare(images: &Tensor, mean: f64, deviation: f64) -> Tensor;
    make_batch(n: i64, split: &Split) -> (Tensor, Tensor);
    cross_entropy(logits: &Tensor, labels: &Tensor) -> Tensor;
    confusion_counts(truth: &Tensor, predicted: &Tensor) -> Tensor;
    vector_to_class(logits: &Tensor) -> Tensor;
    mirror(xs: &Tensor) -> Tensor;
    occlude(x: &Tensor, top: i64, left: i64) -> Tensor;
    unroll(x: &[f32], channels: usize, side: usize) -> Vec<f32>;
    slice_map(x: &[f32], width: usize, kernel: &[f32; 9]) -> Vec<f32>;
    bands(threads: usize, x: &[f32], width: usize, kernel: &[f32; 9]) -> Vec<f32>;
    normalised(xs: &Tensor) -> Tensor;
}

/// The answer to an exercise whose function is `remote`: every exercise has a line here or above. `None` if there is no such exercise.
pub fn answer(exercise: &str, remote: &Remote) -> Option<Answer> {
    let shape = || remote.call::<Vec<i64>>(&[]);
    Some(match exercise {
        "output_shape" => check::output_shape(shape),
        "grey_picture" => check::grey_picture(|url| net::picture(remote, url)),
        "activated" => check::activated(|vs| net::build(remote, vs)),
        "deeper" => check::deeper(|vs| net::build(remote, vs)),
        "digit_net" => check::digit_net(|vs| net::build(remote, vs)),
        "validate" => check::validate(|net, images| {
            remote.call_with(&[images.pack()], |question| net::forward_for(question, |xs, _| net.forward(xs)))
        }),
        "network" => check::network(|vs| net::build(remote, vs)),
        "photo_net" => check::photo_net(|vs| net::build(remote, vs)),
        "describe_layer" => check::describe_layer(|layer| remote.call(&net::packed(layer))),
        "edge_maps" => check::edge_maps(|layer, grey| {
            let [ws, bias] = net::packed(layer);
            remote.call(&[ws, bias, grey.pack()])
        }),
        "red_kernels" => check::red_kernels(|vs| remote.call(&[vs.variables().pack()])),
        "top_five" => check::top_five(|logits, classes| {
            remote.call::<Vec<(String, f64)>>(&[logits.pack(), classes.pack()])
        }),
        "accuracy_on" => check::accuracy_on(|net, images| {
            remote.call_with::<Result<f64, String>>(&[images.pack()], net::answers(net))
        }),
        "add_row" => check::add_row(|out, x, weight| {
            fill(out, &remote.call::<Vec<f32>>(&[out.pack(), x.pack(), weight.pack()]));
        }),
        "three_rows" => check::three_rows(|out, rows, kernel| {
            let rows = rows.map(<[f32]>::to_vec);
            fill(out, &remote.call::<Vec<f32>>(&[out.pack(), rows.pack(), kernel.pack()]));
        }),
        "edge_layer" => check::lab04::edge_layer_made(|| net::edge_layer(remote)),
        "train_net" => {
            check::train_net(|net, opt, split, steps| train::train_net(remote, net, opt, split, steps))
        }
        "learn" => {
            check::learn(|vs, net, split, lr, epochs| train::learn(remote, vs, net, split, lr, epochs))
        }
        "residual" => check::residual(|layers, xs, train| {
            remote.call_with(&[xs.pack(), train.pack()], net::answers(layers))
        }),
        "frozen" => check::frozen(|net, xs| remote.call_with(&[xs.pack()], net::answers(net))),
        "grad_cam" => check::grad_cam(|maps, score| {
            let slope = Tensor::run_backward(&[score], &[maps], true, false).remove(0);
            remote.call(&[maps.pack(), score.pack(), slope.pack()])
        }),
        "fooled" => check::fooled(|net, x, labels, size| {
            let (found, after): (_, Tensor) =
                remote.call_with(&[x.pack(), labels.pack(), size.pack()], net::answers(net));
            if after.requires_grad() {
                let _ = x.set_requires_grad(true);
            }
            net::set(std::slice::from_ref(x), &[after]);
            found
        }),
        "one_step" => check::one_step(|_, opt, xs, labels| net::step(remote, opt, xs, labels)),
        _ => return judge_plain(exercise, remote),
    })
}

/// Puts in the place of `out` what the learner's function has made of it.
fn fill(out: &mut [f32], values: &[f32]) {
    assert_eq!(out.len(), values.len(), "its process sent no list of the right length");
    out.copy_from_slice(values);
}
