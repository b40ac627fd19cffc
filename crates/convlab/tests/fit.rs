//! What a training does to the whole process: signals and random numbers. One test at a time.

use convlab::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

static ALONE: Mutex<()> = Mutex::new(());

/// Ignores SIGINT, as the labs' kernel does for every cell, and keeps other tests waiting.
fn as_in_a_cell() -> MutexGuard<'static, ()> {
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    signal(libc::SIG_IGN);
    alone
}

/// Sets what SIGINT does; returns what it did before.
#[allow(unsafe_code, reason = "std has no call for signals")]
fn signal(disposition: libc::sighandler_t) -> libc::sighandler_t {
    // SAFETY: SIG_IGN, or a disposition that the system returned.
    unsafe { libc::signal(libc::SIGINT, disposition) }
}

#[allow(unsafe_code, reason = "std has no call for signals")]
fn interrupt() {
    // SAFETY: raising a signal touches no memory of ours.
    assert_eq!(unsafe { libc::raise(libc::SIGINT) }, 0);
}

fn data(n: i64) -> Split {
    let labels = Tensor::arange(n, (Kind::Int64, Device::Cpu)).remainder(2);
    Split::new(labels.one_hot(2).to_kind(Kind::Float).view([n, 1, 1, 2]), labels).unwrap()
}

/// A linear network that is interrupted while it sees its batch number `at`, counted from 1.
fn interrupted(at: usize) -> (nn::VarStore, nn::FuncT<'static>) {
    let vs = nn::VarStore::new(Device::Cpu);
    let linear = nn::linear(vs.root(), 2, 2, Default::default());
    let seen = Arc::new(AtomicUsize::new(0));
    let net = nn::func_t(move |xs, _train| {
        if seen.fetch_add(1, Ordering::Relaxed) + 1 == at {
            interrupt();
        }
        xs.flat_view().apply(&linear)
    });
    (vs, net)
}

#[test]
fn an_interrupt_ends_training_after_the_step_and_keeps_the_weights() {
    let _alone = as_in_a_cell();
    let (vs, net) = interrupted(5);
    let before = vs.trainable_variables()[0].copy();
    let mut opt = nn::Adam::default().build(&vs, 0.1).unwrap();
    let config = train::FitConfig::new().epochs(1000).batch_size(4).validation(&data(4));
    let history = train::fit(&net, &mut opt, &data(12), config).unwrap();
    // Three steps and a validation in the first epoch, then one step.
    assert_eq!((history.losses.len(), history.epochs.len()), (4, 2));
    assert!(history.note.unwrap().contains("Interrupted in epoch 2"));
    assert!(!vs.trainable_variables()[0].equal(&before));
    assert_eq!(signal(libc::SIG_IGN), libc::SIG_IGN, "the kernel's own disposition is back");
    assert!(train::accuracy(&net, &data(4)).is_ok(), "the interrupt is answered");
}

#[test]
fn an_interrupt_while_the_accuracy_is_measured_ends_training_without_that_accuracy() {
    let _alone = as_in_a_cell();
    let (vs, net) = interrupted(2);
    let mut opt = nn::Adam::default().build(&vs, 0.1).unwrap();
    let config = train::FitConfig::new().epochs(1000).batch_size(4).validation(&data(4));
    let history = train::fit(&net, &mut opt, &data(4), config).unwrap();
    assert_eq!((history.losses.len(), history.epochs[0].accuracy), (1, None));
    assert!(history.note.unwrap().contains("Interrupted in epoch 1"));
}

#[test]
fn a_loop_written_by_hand_ends_too_and_the_next_walk_is_refused_once() {
    let _alone = as_in_a_cell();
    let split = data(12);
    let mut seen = 0;
    for _ in split.batches(2).unwrap() {
        seen += 1;
        if seen == 2 {
            interrupt();
        }
    }
    assert_eq!(seen, 2);
    assert_eq!(signal(libc::SIG_IGN), libc::SIG_IGN, "the kernel's own disposition is back");
    let message = split.batches(2).unwrap_err().to_string();
    assert!(message.contains("an interrupt"), "{message}");
    assert_eq!(split.batches(2).unwrap().count(), 6);
}

#[test]
fn what_a_signal_did_before_comes_back_with_the_last_of_several_walks() {
    let _alone = as_in_a_cell();
    let split = data(4);
    let mut outer = split.batches(2).unwrap();
    assert!(outer.next().is_some());
    assert_eq!(split.batches(2).unwrap().count(), 2);
    assert_ne!(handler(), libc::SIG_IGN, "the outer walk still watches");
    drop(outer);
    assert_eq!(handler(), libc::SIG_IGN);
}

/// What SIGINT does now.
fn handler() -> libc::sighandler_t {
    let now = signal(libc::SIG_IGN);
    signal(now);
    now
}

#[test]
fn looking_at_a_network_leaves_the_random_numbers_of_the_notebook_as_they_are() {
    let _alone = as_in_a_cell();
    let next = |look: bool| {
        tch::manual_seed(7);
        let vs = nn::VarStore::new(Device::Cpu);
        let net = nn::seq().add(nn::linear(vs.root(), 4, 2, Default::default()));
        if look {
            show::summary(&vs, &net, &[1, 4]).unwrap();
        }
        Tensor::rand([1], (Kind::Float, Device::Cpu)).double_value(&[0])
    };
    assert_eq!(next(true), next(false));
}

#[test]
fn the_same_seed_gives_the_same_training() {
    let _alone = as_in_a_cell();
    let run = |seed| {
        tch::manual_seed(seed);
        let vs = nn::VarStore::new(Device::Cpu);
        let net = nn::seq().add_fn(|xs| xs.flat_view()).add(nn::linear(vs.root(), 2, 2, Default::default()));
        let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
        let config = train::FitConfig::new().epochs(2).batch_size(3);
        train::fit(&net, &mut opt, &data(11), config).unwrap().losses
    };
    assert_eq!(run(0), run(0));
    assert_ne!(run(0), run(1));
}
