//! The extensions of JupyterLab for these labs: plain files, found through `JUPYTER_PATH`.

use crate::files::{self, whole_file};
use common::{Error, Result};
use std::fs;
use std::path::Path;

/// Each as its name and its files; the first shows `convlab::interact`, the second the lecture's edition.
const EXTENSIONS: [(&str, [(&str, &str); 2]); 2] = [
    (
        "convlab-view",
        [
            ("package.json", include_str!("../../labextension/package.json")),
            ("static/remoteEntry.js", include_str!("../../labextension/static/remoteEntry.js")),
        ],
    ),
    (
        "convlab-lecture",
        [
            ("package.json", include_str!("../../lectureextension/package.json")),
            ("static/remoteEntry.js", include_str!("../../lectureextension/static/remoteEntry.js")),
        ],
    ),
];

/// Writes them below `data`, a folder in which Jupyter looks for `kernels` and `labextensions`.
pub fn write(data: &Path) -> Result<()> {
    for (name, files) in EXTENSIONS {
        let folder = data.join("labextensions").join(name);
        for (file, content) in files {
            let path = folder.join(file);
            let parent = path.parent().unwrap_or(&folder);
            fs::create_dir_all(parent).map_err(|error| Error::file("make the folder", parent, &error))?;
            whole_file(&path, content)?;
        }
    }
    Ok(())
}

/// Removes them from below `data`.
pub fn remove(data: &Path) -> Result<()> {
    EXTENSIONS.iter().try_for_each(|(name, _)| files::remove(&data.join("labextensions").join(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_their_descriptions_name_is_there_and_is_removed_again() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path()).unwrap();
        for (name, _) in EXTENSIONS {
            let folder = dir.path().join("labextensions").join(name);
            let package = fs::read_to_string(folder.join("package.json")).unwrap();
            let package: serde_json::Value = serde_json::from_str(&package).unwrap();
            assert_eq!(package["name"], name);
            let entry = package["jupyterlab"]["_build"]["load"].as_str().unwrap();
            let entry = fs::read_to_string(folder.join(entry)).unwrap();
            let registers = [format!("_JUPYTERLAB[\"{name}\"]"), format!("const NAME = \"{name}\"")];
            assert!(registers.iter().any(|text| entry.contains(text)));
        }
        remove(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path().join("labextensions")).unwrap().count(), 0);
    }
}
