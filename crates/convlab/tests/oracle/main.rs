//! The five source exercises' networks, against PyTorch: the same weights and images give the same logits and losses.

use convlab::prelude::*;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A network of the source exercises, with the numbers that are known of it.
struct Network {
    name: &'static str,
    image: [i64; 3],
    layers: &'static [Layer],
    flattened: i64,
    parameters: &'static str,
}

enum Layer {
    /// Input channels, output channels, kernel size, padding.
    Conv(i64, i64, i64, i64),
    Relu,
    Pool,
    Flatten,
    Linear(i64, i64),
}

use Layer::{Conv, Flatten, Linear, Pool, Relu};

const DIGIT: [i64; 3] = [1, 28, 28];

const NETWORKS: [Network; 5] = [
    Network {
        name: "seed000",
        image: DIGIT,
        layers: &[
            Conv(1, 16, 5, 0),
            Relu,
            Pool,
            Conv(16, 16, 3, 0),
            Relu,
            Pool,
            Conv(16, 32, 2, 0),
            Flatten,
            Linear(512, 10),
        ],
        flattened: 512,
        parameters: "9,946",
    },
    Network {
        name: "seed001",
        image: DIGIT,
        layers: &[Conv(1, 16, 5, 0), Conv(16, 32, 5, 0), Flatten, Linear(12_800, 10)],
        flattened: 12_800,
        parameters: "141,258",
    },
    Network {
        name: "seed003",
        image: DIGIT,
        layers: &[Conv(1, 10, 5, 0), Pool, Relu, Conv(10, 20, 5, 0), Pool, Relu, Flatten, Linear(320, 10)],
        flattened: 320,
        parameters: "8,490",
    },
    Network {
        name: "seed004_mnist",
        image: DIGIT,
        layers: &[Conv(1, 32, 3, 1), Relu, Conv(32, 32, 3, 1), Relu, Pool, Flatten, Linear(6272, 10)],
        flattened: 6272,
        parameters: "72,298",
    },
    Network {
        name: "seed004_cifar",
        image: [3, 32, 32],
        layers: &[
            Conv(3, 32, 3, 1),
            Relu,
            Conv(32, 32, 3, 1),
            Relu,
            Pool,
            Conv(32, 32, 3, 1),
            Relu,
            Pool,
            Conv(32, 32, 3, 1),
            Relu,
            Pool,
            Flatten,
            Linear(512, 512),
            Relu,
            Linear(512, 10),
        ],
        flattened: 512,
        parameters: "296,426",
    },
];

impl Network {
    /// The network with its layers named by their number, as PyTorch's `Sequential` does.
    fn build(&self, vs: &nn::VarStore) -> nn::Sequential {
        self.layers.iter().enumerate().fold(nn::seq(), |net, (index, layer)| {
            let path = vs.root() / index;
            match *layer {
                Conv(channels, out, kernel, padding) => {
                    let config = nn::ConvConfig { padding, ..Default::default() };
                    net.add(nn::conv2d(path, channels, out, kernel, config))
                }
                Relu => net.add_fn(|xs| xs.relu()),
                Pool => net.add_fn(|xs| xs.max_pool2d_default(2)),
                Flatten => net.add_fn(|xs| xs.flatten(1, -1)),
                Linear(inputs, out) => net.add(nn::linear(path, inputs, out, Default::default())),
            }
        })
    }
}

#[test]
fn summaries_report_the_flattened_sizes_and_parameters_of_the_five_networks() {
    for network in &NETWORKS {
        let vs = nn::VarStore::new(Device::Cpu);
        let net = network.build(&vs);
        let input = [&[1], &network.image[..]].concat();
        let summary = show::summary(&vs, &net, &input).unwrap().text().to_owned();
        let line = summary.lines().find(|line| line.contains("  flatten ")).unwrap_or("");
        assert!(line.contains(&format!("[1, {}]", network.flattened)), "{}:\n{summary}", network.name);
        assert!(summary.ends_with(&format!("\n{} parameters in all", network.parameters)), "{summary}");
        assert_eq!(summary.lines().count(), network.layers.len() + 3, "{summary}");
    }
}

