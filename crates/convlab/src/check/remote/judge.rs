//! The judge: it runs the checks and holds no code of a learner.

use super::exercises::answer;
use super::link::{Link, Remote};
use crate::check::verdict::json;
use crate::{Error, Result};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Judges one learner's exercises for the program that marks.
///
/// The learner's process connects to the socket `folder/learner/socket`, once for each exercise, and sends values. What
/// it is worth is added to `folder/verdicts`, a line of JSON for each exercise, until there is a file `folder/end`. An
/// exercise may take `seconds`.
///
/// # Errors
/// If nothing can listen there, or the file cannot be written.
pub fn judge(folder: &str, seconds: u64) -> Result<()> {
    let remedy = "look whether the folder can be written and its path is shorter than 80 bytes";
    let failed = |error: io::Error| Error::new("a folder for the marking", error.to_string(), remedy);
    judge_in(Path::new(folder), seconds).map_err(failed)
}

fn judge_in(folder: &Path, seconds: u64) -> io::Result<()> {
    let socket = folder.join("learner/socket");
    let mut verdicts = File::options().create(true).append(true).open(folder.join("verdicts"))?;
    let listener = UnixListener::bind(&socket)?;
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666))?;
    listener.set_nonblocking(true)?;
    let mut left = MAX_CONNECTIONS;
    while left > 0 && !folder.join("end").exists() {
        match listener.accept() {
            Ok((learner, _)) => {
                left -= 1;
                // In a thread of its own no line of a cell is running that a panic could be taken for.
                let judged = thread::spawn(move || judge_exercise(learner, seconds)).join();
                if let Ok(Some(line)) = judged {
                    writeln!(verdicts, "{line}")?;
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(5)),
            Err(error) => return Err(error),
        }
    }
    fs::remove_file(socket)
}

/// More than any lab has exercises.
const MAX_CONNECTIONS: usize = 256;

/// The verdict of the exercise that the learner's process names, as a line of JSON.
fn judge_exercise(learner: UnixStream, seconds: u64) -> Option<Value> {
    learner.set_nonblocking(false).ok()?;
    let mut link = Link::new(learner, Some(Instant::now() + Duration::from_secs(seconds)));
    let first = link.receive().ok()??;
    let exercise = first["exercise"].as_str()?.to_owned();
    let answer = answer(&exercise, &Remote::new(link, seconds))?;
    serde_json::from_str(&json(&exercise, answer.verdict())).ok()
}

#[cfg(test)]
mod tests {
    use super::super::serve;
    use super::*;
    use crate::check::LABS;
    use crate::datasets::Split;
    use serde_json::json;
    use tch::nn::{self, Module, ModuleT, OptimizerConfig};
    use tch::{Device, IndexOp, Kind, Tensor};

    /// The verdict of what `learner` serves at a socket.
    fn verdict(learner: impl FnOnce(&str) + Send + 'static) -> Value {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let listener = UnixListener::bind(&path).unwrap();
        let learner = thread::spawn(move || learner(path.to_str().unwrap()));
        let (stream, _) = listener.accept().unwrap();
        let found = judge_exercise(stream, 60).unwrap_or_default();
        let _ = learner.join();
        found
    }

    #[test]
    fn every_exercise_is_judged_from_another_process() {
        let (one, other) = UnixStream::pair().unwrap();
        drop(other);
        let remote = Remote::new(Link::new(one, None), 1);
        let without: Vec<_> = LABS
            .concat()
            .iter()
            .map(|exercise| exercise.name)
            .filter(|name| answer(name, &remote).is_none())
            .collect();
        assert!(without.is_empty(), "{without:?}");
        assert!(answer("nothing", &remote).is_none());
    }

    #[test]
    fn what_a_learners_process_says_itself_counts_for_nothing() {
        let first = json!({"exercise": "equal_start", "verdict": "right"});
        let found = verdict(move |socket| {
            let mut link = Link::new(UnixStream::connect(socket).unwrap(), None);
            link.send(&first).unwrap();
            let _ = link.receive();
        });
        assert_eq!(found["verdict"], "stopped");
    }

