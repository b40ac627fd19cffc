//! One measurement of `cargo lab bench train` on this side; prints a line of JSON.
//!
//! ```text
//! bench_train WHAT WAY THREADS     // WHAT: 000, 003, 004-mnist, 004-cifar, load or grid
//! bench_train data DIR             // writes the data that all measurements read, uncompressed
//! ```
//!
//! For a recipe, WAY is `plain` (a loop by hand), `channels_last` (the same loop over `split.channels_last()`) or `fit`.

use convlab::prelude::*;
use std::error::Error as AnyError;
use std::fs;
use std::path::Path;
use std::time::Instant;
use tch::nn::Optimizer;

fn main() -> Result<(), Box<dyn AnyError>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let message = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["data", folder] => return data(Path::new(folder)),
        [what, way, threads] => {
            tch::set_num_threads(threads.parse()?);
            match *what {
                "load" => load()?,
                "grid" => grid()?,
                recipe => train(Recipe::named(recipe)?, way)?,
            }
        }
        other => return Err(format!("WHAT WAY THREADS or data DIR are wanted, not {other:?}").into()),
    };
    println!("{{{message}, \"peak_mb\": {:.1}}}", peak_mb());
    Ok(())
}

/// A training of the source exercises.
struct Recipe {
    name: &'static str,
    /// How many images to learn from; `None` for all.
    count: Option<i64>,
    batch: i64,
    epochs: i64,
    normalise: bool,
}

const RECIPES: [Recipe; 4] = [
    Recipe { name: "000", count: None, batch: 300, epochs: 1, normalise: true },
    Recipe { name: "003", count: None, batch: 128, epochs: 1, normalise: true },
    Recipe { name: "004-mnist", count: Some(1000), batch: 256, epochs: 10, normalise: false },
    Recipe { name: "004-cifar", count: Some(2000), batch: 256, epochs: 30, normalise: false },
];

impl Recipe {
    fn named(name: &str) -> Result<Self, String> {
        RECIPES
            .into_iter()
            .find(|recipe| recipe.name == name)
            .ok_or_else(|| format!("there is no recipe {name}"))
    }

    fn data(&self) -> Result<(Split, Split)> {
        let Dataset { train, test, .. } =
            if self.name == "004-cifar" { datasets::cifar10()? } else { datasets::mnist()? };
        let scaled =
            |split: Split| if self.normalise { split.normalize(&[0.1307], &[0.3081]) } else { Ok(split) };
        let train = self.count.map_or(Ok(train.take(train.len())?), |count| train.sample(count))?;
        Ok((scaled(train)?, scaled(test)?))
    }

    fn net(&self, vs: &nn::VarStore) -> nn::Sequential {
        let conv = |name: &str, channels: i64, filters: i64, kernel: i64, padding: i64| {
            let init = within(channels * kernel * kernel);
            let config = nn::ConvConfig { padding, ws_init: init, bs_init: init, ..Default::default() };
            nn::conv2d(vs.root() / name, channels, filters, kernel, config)
        };
        let linear = |name: &str, inputs: i64, outputs: i64| {
            let init = within(inputs);
            let config = nn::LinearConfig { ws_init: init, bs_init: Some(init), bias: true };
            nn::linear(vs.root() / name, inputs, outputs, config)
        };
        match self.name {
            "000" => nn::seq()
                .add(conv("a", 1, 16, 5, 0))
                .add_fn(|xs| xs.relu().max_pool2d_default(2))
                .add(conv("b", 16, 16, 3, 0))
                .add_fn(|xs| xs.relu().max_pool2d_default(2))
                .add(conv("c", 16, 32, 2, 0))
                .add_fn(|xs| xs.flatten(1, -1))
                .add(linear("d", 512, 10)),
            "003" => nn::seq()
                .add(conv("a", 1, 10, 5, 0))
                .add_fn(|xs| xs.max_pool2d_default(2).relu())
                .add(conv("b", 10, 20, 5, 0))
                .add_fn(|xs| xs.max_pool2d_default(2).relu().flatten(1, -1))
                .add(linear("c", 320, 10)),
            "004-mnist" => nn::seq()
                .add(conv("a", 1, 32, 3, 1))
                .add_fn(|xs| xs.relu())
                .add(conv("b", 32, 32, 3, 1))
                .add_fn(|xs| xs.relu().max_pool2d_default(2).flatten(1, -1))
                .add(linear("c", 6272, 10)),
            _ => nn::seq()
                .add(conv("a", 3, 32, 3, 1))
                .add_fn(|xs| xs.relu())
                .add(conv("b", 32, 32, 3, 1))
                .add_fn(|xs| xs.relu().max_pool2d_default(2))
                .add(conv("c", 32, 32, 3, 1))
                .add_fn(|xs| xs.relu().max_pool2d_default(2))
                .add(conv("d", 32, 32, 3, 1))
                .add_fn(|xs| xs.relu().max_pool2d_default(2).flatten(1, -1))
                .add(linear("e", 512, 512))
                .add_fn(|xs| xs.relu())
                .add(linear("f", 512, 10)),
        }
    }