/// PyTorch's numbers for images and weights that formulas make: `make.py` computed them.
const FORMULA: &str = include_str!("formula.json");

#[test]
fn logits_and_losses_agree_with_pytorch_on_images_and_weights_from_formulas() {
    let records: Value = serde_json::from_str(FORMULA).unwrap();
    for network in &NETWORKS {
        let record = Record(&records[network.name]);
        let images = formula_images(10 * record.batch_size(), &network.image);
        record.compare(network, formula_weights, &images, &images, 10);
    }
}

/// Image n has label n % 10: the i-th 64 pixels are bright where i % 10 is the label.
fn formula_images(count: i64, shape: &[i64; 3]) -> Split {
    let pixels: i64 = shape.iter().product();
    let pixel = |n: i64, i: i64| if i / 64 % 10 == n % 10 { 200 } else { 0 } + (7 * i + 31 * n) % 50;
    let all: Vec<f32> =
        (0..count).flat_map(|n| (0..pixels).map(move |i| pixel(n, i) as f32 / 255.0)).collect();
    let labels: Vec<i64> = (0..count).map(|n| n % 10).collect();
    let images = Tensor::from_slice(&all).view([count, shape[0], shape[1], shape[2]]);
    Split::new(images, Tensor::from_slice(&labels)).unwrap()
}

/// Value i of a parameter with k values for each output is (37·i mod 101 - 50) / (50·√k).
fn formula_weights(vs: &mut nn::VarStore) {
    for (_, mut parameter) in vs.variables() {
        let (count, size) = (parameter.numel() as i64, parameter.size());
        let inputs: i64 = if size.len() > 1 { size[1..].iter().product() } else { count };
        let value = |i: i64| ((37 * i % 101 - 50) as f64 / (50.0 * (inputs as f64).sqrt())) as f32;
        let values: Vec<f32> = (0..count).map(value).collect();
        tch::no_grad(|| parameter.copy_(&Tensor::from_slice(&values).view(size.as_slice())));
    }
}

/// The folder with PyTorch's numbers for real images: `CONVLAB_ORACLE`, or beside the data that `CONVLAB_DATA` names.
fn oracle() -> Option<PathBuf> {
    let named = std::env::var_os("CONVLAB_ORACLE").map(PathBuf::from);
    let beside = || Some(Path::new(&std::env::var_os("CONVLAB_DATA")?).parent()?.join("oracle"));
    named.or_else(beside).filter(|folder| folder.is_dir())
}

#[test]
fn logits_and_losses_agree_with_pytorch_on_real_images() {
    let Some(oracle) = oracle() else {
        println!("skipped: no PyTorch numbers for real images; `tests/oracle/make.py` makes them");
        return;
    };
    let mnist = datasets::mnist().unwrap();
    let cifar = cifar10_batch();
    for network in &NETWORKS {
        let record = std::fs::read(oracle.join(format!("{}.json", network.name))).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        let weights = oracle.join(format!("{}.safetensors", network.name));
        let load = |vs: &mut nn::VarStore| vs.load(&weights).unwrap();
        match (network.name, &cifar) {
            ("seed004_cifar", None) => println!("skipped: no data"),
            ("seed004_cifar", Some(cifar)) => Record(&record).compare_both(network, load, cifar, cifar),
            _ => Record(&record).compare_both(network, load, &mnist.train, &mnist.test),
        }
    }
}

/// What PyTorch computed for a network.
struct Record<'a>(&'a Value);

