use super::step::logits;
use crate::datasets::Split;
use crate::{Error, Result};
use common::files;
use std::io;
use std::path::Path;
use tch::nn::{ModuleT, VarStore};
use tch::{Kind, Tensor};

/// So many of the test images go with the weights.
const MAX_IMAGES: i64 = 1000;

/// Writes what `cargo lab export NAME` makes a program of, and returns what to do next.
///
/// Both files are written beside the notebook, or into the folder that `CONVLAB_EXPORTS` names.
/// `NAME.safetensors` holds the variables of `vs` and the `mean` and `std` by which pixels were scaled;
/// `NAME-answers.safetensors` the first thousand images of `test`, not scaled, and the network's logits for them.
///
/// # Errors
/// If the images are not [n, 1, 28, 28] from 0 to 1, the network does not fit them, or a file cannot be written.
///
/// ```no_run
/// # use convlab::prelude::*;
/// # fn main() -> Result<()> {
/// # let data = datasets::mnist()?;
/// # let vs = nn::VarStore::new(Device::Cpu);
/// # let net = nn::seq().add_fn(|xs| xs.flat_view()).add(nn::linear(vs.root(), 784, 10, Default::default()));
/// train::export("mnist-reader", &net, &vs, [0.1307, 0.3081], &data.test)?
/// # ; Ok(()) }
/// ```
pub fn export(
    name: &str,
    net: &dyn ModuleT,
    vs: &VarStore,
    [mean, std]: [f64; 2],
    test: &Split,
) -> Result<String> {
    let some = test.take(MAX_IMAGES.min(test.len()))?;
    let pixels = pixels(&some)?;
    // The network is shown what the file holds: whole bytes.
    let scaled = Split::new(pixels.unsqueeze(1).to_kind(Kind::Float) / 255.0, some.labels.shallow_clone())?;
    let scaled = scaled.normalize(&[mean], &[std])?;
    let logits = tch::no_grad(|| logits(net, &scaled.images, false))?;
    let variables = vs.variables().into_iter().map(|(name, variable)| (name, variable.detach().contiguous()));
    let scaling = Tensor::from_slice(&[mean as f32, std as f32]);
    let weights: Vec<_> = variables.chain([("scaling".to_owned(), scaling)]).collect();
    write(name, &weights)?;
    write(
        &format!("{name}-answers"),
        &[("images".to_owned(), pixels), ("logits".to_owned(), logits.contiguous())],
    )?;
    Ok(format!(
        "{name}.safetensors is written. In a terminal, in the course's folder: cargo lab export {name}"
    ))
}

/// The images as bytes, [n, 28, 28].
fn pixels(split: &Split) -> Result<Tensor> {
    let size = split.images.size();
    let ends = [split.images.min(), split.images.max()].map(|end| end.double_value(&[]));
    if size[1..] != [1, 28, 28] || ends[0] < 0.0 || ends[1] > 1.0 {
        let found = format!("shape {size:?} with values from {} to {}", ends[0], ends[1]);
        let remedy = "pass the test images as they were loaded, `&data.test`: the program scales them itself";
        return Err(Error::new("images [n, 1, 28, 28] with values from 0 to 1", found, remedy));
    }
    Ok(split.bytes())
}

fn write(name: &str, tensors: &[(String, Tensor)]) -> Result<()> {
    let folder = std::env::var_os("CONVLAB_EXPORTS").unwrap_or_default();
    let path = Path::new(&folder).join(format!("{name}.safetensors"));
    let written = files::write_with(&path, |partial| {
        Tensor::write_safetensors(tensors, partial).map_err(io::Error::other)
    });
    written.map_err(|error| {
        Error::new(
            format!("to write {}", path.display()),
            error.to_string(),
            "make room on the disk, or run the lab in another folder",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::Split;
    use std::collections::HashMap;
    use tch::{Device, nn};

    fn linear() -> (VarStore, nn::Sequential) {
        let vs = VarStore::new(Device::Cpu);
        let fc = nn::linear(vs.root() / "fc", 784, 10, Default::default());
        (vs, nn::seq().add_fn(|xs| xs.flat_view()).add(fc))
    }

    fn images(n: i64) -> Split {
        let values = Tensor::arange(n * 784, (Kind::Float, Device::Cpu)).remainder(256) / 255.0;
        Split::new(values.view([n, 1, 28, 28]), Tensor::zeros([n], (Kind::Int64, Device::Cpu))).unwrap()
    }

    fn read(path: &Path) -> HashMap<String, Tensor> {
        Tensor::read_safetensors(path).unwrap().into_iter().collect()
    }

    #[test]
    fn what_was_learned_goes_into_one_file_and_what_the_network_says_into_another() {
        let dir = tempfile::tempdir().unwrap();
        let name = dir.path().join("reader").display().to_string();
        let ((vs, net), test) = (linear(), images(1003));
        let next = export(&name, &net, &vs, [0.5, 0.25], &test).unwrap();
        assert!(next.ends_with(&format!("cargo lab export {name}")), "{next}");
        let weights = read(&dir.path().join("reader.safetensors"));
        assert_eq!(weights["fc.weight"], vs.variables()["fc.weight"].detach());
        assert_eq!(weights["scaling"], Tensor::from_slice(&[0.5_f32, 0.25]));
        let answers = read(&dir.path().join("reader-answers.safetensors"));
        assert_eq!((answers["images"].size(), answers["images"].kind()), (vec![1000, 28, 28], Kind::Uint8));
        let first: Vec<u8> = Vec::try_from(answers["images"].flatten(0, -1).narrow(0, 0, 257)).unwrap();
        assert_eq!(first, (0..=255).chain([0]).collect::<Vec<u8>>());
        let said =
            tch::no_grad(|| tch::nn::Module::forward(&net, &((test.images.narrow(0, 0, 1000) - 0.5) / 0.25)));
        assert!(answers["logits"].allclose(&said, 1e-5, 1e-5, false));
    }

    #[test]
    fn images_that_are_scaled_already_are_refused() {
        let ((vs, net), test) = (linear(), images(3));
        let scaled = test.normalize(&[0.13], &[0.31]).unwrap();
        let refused = export("reader", &net, &vs, [0.13, 0.31], &scaled).unwrap_err().to_string();
        assert!(refused.contains("from 0 to 1") && refused.contains("&data.test"), "{refused}");
        let nowhere = export("/no/such/reader", &net, &vs, [0.13, 0.31], &test).unwrap_err().to_string();
        assert!(nowhere.contains("/no/such/reader.safetensors"), "{nowhere}");
    }
}
