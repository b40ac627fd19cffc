//! A learner's network as a crate outside the course: their code, their weights, and layers in plain Rust.

mod code;

use crate::files::whole_folder;
use crate::labs::{Lab, select};
use common::notebook::{Notebook, marks};
use common::{Error, Result};
use std::fs;
use std::path::Path;

/// The program that names digits, as the command line and the files call it.
pub const MNIST_READER: &str = "mnist-reader";

/// The lab that trains it, and the function in it that builds its network.
const LAB: &str = "06";
const NETWORK: &str = "network";

/// What is the same for every learner.
const FILES: [(&str, &str); 10] = [
    ("Cargo.toml", include_str!("../../export/mnist-reader/Cargo.toml")),
    ("Cargo.lock", include_str!("../../export/mnist-reader/Cargo.lock")),
    ("README.md", include_str!("../../export/mnist-reader/README.md")),
    ("src/lib.rs", include_str!("../../export/mnist-reader/src/lib.rs")),
    ("src/main.rs", include_str!("../../export/mnist-reader/src/main.rs")),
    ("src/nn.rs", include_str!("../../export/mnist-reader/src/nn.rs")),
    ("src/picture.rs", include_str!("../../export/mnist-reader/src/picture.rs")),
    ("src/tensor.rs", include_str!("../../export/mnist-reader/src/tensor.rs")),
    ("tests/notebook.rs", include_str!("../../export/mnist-reader/tests/notebook.rs")),
    ("tests/program.rs", include_str!("../../export/mnist-reader/tests/program.rs")),
];

/// How the labs bring a drawing into MNIST's form; the program does the same.
const DIGIT: &str = include_str!("../../../convlab/src/interact/mnist.rs");

/// How `network.rs` begins.
const HEAD: &str = "//! The network, as the notebook has it.\n\n#[allow(unused_imports, reason = \"what a network may name\")]\nuse crate::nn::{self, Module};\n#[allow(unused_imports, reason = \"what a network may name\")]\nuse crate::{Kind, Tensor};\n";

/// Makes the crate in the folder `to`, from the learner's copy of lab 06 in `labs` and from the two files that its last
/// section has written there.
///
/// # Errors
/// If one of them is missing, the lab has no function `network`, or there is something at `to` already.
pub fn mnist_reader(labs: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        let remedy = format!("remove it, or name another folder: cargo lab export {MNIST_READER} --to DIR");
        return Err(Error::problem(format!("{} is there already.", to.display()), remedy));
    }
    let lab = select(labs, &[LAB.to_owned()]).map_err(|_| {
        let what = format!("There is no lab {LAB} in {}.", labs.display());
        Error::problem(what, "`cargo lab` makes your copy; train its network first")
    })?;
    let network = network(&lab[0])?;
    let [weights, answers] =
        ["", "-answers"].map(|what| labs.join(format!("{MNIST_READER}{what}.safetensors")));
    for file in [&weights, &answers] {
        if !file.exists() {
            let what = format!("There is no {}.", file.display());
            return Err(Error::problem(
                what,
                format!("run lab {LAB} to its end: its last section writes it"),
            ));
        }
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::file("make the folder", folder, &error))?;
    }
    whole_folder(to, |folder| {
        let digit = DIGIT.split("\n#[cfg(test)]").next().unwrap_or_default().to_owned();
        let own = [("src/digit.rs", digit), ("src/network.rs", network)];
        let same = FILES.iter().map(|(name, text)| (*name, (*text).to_owned()));
        for (name, text) in same.chain(own) {
            write(&folder.join(name), |path| fs::write(path, text))?;
        }
        write(&folder.join("weights.safetensors"), |path| fs::copy(&weights, path).map(drop))?;
        write(&folder.join("tests/answers.safetensors"), |path| fs::copy(&answers, path).map(drop))
    })
}

/// The learner's function that builds the network, and all of the notebook that it calls.
fn network(lab: &Lab) -> Result<String> {
    let notebook: Notebook = lab.read()?;
    let cells: Vec<String> =
        notebook.cells().filter(|cell| cell.is_code()).map(|cell| marks::solved(&cell.source())).collect();
    let code = code::with_all_that_it_names(&cells, NETWORK).ok_or_else(|| {
        let what = format!("Lab {LAB}, {}, has no function `{NETWORK}`.", lab.path.display());
        Error::problem(what, "write it in a cell, its first line at the left edge, and save the notebook")
    })?;
    Ok(format!("{HEAD}\n{}", code.replace(&format!("fn {NETWORK}("), &format!("pub fn {NETWORK}("))))
}

fn write(path: &Path, make: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| make(path));
    made.map_err(|error| Error::file("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let code = "fn network(vs: &nn::VarStore) -> nn::Sequential {\n    nn::seq()\n}";
        let cells = serde_json::json!([{"cell_type": "code", "id": "network", "source": code}]);
        fs::write(dir.path().join("06_train.ipynb"), serde_json::json!({"cells": cells}).to_string())
            .unwrap();
        for name in ["mnist-reader.safetensors", "mnist-reader-answers.safetensors"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        dir
    }

    #[test]
    fn the_crate_has_the_learners_code_and_weights_and_no_test_of_the_course() {
        let labs = folder();
        let to = labs.path().join("a/b");
        mnist_reader(labs.path(), &to).unwrap();
        let read = |name: &str| fs::read_to_string(to.join(name)).unwrap();
        assert!(
            read("src/network.rs")
                .ends_with("\npub fn network(vs: &nn::VarStore) -> nn::Sequential {\n    nn::seq()\n}\n")
        );
        assert_eq!(read("weights.safetensors"), "mnist-reader.safetensors");
        assert_eq!(read("tests/answers.safetensors"), "mnist-reader-answers.safetensors");
        assert!(
            read("src/digit.rs").contains("pub fn prepared(") && !read("src/digit.rs").contains("cfg(test)")
        );
        assert!(read("Cargo.toml").contains("[workspace]"));
    }

    #[test]
    fn what_is_there_already_is_not_overwritten_and_what_is_missing_is_named() {
        let labs = folder();
        let to = labs.path().join("mine");
        let problem = |to: &Path| mnist_reader(labs.path(), to).unwrap_err().to_string();
        fs::create_dir(&to).unwrap();
        assert!(problem(&to).contains("is there already") && problem(&to).contains("--to DIR"));
        let new = labs.path().join("new");
        fs::remove_file(labs.path().join("mnist-reader-answers.safetensors")).unwrap();
        assert!(
            problem(&new).contains("mnist-reader-answers.safetensors")
                && problem(&new).contains("its last section")
        );
        let notebook = labs.path().join("06_train.ipynb");
        fs::write(&notebook, r#"{"cells": [{"cell_type": "code", "source": "fn other() {}"}]}"#).unwrap();
        assert!(problem(&new).contains("has no function `network`"));
        fs::remove_file(notebook).unwrap();
        assert!(problem(&new).contains("There is no lab 06 in"));
        assert!(!new.exists());
    }
}
