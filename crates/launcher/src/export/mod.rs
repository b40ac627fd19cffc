//! A learner's network as a crate outside the course: their code, their weights, and layers in plain Rust.

mod code;
mod weights;

use crate::files::{new_folder_argument, whole_folder};
use crate::labs::{Lab, select};
use common::notebook::{Notebook, marks};
use common::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

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

/// What a folder of labs holds of a network that was trained there.
#[derive(Debug)]
pub struct Trained {
    /// The learner's function that builds the network, and all that it names.
    code: String,
    weights: PathBuf,
    answers: PathBuf,
}

impl Trained {
    /// Reads lab 06 in the folder `labs`, and looks at the two files that its last section has written there.
    ///
    /// # Errors
    /// If one of them is missing or not whole, or the lab's function `network` is missing, not written yet, or no Rust.
    pub fn read(labs: &Path) -> Result<Self> {
        let lab = select(labs, &[LAB.to_owned()]).map_err(|_| {
            let what = format!("There is no lab {LAB} in {}.", labs.display());
            Error::problem(what, "`cargo lab` makes your copy; train its network first")
        })?;
        let code = network(&lab[0])?;
        let [weights, answers] =
            ["", "-answers"].map(|what| labs.join(format!("{MNIST_READER}{what}.safetensors")));
        for file in [&weights, &answers] {
            weights::whole(file, &format!("run lab {LAB} to its end: its last section writes it"))?;
        }
        Ok(Self { code, weights, answers })
    }

    /// Makes the crate in the folder `to`.
    ///
    /// # Errors
    /// If there is something in it already.
    pub fn write(&self, to: &Path) -> Result<()> {
        new_folder_argument(&format!("cargo lab export {MNIST_READER} --to DIR"), to)?;
        let to = std::path::absolute(to).map_err(|error| Error::file("find", to, &error))?;
        whole_folder(&to, |folder| {
            let digit = DIGIT.split("\n#[cfg(test)]").next().unwrap_or_default();
            for (name, text) in
                FILES.into_iter().chain([("src/digit.rs", digit), ("src/network.rs", &self.code)])
            {
                write(&folder.join(name), |path| fs::write(path, text))?;
            }
            write(&folder.join("weights.safetensors"), |path| fs::copy(&self.weights, path).map(drop))?;
            write(&folder.join("tests/answers.safetensors"), |path| fs::copy(&self.answers, path).map(drop))
        })
    }
}

/// The learner's function that builds the network, and all of the notebook that it calls.
fn network(lab: &Lab) -> Result<String> {
    let notebook: Notebook = lab.read()?;
    let cells: Vec<(String, String)> = (1..)
        .zip(notebook.cells())
        .filter(|(_, cell)| cell.is_code())
        .map(|(number, cell)| {
            let name = cell.id().map_or(format!("number {number}"), |id| format!("`{id}`"));
            (name, marks::solved(&cell.source()))
        })
        .collect();
    let lab = lab.path.display();
    let items = code::with_all_that_it_names(&cells, NETWORK).ok_or_else(|| {
        let what = format!("Lab {LAB}, {lab}, has no function `{NETWORK}`.");
        Error::problem(what, "write it in a cell, its first line at the left edge, and save the notebook")
    })?;
    if let Some(item) = items.iter().find(|item| item.is_to_do()) {
        let what = format!(
            "In {lab}, cell {}, the function `{}` is not written yet: it still has `todo!()`.",
            item.cell, item.name
        );
        return Err(Error::problem(what, format!("write it, then run lab {LAB} to its end and save it")));
    }
    if let Some((item, sentence)) = code::syntax_error(&items) {
        let what = format!("In {lab}, cell {}, `{}` cannot be compiled: {sentence}.", item.cell, item.name);
        return Err(Error::problem(what, format!("mend it, then run lab {LAB} to its end and save it")));
    }
    let code = code::text(&items);
    Ok(format!("{HEAD}\n{}", code.replace(&format!("fn {NETWORK}("), &format!("pub fn {NETWORK}("))))
}