    fn optimiser(&self, vs: &nn::VarStore) -> Result<Optimizer, tch::TchError> {
        match self.name {
            "003" => nn::Sgd { momentum: 0.5, ..Default::default() }.build(vs, 0.01),
            "000" => nn::Adam::default().build(vs, 0.001),
            _ => nn::Adam::default().build(vs, 0.01),
        }
    }
}

/// PyTorch's own start.
fn within(fan_in: i64) -> nn::Init {
    let bound = 1.0 / (fan_in as f64).sqrt();
    nn::Init::Uniform { lo: -bound, up: bound }
}

/// Trains in a way and measures the seconds of the training alone, and the accuracy after it.
fn train(recipe: Recipe, way: &str) -> Result<String, Box<dyn AnyError>> {
    let (train, test) = recipe.data()?;
    let train = if way == "plain" { train } else { train.channels_last() };
    let vs = nn::VarStore::new(Device::Cpu);
    let (net, mut opt) = (recipe.net(&vs), recipe.optimiser(&vs)?);
    let begin = Instant::now();
    if way == "fit" {
        let config = train::FitConfig::new().epochs(recipe.epochs).batch_size(recipe.batch);
        // Its lines go to stdout, where one line is read: the last.
        train::fit(&net, &mut opt, &train, config)?;
    } else {
        for _ in 0..recipe.epochs {
            for (xs, labels) in train.batches(recipe.batch)? {
                let loss = net.forward(&xs).cross_entropy_for_logits(&labels);
                opt.backward_step(&loss);
                loss.double_value(&[]);
            }
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    let accuracy = train::accuracy(&net, &test)?;
    let images = recipe.epochs * train.len();
    Ok(format!("\"seconds\": {seconds}, \"images\": {images}, \"accuracy\": {accuracy}"))
}

/// Of several tries the fastest counts: what else the machine does can only add.
const TRIES: usize = 6;

fn fastest(mut once: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..TRIES {
        let begin = Instant::now();
        once()?;
        least = least.min(begin.elapsed().as_secs_f64());
    }
    Ok(least)
}

/// MNIST from disk to tensors.
fn load() -> Result<String> {
    let seconds = fastest(|| datasets::mnist().map(drop))?;
    Ok(format!("\"seconds\": {seconds}, \"images\": 70000"))
}

/// The first channel of 32 filters as a figure, as HTML.
fn grid() -> Result<String> {
    let ws = Tensor::randn([32, 3, 3, 3], (Kind::Float, Device::Cpu));
    let seconds = fastest(|| show::filters(&ws.narrow(1, 0, 1)).map(|figure| drop(figure.html())))?;
    Ok(format!("\"seconds\": {seconds}, \"images\": 32"))
}

/// Writes the data sets as this crate finds them: MNIST twice, as torchvision wants it and as this crate does.
fn data(folder: &Path) -> Result<(), Box<dyn AnyError>> {
    let bytes = |x: &Tensor| Vec::<u8>::try_from((x * 255.0).round().to_kind(Kind::Uint8).flatten(0, -1));
    let classes = |labels: &Tensor| Vec::<u8>::try_from(labels.to_kind(Kind::Uint8));
    let digits = datasets::mnist()?;
    let (theirs, ours) = (folder.join("MNIST/raw"), folder.join("mnist"));
    fs::create_dir_all(&theirs)?;
    fs::create_dir_all(&ours)?;
    for (name, split) in [("train", &digits.train), ("t10k", &digits.test)] {
        let n = (split.len() as u32).to_be_bytes();
        let side = 28u32.to_be_bytes();
        let images = [&[0, 0, 8, 3][..], &n, &side, &side, &bytes(&split.images)?].concat();
        let labels = [&[0, 0, 8, 1][..], &n, &classes(&split.labels)?].concat();
        for place in [&theirs, &ours] {
            fs::write(place.join(format!("{name}-images-idx3-ubyte")), &images)?;
            fs::write(place.join(format!("{name}-labels-idx1-ubyte")), &labels)?;
        }
    }
    let photos = datasets::cifar10()?;
    let place = folder.join("cifar10");
    fs::create_dir_all(&place)?;
    for (name, split) in [("data_batch_1.bin", &photos.train), ("test_batch.bin", &photos.test)] {
        let (pixels, labels) = (bytes(&split.images)?, classes(&split.labels)?);
        let records = labels.iter().zip(pixels.chunks_exact(3072));
        let records: Vec<u8> = records.flat_map(|(label, image)| [&[*label], image].concat()).collect();
        fs::write(place.join(name), records)?;
    }
    Ok(())
}

/// The most memory that this process has had.
#[cfg(unix)]
#[allow(unsafe_code, reason = "std has no call for it")]
fn peak_mb() -> f64 {
    // SAFETY: all zeros is a valid rusage, and the call only writes into it.
    let most = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage.ru_maxrss as f64
    };
    most / if cfg!(target_os = "macos") { 1_048_576.0 } else { 1024.0 }
}

#[cfg(not(unix))]
fn peak_mb() -> f64 {
    f64::NAN
}
