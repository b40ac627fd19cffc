use super::*;
use crate::datasets::Split;
use std::time::Duration;
use tch::nn::{self, ModuleT, OptimizerConfig};
use tch::{Device, Kind, Tensor};

/// Images [n, 1, 1, 2] that a linear layer can tell apart: which of the two pixels is lit.
fn two_pixels(n: i64) -> Split {
    let labels = Tensor::arange(n, (Kind::Int64, Device::Cpu)).remainder(2);
    let images = labels.one_hot(2).to_kind(Kind::Float).view([n, 1, 1, 2]);
    Split::new(images, labels).unwrap()
}

/// A linear layer without bias from `inputs` numbers to `classes`, all its weights zero.
fn zeroed(inputs: i64, classes: i64) -> (nn::VarStore, nn::Sequential) {
    let vs = nn::VarStore::new(Device::Cpu);
    let config = nn::LinearConfig { ws_init: nn::Init::Const(0.0), bias: false, ..Default::default() };
    let net =
        nn::seq().add_fn(|xs| xs.flat_view()).add(nn::linear(&vs.root() / "fc", inputs, classes, config));
    (vs, net)
}

fn message<T>(result: crate::Result<T>) -> String {
    result.err().expect("this cannot be trained").to_string()
}

#[test]
fn one_step_of_sgd_is_the_one_worked_by_hand() {
    // Equal logits: the loss is ln 2, and its gradient by the logits (0.5 - 1, 0.5) for a label of 0.
    let split = Split::new(
        Tensor::ones([1, 1, 1, 1], (Kind::Float, Device::Cpu)),
        Tensor::zeros([1], (Kind::Int64, Device::Cpu)),
    )
    .unwrap();
    let (vs, net) = zeroed(1, 2);
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    let history = fit(&net, &mut opt, &split, FitConfig::new()).unwrap();
    assert!((history.losses[0] - 2f64.ln()).abs() < 1e-6);
    let weight = Vec::<f32>::try_from(vs.trainable_variables()[0].flatten(0, -1)).unwrap();
    assert!((weight[0] - 0.05).abs() < 1e-7 && (weight[1] + 0.05).abs() < 1e-7, "{weight:?}");
}

#[test]
fn what_can_be_learned_is_learned_and_the_history_holds_every_step() {
    let (vs, net) = zeroed(2, 2);
    let mut opt = nn::Adam::default().build(&vs, 0.1).unwrap();
    let train = two_pixels(10);
    let config = FitConfig::new().epochs(5).batch_size(4).validation(&two_pixels(6));
    let history = fit(&net, &mut opt, &train, config).unwrap();
    assert_eq!(history.losses.len(), 15);
    assert_eq!(history.epochs.iter().map(|epoch| epoch.steps).collect::<Vec<_>>(), [3; 5]);
    assert_eq!(history.epochs[4].accuracy, Some(1.0));
    assert_eq!(history.note, None);
    assert!(history.epochs[4].loss < 0.6 * history.epochs[0].loss);
    let mean = history.losses[..3].iter().sum::<f64>() / 3.0;
    assert!((history.epochs[0].loss - mean).abs() < 1e-12);
}

#[test]
fn an_evaluation_counts_and_takes_the_mean_over_images_not_batches() {
    // 1001 images, so that the second batch holds one: logits (1, 0) and label 0, but label 1 for the last.
    let images = Tensor::from_slice(&[1f32, 0.0]).view([1, 1, 1, 2]).repeat([1001, 1, 1, 1]);
    let labels = Tensor::zeros([1001], (Kind::Int64, Device::Cpu));
    let _ = labels.get(1000).fill_(1);
    let split = Split::new(images, labels).unwrap();
    let net = nn::func(|xs| xs.flat_view());
    let found = evaluate(&net, &split).unwrap();
    assert_eq!((found.correct, found.total), (1000, 1001));
    let right = (1.0 + (-1f64).exp()).ln();
    assert!((found.loss - (1000.0 * right + right + 1.0) / 1001.0).abs() < 1e-6, "{found}");
    assert!(found.to_string().ends_with("1000/1001 correct (99.9 %)"), "{found}");
}

#[test]
fn a_network_trains_in_training_mode_and_is_measured_in_the_other_without_gradients() {
    use std::sync::{Arc, Mutex};
    let modes = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&modes);
    let (vs, _) = zeroed(2, 2);
    let ws = vs.trainable_variables()[0].shallow_clone();
    let net = nn::func_t(move |xs, train| {
        let logits = xs.flat_view().matmul(&ws.tr());
        note.lock().unwrap().push((train, logits.requires_grad()));
        logits
    });
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    let data = two_pixels(4);
    fit(&net, &mut opt, &data, FitConfig::new().batch_size(2).validation(&data)).unwrap();
    assert_eq!(*modes.lock().unwrap(), [(true, true), (true, true), (false, false)]);
}