fn write(path: &Path, make: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| make(path));
    made.map_err(|error| Error::file("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORK_CODE: &str = "fn network(vs: &nn::VarStore) -> nn::Sequential {\n    conv(nn::seq())\n}";
    const CONV_CODE: &str = "fn conv(net: nn::Sequential) -> nn::Sequential {\n    net\n}";

    /// A folder with lab 06 and what it has written.
    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        notebook(dir.path(), &[("layers", CONV_CODE), ("network", NETWORK_CODE)]);
        for name in ["mnist-reader", "mnist-reader-answers"] {
            fs::write(dir.path().join(format!("{name}.safetensors")), weights::file_of(name, 9)).unwrap();
        }
        dir
    }

    fn notebook(folder: &Path, cells: &[(&str, &str)]) {
        let cell =
            |(id, code): &(&str, &str)| serde_json::json!({"cell_type": "code", "id": id, "source": code});
        let cells: Vec<_> = cells.iter().map(cell).collect();
        fs::write(folder.join("06_train.ipynb"), serde_json::json!({"cells": cells}).to_string()).unwrap();
    }

    fn problem(labs: &Path) -> String {
        Trained::read(labs).unwrap_err().to_string()
    }

    #[test]
    fn the_crate_has_the_learners_code_and_weights_and_no_test_of_the_course() {
        let labs = folder();
        let to = labs.path().join("a/b");
        Trained::read(labs.path()).unwrap().write(&to).unwrap();
        let read = |name: &str| fs::read_to_string(to.join(name)).unwrap();
        assert!(read("src/network.rs").ends_with(
            "\n    net\n}\n\npub fn network(vs: &nn::VarStore) -> nn::Sequential {\n    conv(nn::seq())\n}\n"
        ));
        let bytes = |name: &str| fs::read(to.join(name)).unwrap();
        assert_eq!(bytes("weights.safetensors"), weights::file_of("mnist-reader", 9));
        assert_eq!(bytes("tests/answers.safetensors"), weights::file_of("mnist-reader-answers", 9));
        assert!(
            read("src/digit.rs").contains("pub fn prepared(") && !read("src/digit.rs").contains("cfg(test)")
        );
        assert!(read("Cargo.toml").contains("[workspace]"));
    }

    #[test]
    fn an_empty_folder_is_filled_and_what_is_there_already_is_neither_overwritten_nor_to_be_removed() {
        let labs = folder();
        let trained = Trained::read(labs.path()).unwrap();
        let to = labs.path().join("mine");
        fs::create_dir(&to).unwrap();
        trained.write(&to).unwrap();
        assert!(to.join("src/network.rs").exists());
        fs::write(labs.path().join("README.md"), "mine").unwrap();
        for name in ["", "mine", "README.md", "README.md/x"] {
            let failure = trained.write(&labs.path().join(name)).unwrap_err();
            assert!(failure.remedy().ends_with("cargo lab export mnist-reader --to DIR"), "{failure}");
            assert!(!failure.remedy().contains("remove"), "{failure}");
        }
        assert_eq!(fs::read_to_string(labs.path().join("README.md")).unwrap(), "mine");
    }

    #[test]
    fn what_is_missing_is_named_with_its_path() {
        let labs = folder();
        let answers = labs.path().join("mnist-reader-answers.safetensors");
        fs::remove_file(&answers).unwrap();
        let text = problem(labs.path());
        assert!(text.starts_with(&format!("There is no {}.", answers.display())), "{text}");
        assert!(text.contains("its last section"), "{text}");
        notebook(labs.path(), &[("other", "fn other() {}")]);
        assert!(problem(labs.path()).contains("has no function `network`"));
        fs::remove_file(labs.path().join("06_train.ipynb")).unwrap();
        assert!(problem(labs.path()).contains("There is no lab 06 in"));
    }

    #[test]
    fn what_cannot_become_a_program_is_refused_before_anything_is_written() {
        let labs = folder();
        let starter = CONV_CODE.replace("    net\n", "    todo!()\n");
        notebook(labs.path(), &[("layers", &starter), ("network", NETWORK_CODE)]);
        let text = problem(labs.path());
        assert!(
            text.contains("06_train.ipynb, cell `layers`, the function `conv` is not written yet"),
            "{text}"
        );
        notebook(labs.path(), &[("layers", CONV_CODE), ("network", &NETWORK_CODE.replace("seq()", "seq("))]);
        let text = problem(labs.path());
        assert!(text.contains("cell `network`, `network` cannot be compiled: "), "{text}");
        notebook(
            labs.path(),
            &[
                ("unused", &starter.replace("conv", "other")),
                ("layers", CONV_CODE),
                ("network", NETWORK_CODE),
            ],
        );
        assert!(Trained::read(labs.path()).is_ok(), "what the network does not name may be unfinished");
        let weights = labs.path().join("mnist-reader.safetensors");
        let bytes = fs::read(&weights).unwrap();
        fs::write(&weights, &bytes[..bytes.len() - 4]).unwrap();
        let text = problem(labs.path());
        assert!(
            text.contains("mnist-reader.safetensors is not whole") && text.contains("to its end"),
            "{text}"
        );
    }
}
