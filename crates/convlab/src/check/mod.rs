//! The exercises' judge: each function takes what a learner wrote and returns an [`Answer`]: right, or wrong and why.
//!
//! A check tests what was asked for, not how it was written: any right answer passes.
//!
//! # How to add an exercise
//! Everything about it stands in one file in the folder of its lab; `check/lab02/corr2d.rs` is the model.
//! 1. In the notebook: a heading `## Your turn: …` that says what to do; a cell whose id is the exercise's name and
//!    whose last item is `fn name(…) -> … { // BEGIN SOLUTION … // END SOLUTION }`; a cell `check-name` with nothing
//!    but `check::name(name)`.
//! 2. `const NAME: Exercise = Exercise { name, lab, hints }`, also listed in the lab's `EXERCISES`. Each hint is one
//!    step more; none is the solution, which is read from the master notebook.
//! 3. `pub fn name(yours: impl Fn(…) -> …) -> Answer { NAME.judge(|| …) }`. What you pass to `judge` calls the learner's
//!    function as often as you like and returns a [`Verdict`]; a panic in it is told as the learner's, so look at a
//!    shape before you look at values, and say before each call what it gets: `input::calling_with`. `cases` has small and random tensors, comparison and printing. Show the
//!    smallest case that goes wrong, and name the mistake where it can be recognised.
//! 4. A test: `NAME.prove::<fn(…) -> …>(name, |…| todo!(), |…| panic!("stop"), &[right, …], &[(wrong, "told"), …])`.
//!    It wants at least three wrong answers, each with a part of the message that it alone gets.
//! 5. A line in `check/remote/exercises.rs`, by which `cargo lab grade` calls the learner's function in another process.
//! 6. `pub use labNN::*;` below, once for a lab.
//!
//! `cargo test -p convlab check` fails for an exercise without hint, wrong answers, cells or text that names it.

mod answer;
mod cases;
mod exercise;
mod input;
mod lab00;
mod lab01;
mod lab02;
mod lab03;
mod lab04;
mod lab05;
mod lab06;
mod lab07;
mod lab08;
mod lab09;
mod master;
mod net;
mod progress;
#[cfg(test)]
mod prove;
mod recorder;
#[cfg(unix)]
pub mod remote;
mod verdict;

pub use answer::{Answer, Message};
pub use lab00::*;
pub use lab01::*;
pub use lab02::*;
pub use lab03::*;
pub use lab04::*;
pub use lab05::*;
pub use lab06::*;
pub use lab07::*;
pub use lab08::*;
pub use lab09::*;
pub use progress::progress;
pub use verdict::Verdict;

use exercise::Exercise;

/// The exercises of each lab, in reading order.
const LABS: [&[Exercise]; 10] = [
    lab00::EXERCISES,
    lab01::EXERCISES,
    lab02::EXERCISES,
    lab03::EXERCISES,
    lab04::EXERCISES,
    lab05::EXERCISES,
    lab06::EXERCISES,
    lab07::EXERCISES,
    lab08::EXERCISES,
    lab09::EXERCISES,
];