#[test]
fn a_linear_layer_of_the_wrong_size_is_reported_in_numbers() {
    let (vs, net) = zeroed(320, 10);
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    let message = message(fit(&net, &mut opt, &two_pixels(4), FitConfig::new()));
    assert_eq!(
        message,
        "expected a network that takes images of shape [4, 1, 1, 2] and gives [4, classes], but got 2 numbers for each \
         image where a linear layer takes 320.\nWhat to do: follow the shapes, layer by layer: \
         `show::summary(&vs, &net, &[1, 1, 1, 2])?`."
    );
}

#[test]
fn a_convolution_of_the_wrong_depth_is_reported_in_libtorchs_words() {
    let vs = nn::VarStore::new(Device::Cpu);
    let net = nn::conv2d(vs.root(), 3, 8, 1, Default::default());
    let message = message(accuracy(&net, &two_pixels(4)));
    assert!(
        message.contains("[4, 1, 1, 2]") && message.contains("to have 3 channels, but got 1 channels"),
        "{message}"
    );
    // Measuring switches gradients off: also after a panic they are on again.
    assert!(vs.trainable_variables()[0].square().sum(Kind::Float).requires_grad());
}

#[test]
fn outputs_that_are_no_scores_are_refused_with_their_shape() {
    let message = message(accuracy(&nn::func(|xs| xs.shallow_clone()), &two_pixels(4)));
    assert!(
        message.contains("an output of shape [4, 1, 1, 2]") && message.contains("flat_view"),
        "{message}"
    );
}

#[test]
fn a_label_without_an_output_is_named() {
    let (vs, net) = zeroed(2, 2);
    let split = Split::new(two_pixels(3).images, Tensor::from_slice(&[0i64, 1, 7])).unwrap();
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    let message = message(fit(&net, &mut opt, &split, FitConfig::new()));
    assert!(
        message.contains("labels from 0 to 1, one for each of the 2 outputs, but got label 7"),
        "{message}"
    );
}

#[test]
fn a_frozen_network_cannot_be_trained_and_the_way_out_is_reported() {
    let (mut vs, net) = zeroed(2, 2);
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    vs.freeze();
    assert!(message(fit(&net, &mut opt, &two_pixels(4), FitConfig::new())).contains("vs.freeze()"));
}

#[test]
fn a_panic_of_the_learners_own_code_is_reported() {
    let net = nn::func(|_| panic!("my layer is not ready"));
    assert!(message(accuracy(&net, &two_pixels(2))).contains("my layer is not ready"));
}

#[test]
fn a_loss_that_is_no_number_stops_the_training() {
    let (vs, net) = zeroed(2, 2);
    let mut split = two_pixels(4);
    split.images *= f64::NAN;
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    let history = fit(&net, &mut opt, &split, FitConfig::new().epochs(9).batch_size(1)).unwrap();
    assert_eq!((history.losses.len(), history.epochs.len()), (1, 1));
    assert!(history.to_string().contains("the loss is NaN"), "{history}");
}

#[test]
fn a_time_limit_ends_training_after_a_step_and_keeps_what_was_learned() {
    let (vs, net) = zeroed(2, 2);
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    let config = FitConfig::new().epochs(9).batch_size(1).time_limit(Duration::ZERO);
    let history = fit(&net, &mut opt, &two_pixels(4), config).unwrap();
    assert_eq!(history.losses.len(), 1);
    assert!(history.note.unwrap().contains("time limit"));
    assert!(vs.trainable_variables()[0].abs().sum(Kind::Float).double_value(&[]) > 0.0);
}

#[test]
fn numbers_that_make_no_training_are_refused() {
    let (vs, net) = zeroed(2, 2);
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    let mut with = |config| message(fit(&net, &mut opt, &two_pixels(4), config));
    assert!(with(FitConfig::new().epochs(0)).contains("`epochs` to be at least 1, but got 0"));
    assert!(with(FitConfig::new().batch_size(-1)).contains("`batch_size` to be at least 1, but got -1"));
    assert!(with(FitConfig::new().log_every(0)).contains("`log_every`"));
    let none = two_pixels(4).take(0).unwrap();
    assert!(message(fit(&net, &mut opt, &none, FitConfig::new())).contains("images to learn from"));
    assert!(message(accuracy(&net, &none)).contains("images to measure with"));
}

#[test]
fn any_kind_of_network_can_be_trained() {
    #[derive(Debug)]
    struct Own(nn::Linear);
    impl ModuleT for Own {
        fn forward_t(&self, xs: &Tensor, _train: bool) -> Tensor {
            xs.flat_view().apply(&self.0)
        }
    }
    let vs = nn::VarStore::new(Device::Cpu);
    let own = Own(nn::linear(vs.root(), 2, 2, Default::default()));
    let boxed: Box<dyn ModuleT> = Box::new(own);
    let mut opt = nn::Sgd::default().build(&vs, 0.1).unwrap();
    assert!(fit(&*boxed, &mut opt, &two_pixels(4), FitConfig::new()).is_ok());
}

