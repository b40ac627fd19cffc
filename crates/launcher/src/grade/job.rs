//! What is to be marked in one notebook, and with which checks.

use super::Options;
use crate::dirs::Dirs;
use crate::files::text;
use crate::labs::{FIRST_CELL, Lab, exercises};
use crate::prepare::programs::kernels;

use common::notebook::{Cell, Notebook, marks::has_solution};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A notebook and the master that it was made of.
#[derive(Debug)]
pub struct Job {
    notebook: PathBuf,
    pub lab: String,
    pub exercises: Vec<String>,
    /// The master's code cells without solutions: a learner's function may use what they define.
    given: Vec<String>,
}

impl Job {
    /// Finds the lab by the exercises that the notebook has in common with it; an error says why it belongs to none.
    pub fn of(file: &Path, masters: &[Lab]) -> Result<Self, String> {
        let notebook = Notebook::read(file).map_err(|error| error.what().to_owned())?;
        let texts: Vec<_> = notebook.cells().map(Cell::source).collect();
        let has = |name: &String| {
            notebook.cell(name).is_some() || texts.iter().any(|text| text.contains(&format!("fn {name}(")))
        };
        let read = masters.iter().filter_map(|lab| Some((lab, lab.read().ok()?)));
        let common = read
            .map(|(lab, master)| (exercises(&master).iter().filter(|name| has(name)).count(), lab, master));
        let (_, lab, master) = common
            .filter(|(count, ..)| *count > 0)
            .max_by_key(|(count, ..)| *count)
            .ok_or("it has no exercise of any lab")?;
        Ok(Self {
            notebook: file.to_owned(),
            lab: lab.name(),
            exercises: exercises(&master),
            given: given(&master),
        })
    }

    /// As the marking program reads it.
    pub fn json(&self, dirs: &Dirs, folder: &Path, options: &Options) -> Value {
        // From a folder of its own the helper crate is elsewhere than beside the notebook.
        let load = FIRST_CELL.replace("../crates/convlab", &text(&dirs.helper()));
        // The learner may have a `check` of their own; none can take the place of the crate's.
        let check = |name: &String| json!([name, format!("(::convlab::check::{name}({name}))")]);
        json!({
            "notebook": std::path::absolute(&self.notebook).unwrap_or_else(|_| self.notebook.clone()),
            "folder": folder,
            "kernels": text(&kernels(dirs)),
            "load": load,
            "given": self.given,
            "checks": self.exercises.iter().map(check).collect::<Vec<_>>(),
            "seconds": options.seconds,
            "bytes": u64::from(options.gib) << 30,
        })
    }
}

fn given(master: &Notebook) -> Vec<String> {
    let code = master.cells().filter(|cell| cell.is_code()).map(Cell::source);
    code.filter(|text| !has_solution(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn lab(dir: &Path, name: &str, exercises: &[&str]) -> Lab {
        let path = dir.join(format!("{name}.ipynb"));
        let code = |id: String, source: String| json!({"cell_type": "code", "id": id, "source": source});
        let cells: Vec<_> = exercises
            .iter()
            .flat_map(|name| {
                [
                    code((*name).into(), format!("fn {name}() {{}}")),
                    code(format!("check-{name}"), String::new()),
                ]
            })
            .collect();
        fs::write(&path, json!({"cells": cells}).to_string()).unwrap();
        Lab { path }
    }

    #[test]
    fn a_notebook_belongs_to_the_lab_with_which_it_shares_most_whatever_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let masters =
            [lab(dir.path(), "00_welcome", &["a"]), lab(dir.path(), "02_by_hand", &["b", "c", "d"])];
        let handed_in = lab(dir.path(), "anna", &["a", "c", "d"]);
        let job = Job::of(&handed_in.path, &masters).unwrap();
        assert_eq!(job.lab, "02_by_hand");
        assert_eq!(job.exercises, ["b", "c", "d"]);
    }

    #[test]
    fn a_cell_that_was_copied_is_known_by_its_function() {
        let dir = tempfile::tempdir().unwrap();
        let masters = [lab(dir.path(), "00_welcome", &["a"])];
        let path = dir.path().join("copied.ipynb");
        fs::write(&path, r#"{"cells": [{"cell_type": "code", "id": "0ff1ce", "source": ["fn a() {}"]}]}"#)
            .unwrap();
        assert_eq!(Job::of(&path, &masters).unwrap().lab, "00_welcome");
    }

    #[test]
    fn what_is_no_notebook_of_a_lab_is_reported_as_such() {
        let dir = tempfile::tempdir().unwrap();
        let masters = [lab(dir.path(), "00_welcome", &["a"])];
        for (content, why) in
            [("%PDF", "it is not JSON"), ("[]", "it has no cells"), (r#"{"cells": []}"#, "no exercise")]
        {
            let path = dir.path().join("handed-in.ipynb");
            fs::write(&path, content).unwrap();
            let message = Job::of(&path, &masters).unwrap_err();
            assert!(message.contains(why), "{message}");
        }
        assert!(Job::of(&dir.path().join("gone"), &masters).unwrap_err().contains("Cannot read"));
    }
}