    #[test]
    fn a_remote_function_gets_the_verdict_that_it_gets_in_a_notebook() {
        let sevens = |value: f64| move || Tensor::zeros([2, 5], (Kind::Float, Device::Cpu)) + value;
        assert_eq!(verdict(move |socket| serve::sevens(socket, sevens(7.0)))["verdict"], "right");
        let wrong = verdict(move |socket| serve::sevens(socket, sevens(8.0)));
        assert_eq!(wrong["verdict"], "wrong");
        assert!(wrong["reason"].as_str().unwrap().contains("the first is 8"), "{wrong}");
        assert_eq!(verdict(|socket| serve::sevens(socket, || todo!()))["verdict"], "not attempted");
        let stopped = verdict(|socket| serve::corr2d(socket, |x, _| x.i(1000)));
        assert_eq!(stopped["verdict"], "stopped");
        assert!(stopped["reason"].as_str().unwrap().contains("out of range"), "{stopped}");
        assert_eq!(verdict(|socket| serve::output_shape(socket, || [1, 3, 3, 3]))["verdict"], "right");
    }

    fn three_convolutions(vs: &nn::VarStore, activation: fn(&Tensor) -> Tensor) -> nn::Sequential {
        let conv = |from, to| {
            nn::conv2d(vs.root(), from, to, 3, nn::ConvConfig { padding: 1, ..Default::default() })
        };
        let net = nn::seq().add(conv(1, 4)).add_fn(activation).add(conv(4, 4)).add_fn(activation);
        net.add(conv(4, 2)).add_fn(activation).add_fn(|xs| xs.flat_view()).add(nn::linear(
            vs.root(),
            1568,
            10,
            Default::default(),
        ))
    }

    #[test]
    fn a_network_in_another_process_is_judged_by_what_comes_out_of_it() {
        let deeper =
            |build: fn(&nn::VarStore) -> nn::Sequential| verdict(move |socket| serve::deeper(socket, build));
        assert_eq!(deeper(|vs| three_convolutions(vs, Tensor::relu))["verdict"], "right");
        let linear = deeper(|vs| three_convolutions(vs, Tensor::shallow_clone));
        assert!(linear["reason"].as_str().unwrap().contains("no activation"), "{linear}");
        let idle = deeper(|vs| {
            let net = three_convolutions(vs, Tensor::relu);
            let _ = nn::conv2d(vs.root(), 1, 7, 3, Default::default());
            net
        });
        assert!(idle["reason"].as_str().unwrap().contains("nothing that comes out depends on it"), "{idle}");
    }

    #[test]
    fn a_step_in_another_process_is_judged_by_where_the_weights_are() {
        let step = |zero: bool| {
            move |net: &dyn Module, opt: &mut nn::Optimizer, xs: &Tensor, labels: &Tensor| {
                if zero {
                    opt.zero_grad();
                }
                let loss = net.forward(xs).cross_entropy_for_logits(labels);
                loss.backward();
                opt.step();
                loss.double_value(&[])
            }
        };
        assert_eq!(verdict(move |socket| serve::one_step(socket, step(true)))["verdict"], "right");
        let kept = verdict(move |socket| serve::one_step(socket, step(false)));
        assert!(kept["reason"].as_str().unwrap().contains("added to those"), "{kept}");
    }

    #[test]
    fn a_function_in_another_process_may_use_a_network_of_the_check() {
        let validate = |net: &dyn Module, images: &Split| {
            let scores = tch::no_grad(|| net.forward(&images.images));
            let right = scores.argmax(-1, false).eq_tensor(&images.labels).sum(Kind::Int64).int64_value(&[]);
            (scores.cross_entropy_for_logits(&images.labels).double_value(&[]), right)
        };
        assert_eq!(verdict(move |socket| serve::validate(socket, validate))["verdict"], "right");
        let wrong =
            verdict(move |socket| serve::validate(socket, move |net, images| (validate(net, images).0, 7)));
        assert_eq!(wrong["verdict"], "wrong");
    }

