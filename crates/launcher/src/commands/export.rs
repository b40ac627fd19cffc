//! `cargo lab export`: what the learner has trained, as a program of its own.

use crate::dirs::Dirs;
use crate::export::{MNIST_READER, Trained};
use crate::files::shell;
use clap::{Arg, ArgMatches, Command, value_parser};
use common::{Error, Result};
use std::path::{Path, PathBuf};

pub fn command() -> Command {
    let program = Arg::new("program").required(true).value_parser([MNIST_READER]).help("What lab 06 trains");
    let folder = |name| Arg::new(name).long(name).value_name("DIR").value_parser(value_parser!(PathBuf));
    Command::new("export")
        .about("Makes a program of its own of what you have trained")
        .arg(program)
        .arg(
            folder("from")
                .help("Folder with lab 06 and what its last section has written [default: my-labs]"),
        )
        .arg(
            folder("to")
                .help("A folder for the program, empty or not there yet [default: my-labs/mnist-reader]"),
        )
}

/// Writes the crate and prints how it is run.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let dirs = Dirs::find()?;
    let to = matches.get_one("to").cloned().unwrap_or_else(|| dirs.my_labs().join(MNIST_READER));
    let trained = match matches.get_one::<PathBuf>("from") {
        Some(from) => Trained::read(from)?,
        None => in_my_labs(&dirs)?,
    };
    trained.write(&to)?;
    println!(
        "The program with your network is written. In a terminal:\n  cd {}\n  cargo test\n  cargo run -- picture.png\n\
         The test compares it with what the notebook said of a thousand images.",
        shell(&to)
    );
    Ok(())
}

/// What the learner's copy has trained; where it has not, and `cargo lab run` has trained one, how to take that.
fn in_my_labs(dirs: &Dirs) -> Result<Trained> {
    Trained::read(&dirs.my_labs()).map_err(|failure| {
        let executed = [dirs.executed_notebooks(), dirs.executed_labs()];
        match executed.iter().find(|folder| Trained::read(folder).is_ok()) {
            Some(folder) => or_of_a_run(&failure, folder),
            None => failure,
        }
    })
}

fn or_of_a_run(failure: &Error, executed: &Path) -> Error {
    let command = format!("cargo lab export {MNIST_READER} --from {}", shell(executed));
    let remedy =
        format!("{}; or, for the network that `cargo lab run` has trained: {command}", failure.remedy());
    Error::problem(failure.what(), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A checkout whose learner has done nothing, or less.
    fn checkout() -> (tempfile::TempDir, Dirs) {
        let folder = tempfile::tempdir().unwrap();
        let dirs = Dirs { checkout: folder.path().join("a b"), cache: folder.path().join("cache") };
        fs::create_dir_all(dirs.my_labs()).unwrap();
        (folder, dirs)
    }

    #[test]
    fn without_weights_in_my_labs_those_of_a_run_are_named_only_where_there_are_some() {
        let (_folder, dirs) = checkout();
        let executed = dirs.executed_labs();
        assert!(!in_my_labs(&dirs).unwrap_err().remedy().contains("--from"));
        fs::create_dir_all(&executed).unwrap();
        let cell = serde_json::json!({"cell_type": "code", "id": "network", "source": "fn network() {}"});
        let notebook = serde_json::json!({"cells": [cell]}).to_string();
        for folder in [dirs.my_labs(), executed.clone()] {
            fs::write(folder.join("06_train.ipynb"), &notebook).unwrap();
        }
        assert!(!in_my_labs(&dirs).unwrap_err().remedy().contains("--from"));
        let header = r#"{"a":{"data_offsets":[0,1]}}"#;
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[7]].concat();
        for name in ["mnist-reader.safetensors", "mnist-reader-answers.safetensors"] {
            fs::write(executed.join(name), &bytes).unwrap();
        }
        let failure = in_my_labs(&dirs).unwrap_err();
        assert!(failure.what().contains("my-labs/mnist-reader.safetensors"), "{failure}");
        let command = format!("cargo lab export mnist-reader --from '{}'", executed.display());
        assert!(failure.remedy().ends_with(&command), "{failure}");
        assert!(Trained::read(&executed).is_ok());
    }
}
