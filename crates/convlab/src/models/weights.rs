//! From a file to a net's variables, and no further if one of them does not fit.

use crate::{Error, Result};
use std::collections::BTreeMap;
use std::path::Path;
use tch::{Kind, TchError, Tensor, nn};

/// What torchvision saves for training only, and tch's nets do not have.
const FOR_TRAINING: [&str; 2] = ["num_batches_tracked", "AuxLogits."];

/// How many of the tensors that do not fit are named.
const MAX_NAMED: usize = 3;

/// Puts the tensors of the file at `path` into the variables of `vs`, which are those of the net `title`.
///
/// # Errors
/// If the file cannot be read, or a tensor is missing, is not the net's, has another shape or is not finite; then no
/// variable is changed.
pub fn load(vs: &nn::VarStore, path: &Path, title: &str) -> Result<()> {
    let mut tensors = read(path)?;
    tensors.retain(|name, _| !FOR_TRAINING.iter().any(|part| name.contains(part)));
    let variables: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
    let tensors = without_prefix(tensors, &variables);
    let wrong = |expected: &str, found: String| {
        let expected = format!("{expected} of {title} in {}", path.display());
        Error::new(expected, found, "name a file of this net's weights: tensors named as in torchvision")
    };
    let missing = named(variables.keys().filter(|name| !tensors.contains_key(*name)));
    if let Some(missing) = missing {
        let expected = format!("all {} tensors", variables.len());
        return Err(wrong(&expected, format!("a file without {missing}")));
    }
    if let Some(extra) = named(tensors.keys().filter(|name| !variables.contains_key(*name))) {
        return Err(wrong("the tensors and no others", format!("also {extra}")));
    }
    for (name, variable) in &variables {
        let tensor = &tensors[name];
        if tensor.size() != variable.size() {
            let expected = format!("{name} of shape {:?}", variable.size());
            return Err(wrong(&expected, format!("shape {:?}", tensor.size())));
        }
        if !tensor.is_floating_point() || tensor.isfinite().all().int64_value(&[]) == 0 {
            let found = format!("numbers of kind {:?}, or some that are not finite", tensor.kind());
            return Err(wrong(&format!("finite floating-point numbers as {name}"), found));
        }
    }
    tch::no_grad(|| {
        for (name, mut variable) in variables {
            variable.copy_(&tensors[&name].to_kind(Kind::Float));
        }
    });
    Ok(())
}

/// The tensors by the net's own names, if all of theirs begin with one more name, as those of PyTorch's `DataParallel`
/// (`module.`) or of a larger model do.
fn without_prefix(
    tensors: BTreeMap<String, Tensor>,
    variables: &BTreeMap<String, Tensor>,
) -> BTreeMap<String, Tensor> {
    let Some(own) = variables.keys().next() else { return tensors };
    let prefix = tensors.keys().find_map(|name| {
        let prefix = name.strip_suffix(own.as_str())?;
        (prefix.ends_with('.') && tensors.keys().all(|name| name.starts_with(prefix)))
            .then(|| prefix.to_owned())
    });
    let Some(prefix) = prefix else { return tensors };
    tensors.into_iter().map(|(name, tensor)| (name[prefix.len()..].to_owned(), tensor)).collect()
}

fn read(path: &Path) -> Result<BTreeMap<String, Tensor>> {
    let expected = format!("weights in {}", path.display());
    let remedy = "name a whole file that ends in .ot (as tch saves it) or .safetensors";
    if let Err(error) = std::fs::File::open(path) {
        return Err(Error::new(expected, error.to_string(), "look at the path"));
    }
    let tensors = match path.extension().and_then(|end| end.to_str()) {
        Some("safetensors") => Tensor::read_safetensors(path),
        Some("ot") => Tensor::load_multi(path),
        _ => return Err(Error::new(expected, "a file whose name ends otherwise", remedy)),
    };
    let unread = |error: TchError| {
        // libtorch's message goes on with a stack trace.
        let message = error.to_string();
        let sentence = message.split("\nException raised from").next().unwrap_or_default();
        Error::new(expected, format!("a file that cannot be read ({})", sentence.trim()), remedy)
    };
    Ok(tensors.map_err(unread)?.into_iter().collect())
}

/// The first few of `names`, and how many more there are; `None` if there is none.
fn named<'a>(names: impl Iterator<Item = &'a String>) -> Option<String> {
    let names: Vec<&str> = names.map(String::as_str).collect();
    let more = names.len().saturating_sub(MAX_NAMED);
    let first = names[..names.len().min(MAX_NAMED)].join(", ");
    match (names.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(first),
        (false, more) => Some(format!("{first} and {more} more")),
    }
}