    fn reason(verdict: &Value) -> &str {
        verdict["reason"].as_str().unwrap_or_default()
    }

    #[test]
    fn a_layer_in_another_process_is_judged_by_its_shape_and_its_maps() {
        let layer = |vs: &nn::VarStore, sign: f64| {
            let config = nn::ConvConfig { bias: false, ..Default::default() };
            let mut layer = nn::conv2d(vs.root(), 1, 2, 3, config);
            let vertical = Tensor::from_slice2(&[[-1f32, 0., 1.]; 3]) * sign;
            let ws = Tensor::stack(&[&vertical, &vertical.transpose(0, 1)], 0).unsqueeze(1);
            tch::no_grad(|| layer.ws.copy_(&ws));
            layer
        };
        assert_eq!(verdict(move |at| serve::edge_layer(at, |vs| layer(vs, 1.0)))["verdict"], "right");
        let turned = verdict(move |at| serve::edge_layer(at, |vs| layer(vs, -1.0)));
        assert!(reason(&turned).contains("turn the signs round"), "{turned}");
        let lost = verdict(move |at| serve::edge_layer(at, |_| layer(&nn::VarStore::new(Device::Cpu), 1.0)));
        assert!(reason(&lost).contains("is not in `vs`"), "{lost}");
    }

    #[test]
    fn a_training_in_another_process_is_judged_by_its_batches_and_its_weights() {
        let train = |zero: bool| {
            move |net: &nn::Sequential, opt: &mut nn::Optimizer, split: &Split, steps: i64| {
                let losses = (0..steps).map(|_| {
                    let index = Tensor::randint(split.len(), [300], (Kind::Int64, Device::Cpu));
                    let loss = net
                        .forward(&split.images.index_select(0, &index))
                        .cross_entropy_for_logits(&split.labels.index_select(0, &index));
                    if zero {
                        opt.zero_grad();
                    }
                    loss.backward();
                    opt.step();
                    loss.double_value(&[])
                });
                losses.collect::<Vec<_>>()
            }
        };
        assert_eq!(verdict(move |at| serve::train_net(at, train(true)))["verdict"], "right");
        let kept = verdict(move |at| serve::train_net(at, train(false)));
        assert!(reason(&kept).contains("all add up"), "{kept}");
        let idle = verdict(move |at| serve::train_net(at, |_, _, _, _| vec![0.0; 3]));
        assert!(reason(&idle).contains("no batch went through"), "{idle}");
    }

    #[test]
    fn epochs_in_another_process_are_judged_by_their_order_and_history() {
        let learn = |shuffled: bool| {
            move |vs: &nn::VarStore, net: &nn::Sequential, split: &Split, lr: f64, epochs: i64| {
                let mut opt = nn::Adam::default().build(vs, lr)?;
                let mut history = Vec::new();
                for _ in 0..epochs {
                    let mut sum = 0.0;
                    let batches: Vec<_> = if shuffled {
                        split.batches(256)?.collect()
                    } else {
                        split.batches_in_order(256)?.collect()
                    };
                    for (xs, labels) in batches {
                        let loss = net.forward(&xs).cross_entropy_for_logits(&labels);
                        opt.backward_step(&loss);
                        sum += loss.double_value(&[]) * labels.size()[0] as f64;
                    }
                    let answers = tch::no_grad(|| net.forward(&split.images)).argmax(-1, false);
                    let right = answers.eq_tensor(&split.labels).sum(Kind::Int64).int64_value(&[]);
                    history.push([sum / split.len() as f64, right as f64 / split.len() as f64]);
                }
                Ok::<_, Box<dyn std::error::Error>>(history)
            }
        };
        assert_eq!(verdict(move |at| serve::learn(at, learn(true)))["verdict"], "right");
        let in_order = verdict(move |at| serve::learn(at, learn(false)));
        assert!(reason(&in_order).contains("same order"), "{in_order}");
        let failed = verdict(|at| serve::learn(at, |_, _, _, _, _| Err("no luck")));
        assert!(reason(&failed).contains("no luck"), "{failed}");
    }

