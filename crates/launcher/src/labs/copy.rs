//! The learner's copy: made once, never overwritten.

use super::Lab;
use crate::failure::{Failure, Result};
use std::fs;
use std::path::Path;

/// Puts a copy of every master that is not there yet into `to`; returns the names of those that are new.
///
/// A file that is there is the learner's work and stays as it is.
pub fn bring(masters: &[Lab], to: &Path) -> Result<Vec<String>> {
    fs::create_dir_all(to).map_err(|error| Failure::file("make the folder", to, &error))?;
    let mut new = Vec::new();
    for master in masters {
        let target = to.join(master.path.file_name().unwrap_or_default());
        if target.exists() {
            continue;
        }
        let partial = target.with_extension("partial");
        fs::copy(&master.path, &partial).map_err(|error| Failure::file("write", &partial, &error))?;
        fs::rename(&partial, &target).map_err(|error| Failure::file("write", &target, &error))?;
        new.push(master.name());
    }
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_labs_are_brought_and_a_learners_work_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let master = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            Lab { path }
        };
        let mine = dir.path().join("my-labs");
        let first = master("00_welcome.ipynb", "master");
        assert_eq!(bring(std::slice::from_ref(&first), &mine).unwrap(), ["00_welcome"]);
        fs::write(mine.join("00_welcome.ipynb"), "my answers").unwrap();
        let second = master("01_next.ipynb", "master");
        assert_eq!(bring(&[first, second], &mine).unwrap(), ["01_next"]);
        assert_eq!(fs::read_to_string(mine.join("00_welcome.ipynb")).unwrap(), "my answers");
    }
}
