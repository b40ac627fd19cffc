//! The course page's own reader of digits against libtorch and the labs' pad. Skipped where there is no `node`.

use convlab::prelude::*;
use std::path::Path;
use std::process::Command;

#[path = "../src/interact/mnist.rs"]
#[allow(dead_code, reason = "its own tests are not these")]
mod mnist;

/// What a script prints that has the page's reader as `reader`; `None` without `node`.
fn node(script: &str, arguments: &[&Path]) -> Option<String> {
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/site/reader.js");
    let script = format!(
        "const fs = require('fs'); const reader = require({:?});\n\
         const bytes = (path) => new Uint8Array(fs.readFileSync(path)).buffer;\n\
         const [, ...files] = process.argv;\n{script}",
        reader.canonicalize().unwrap()
    );
    let Ok(output) = Command::new("node").args(["-e", &script, "--"]).args(arguments).output() else {
        println!("skipped: no node");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn its_logits_are_those_of_libtorch() {
    tch::manual_seed(3);
    let vs = nn::VarStore::new(Device::Cpu);
    let conv = |name: &str, channels, filters, side| {
        nn::conv2d(vs.root() / name, channels, filters, side, Default::default())
    };
    let net = nn::seq()
        .add(conv("conv1", 1, 16, 5))
        .add_fn(|xs| xs.relu().max_pool2d_default(2))
        .add(conv("conv2", 16, 16, 3))
        .add_fn(|xs| xs.relu().max_pool2d_default(2))
        .add(conv("conv3", 16, 32, 2))
        .add_fn(|xs| xs.flatten(1, -1))
        .add(nn::linear(vs.root() / "head", 512, 10, Default::default()));
    tch::no_grad(|| vs.variables().values_mut().for_each(|variable| drop(variable.normal_(0.0, 0.2))));
    // In bytes, as pixels are.
    let images = (Tensor::rand([20, 1, 28, 28], (Kind::Float, Device::Cpu)) * 255.0).round() / 255.0;
    let labels = Tensor::zeros([20], (Kind::Int64, Device::Cpu));
    let digits = datasets::Split::new(images, labels).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let name = dir.path().join("reader");
    train::export(name.to_str().unwrap(), &net, &vs, [0.1307, 0.3081], &digits).unwrap();
    let script = "const net = reader.tensors(bytes(files[0])), answers = reader.tensors(bytes(files[1]));
        const images = answers.images.data, logits = answers.logits.data, count = images.length / 784;
        let far = 0, most = 0;
        for (let n = 0; n < count; n++) {
          const found = reader.run(net, Array.from(images.slice(784 * n, 784 * n + 784), (pixel) => pixel / 255)).logits;
          found.forEach((one, at) => { far = Math.max(far, Math.abs(one - logits[10 * n + at])); most = Math.max(most, Math.abs(one)); });
        }
        console.log(count, far / most);";
    let files = ["reader.safetensors", "reader-answers.safetensors"].map(|name| dir.path().join(name));
    let Some(printed) = node(script, &[&files[0], &files[1]]) else { return };
    let (count, far) = printed.trim().split_once(' ').unwrap();
    assert_eq!(count, "20");
    assert!(far.parse::<f64>().unwrap() < 1e-5, "{far} of the largest logit");
}

#[test]
fn a_drawing_is_prepared_as_the_pad_prepares_it() {
    // A tilted bar with soft edges, off the middle, on a pad of 100 by 100.
    let ink = |at: usize| {
        let (row, column) = ((at / 100) as f64, (at % 100) as f64);
        (255.0 - 40.0 * ((column - 30.0) - 0.4 * (row - 20.0)).abs()).clamp(0.0, 255.0)
            * f64::from(u8::from((12.0..=77.0).contains(&row)))
    };
    let pixels: Vec<u8> = (0..10_000).map(|at| ink(at) as u8).collect();
    let expected = mnist::prepared(&pixels, 100).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pixels");
    std::fs::write(&file, &pixels).unwrap();
    let script = "const image = reader.prepared(new Uint8Array(bytes(files[0])), 100);
        console.log(Array.from(image).join(' '));
        if (reader.prepared(new Uint8Array(100), 10) !== null) throw new Error('an empty pad');";
    let Some(printed) = node(script, &[&file]) else { return };
    let found: Vec<f32> = printed.split_whitespace().map(|number| number.parse().unwrap()).collect();
    assert_eq!(found.len(), expected.len());
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!((found - expected).abs() < 1e-5, "pixel {at}: {found} and {expected}");
    }
}

#[test]
fn its_maps_have_the_colours_of_the_labs() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/site/reader_page.js");
    let page = std::fs::read_to_string(page).unwrap();
    let figure = show::kernel(&Tensor::from_slice2(&[[-1f32, 0.0, 1.0]])).unwrap().html();
    for (colour, number) in
        [("2166ac", "[33, 102, 172]"), ("f7f7f7", "247 + (colour - 247)"), ("b2182b", "[178, 24, 43]")]
    {
        assert!(figure.contains(colour) && page.contains(number), "{colour} and {number}");
    }
}