    #[test]
    fn layers_of_the_check_answer_another_process_for_training_or_not() {
        let block = |layers: &nn::SequentialT, xs: &Tensor, train| (layers.forward_t(xs, train) + xs).relu();
        assert_eq!(verdict(move |at| serve::residual(at, block))["verdict"], "right");
        let always = verdict(move |at| serve::residual(at, move |layers, xs, _| block(layers, xs, true)));
        assert!(reason(&always).contains("pass `train` on"), "{always}");
        let asked = |net: &dyn ModuleT, xs: &Tensor| net.forward_t(xs, false);
        let frozen = move |net: &dyn ModuleT, xs: &Tensor| tch::no_grad(|| asked(net, xs));
        assert_eq!(verdict(move |at| serve::frozen(at, frozen))["verdict"], "right");
        let tracked = verdict(move |at| serve::frozen(at, asked));
        assert!(reason(&tracked).contains("gradients are recorded"), "{tracked}");
    }

    #[test]
    fn gradients_of_the_check_reach_another_process() {
        let cam = |scale: f64| {
            move |maps: &Tensor, score: &Tensor| {
                let gradient = Tensor::run_backward(&[score], &[maps], true, false).remove(0);
                let weights = gradient.mean_dim([2i64, 3].as_slice(), true, Kind::Float);
                let sum = (maps * weights * scale).sum_dim_intlist([1i64].as_slice(), false, Kind::Float);
                sum.squeeze_dim(0).relu()
            }
        };
        assert_eq!(verdict(move |at| serve::grad_cam(at, cam(1.0)))["verdict"], "right");
        let scaled = verdict(move |at| serve::grad_cam(at, cam(2.0)));
        assert!(reason(&scaled).contains("the scale is not"), "{scaled}");
        let fooled = |sign: f64, in_place: bool| {
            move |net: &dyn ModuleT, x: &Tensor, labels: &Tensor, size: f64| {
                let free = x.detach().copy().set_requires_grad(true);
                let loss = net.forward_t(&free, false).cross_entropy_for_logits(labels);
                let gradient = Tensor::run_backward(&[&loss], &[&free], false, false).remove(0);
                let found = (x + gradient.sign() * size * sign).clamp(0., 1.);
                if in_place {
                    x.shallow_clone().copy_(&found);
                }
                found
            }
        };
        assert_eq!(verdict(move |at| serve::fooled(at, fooled(1.0, false)))["verdict"], "right");
        let easier = verdict(move |at| serve::fooled(at, fooled(-1.0, false)));
        assert!(reason(&easier).contains("you go downhill"), "{easier}");
        let changed = verdict(move |at| serve::fooled(at, fooled(1.0, true)));
        assert!(reason(&changed).contains("work on a copy"), "{changed}");
    }

    #[test]
    fn what_is_no_value_is_a_stop_and_never_right() {
        for reply in [
            json!({"verdict": "right"}),
            json!({"value": "right"}),
            json!({"value": [], "panic": "x"}),
            json!(7),
        ] {
            let found = verdict(move |socket| {
                let mut link = Link::new(UnixStream::connect(socket).unwrap(), None);
                link.send(&json!({"exercise": "equal_start"})).unwrap();
                while link.receive().is_ok_and(|call| call.is_some()) {
                    let _ = link.send(&reply);
                }
            });
            assert_eq!(found["verdict"], "stopped", "{found}");
        }
    }

    #[test]
    fn a_learners_process_that_says_nothing_is_left_when_its_time_is_over() {
        let (learner, own) = UnixStream::pair().unwrap();
        let mut link = Link::new(learner.try_clone().unwrap(), None);
        link.send(&json!({"exercise": "equal_start"})).unwrap();
        let found = judge_exercise(own, 1).unwrap();
        assert_eq!(found["reason"], "it ran longer than 1 s");
    }
}