impl Record<'_> {
    /// With the images in either order in memory. The other one rounds otherwise, and ten steps of Adam turn a
    /// difference in the seventh digit into one in the third: half of them are compared.
    fn compare_both(&self, network: &Network, init: impl Fn(&mut nn::VarStore), train: &Split, test: &Split) {
        self.compare(network, &init, train, test, 10);
        self.compare(network, &init, &train.channels_last(), &test.channels_last(), 5);
    }

    /// Starts from the weights that `init` sets and compares what follows from them: logits, and the losses of the
    /// first `steps`.
    fn compare(
        &self,
        network: &Network,
        init: impl Fn(&mut nn::VarStore),
        train: &Split,
        test: &Split,
        steps: i64,
    ) {
        let mut vs = nn::VarStore::new(Device::Cpu);
        let net = network.build(&vs);
        init(&mut vs);

        let first = self.scaled(&test.take(8).unwrap());
        let logits = tch::no_grad(|| net.forward(&first.images)).flatten(0, -1);
        let expected: Vec<f64> =
            self.0["logits_first_8"].as_array().unwrap().iter().flat_map(numbers).collect();
        let logits = Vec::<f64>::try_from(&logits.to_kind(Kind::Double)).unwrap();
        agree(network.name, "logits", &logits, &expected);

        let size = self.batch_size();
        let mut opt = self.optimizer(&vs);
        let batches = self.scaled(&train.take(steps * size).unwrap()).batches_in_order(size).unwrap();
        let losses = batches.map(|(xs, labels)| {
            let loss = net.forward(&xs).cross_entropy_for_logits(&labels);
            opt.backward_step(&loss);
            loss.double_value(&[])
        });
        let expected = &numbers(&self.0["losses_first_10_steps"])[..steps as usize];
        agree(network.name, "losses", &losses.collect::<Vec<_>>(), expected);
    }

    fn batch_size(&self) -> i64 {
        self.0["batch_size"].as_i64().unwrap()
    }

    fn scaled(&self, split: &Split) -> Split {
        match self.0["normalize"].as_str().unwrap() {
            "x/255 only" => split.normalize(&[0.0], &[1.0]).unwrap(),
            "(x-0.1307)/0.3081" => split.normalize(&[0.1307], &[0.3081]).unwrap(),
            other => panic!("pixels scaled as {other}"),
        }
    }

    fn optimizer(&self, vs: &nn::VarStore) -> nn::Optimizer {
        let lr = self.0["lr"].as_f64().unwrap();
        match self.0["optimizer"].as_str().unwrap() {
            "adam" => nn::Adam::default().build(vs, lr).unwrap(),
            "sgd" => {
                let momentum = self.0["momentum"].as_f64().unwrap_or(0.0);
                nn::Sgd { momentum, ..Default::default() }.build(vs, lr).unwrap()
            }
            other => panic!("optimizer {other}"),
        }
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Equal within 1e-3 relative; single precision alone moves a logit near zero by some 1e-6.
fn agree(network: &str, what: &str, ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len(), "{network}: {what}");
    let far = |(ours, theirs): (&f64, &f64)| (ours - theirs).abs() > 1e-3 * theirs.abs() + 2e-6;
    let wrong = ours.iter().zip(theirs).position(far);
    assert!(wrong.is_none(), "{network}: {what} {ours:?} are not {theirs:?} at {wrong:?}");
}

#[test]
#[should_panic(expected = "at Some(1)")]
fn a_difference_of_two_thousandths_is_seen() {
    agree("a network", "losses", &[2.0, 2.004], &[2.0, 2.0]);
}

/// CIFAR-10's first training batch: 10,000 records of a label and 3 × 1024 bytes, red, green and blue planes.
fn cifar10_batch() -> Option<Split> {
    let file = Path::new(&std::env::var_os("CONVLAB_DATA")?).join("cifar10/data_batch_1.bin");
    let records = Tensor::from_slice(&std::fs::read(file).ok()?).view([-1, 3073]);
    let images = records.narrow(1, 1, 3072).to_kind(Kind::Float) / 255.0;
    let labels = records.select(1, 0).to_kind(Kind::Int64);
    Some(Split::new(images.view([-1, 3, 32, 32]), labels).unwrap())
}