/// A linear network, its weights zero, and the file that keeps them.
fn kept(dir: &std::path::Path) -> (nn::VarStore, nn::Sequential, std::path::PathBuf) {
    let (vs, net) = zeroed(2, 2);
    (vs, net, dir.join("best.safetensors"))
}

fn weights(vs: &nn::VarStore) -> Vec<f32> {
    Vec::try_from(vs.trainable_variables()[0].flatten(0, -1)).unwrap()
}

#[test]
fn the_weights_of_the_best_epoch_are_kept_and_not_those_of_a_worse_one() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vs, net, path) = kept(dir.path());
    // Learning turned labels makes the validation worse with each epoch: the first is the best.
    let turned = Split::new(two_pixels(4).images, 1 - two_pixels(4).labels).unwrap();
    let mut opt = nn::Sgd::default().build(&vs, 0.5).unwrap();
    let config = || FitConfig::new().batch_size(4).validation(&two_pixels(5)).checkpoint(&vs, &path);
    let history = fit(&net, &mut opt, &two_pixels(4), config().epochs(1)).unwrap();
    assert_eq!((history.epochs[0].accuracy, history.epochs[0].kept), (Some(1.0), true));
    let best = weights(&vs);
    let history = fit(&net, &mut opt, &turned, config().epochs(6).resume()).unwrap();
    assert!(history.epochs.iter().all(|epoch| !epoch.kept), "none is better than all of them");
    assert!(history.epochs[5].accuracy < Some(1.0) && weights(&vs) != best);
    vs.load(&path).unwrap();
    assert_eq!(weights(&vs), best);
}

#[test]
fn without_validation_the_last_weights_are_kept_and_training_goes_on_from_them() {
    let dir = tempfile::tempdir().unwrap();
    let (vs, net, path) = kept(dir.path());
    let mut opt = nn::Sgd::default().build(&vs, 0.5).unwrap();
    // There is no file yet: that is no error.
    let config = FitConfig::new().epochs(2).checkpoint(&vs, &path).resume();
    let first = fit(&net, &mut opt, &two_pixels(4), config).unwrap();
    assert!(first.epochs.iter().all(|epoch| epoch.kept));
    let (again, net) = zeroed(2, 2);
    let mut opt = nn::Sgd::default().build(&again, 0.5).unwrap();
    let config = FitConfig::new().checkpoint(&again, &path).resume();
    let second = fit(&net, &mut opt, &two_pixels(4), config).unwrap();
    assert!(second.losses[0] < first.losses[1], "{first} {second}");
}

#[test]
fn a_training_that_its_time_limit_ends_has_kept_what_it_had() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vs, net, path) = kept(dir.path());
    let mut opt = nn::Sgd::default().build(&vs, 0.5).unwrap();
    let config = FitConfig::new().batch_size(1).validation(&two_pixels(4)).checkpoint(&vs, &path);
    let history = fit(&net, &mut opt, &two_pixels(4), config.time_limit(Duration::ZERO)).unwrap();
    assert!(history.epochs[0].kept && history.epochs[0].accuracy.is_none());
    let ended = weights(&vs);
    vs.load(&path).unwrap();
    assert_eq!(weights(&vs), ended);
}

#[test]
fn weights_that_cannot_be_kept_end_no_training_and_leave_the_older_ones() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vs, net, _) = kept(dir.path());
    // Beside so long a name there is no room for the name of a file in the making.
    let path = dir.path().join(format!("{}.safetensors", "a".repeat(240)));
    let mut opt = nn::Sgd::default().build(&vs, 0.5).unwrap();
    vs.save(&path).unwrap();
    let older = weights(&vs);
    let history = fit(&net, &mut opt, &two_pixels(4), FitConfig::new().checkpoint(&vs, &path)).unwrap();
    assert!(!history.epochs[0].kept && weights(&vs) != older);
    vs.load(&path).unwrap();
    assert_eq!(weights(&vs), older);
}

#[test]
fn a_checkpoint_that_cannot_be_used_is_refused_before_the_first_step() {
    let dir = tempfile::tempdir().unwrap();
    let (vs, net, path) = kept(dir.path());
    let mut opt = nn::Sgd::default().build(&vs, 0.5).unwrap();
    let mut with = |config| message(fit(&net, &mut opt, &two_pixels(4), config));
    assert!(with(FitConfig::new().resume()).contains("a checkpoint to resume from"));
    let nowhere = dir.path().join("none/best.safetensors");
    assert!(with(FitConfig::new().checkpoint(&vs, nowhere)).contains("a folder"));
    std::fs::write(&path, "no weights").unwrap();
    assert!(with(FitConfig::new().checkpoint(&vs, &path).resume()).contains("the weights of this network"));
    assert_eq!(weights(&vs), [0.0; 4]);
}
