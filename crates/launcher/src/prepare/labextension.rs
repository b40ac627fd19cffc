//! The extension with which JupyterLab shows `convlab::interact`: plain files, found through `JUPYTER_PATH`.

use crate::files::whole_file;
use common::{Error, Result};
use std::fs;
use std::path::Path;

/// As `package.json` names it.
const NAME: &str = "convlab-view";

const FILES: [(&str, &str); 2] = [
    ("package.json", include_str!("../../labextension/package.json")),
    ("static/remoteEntry.js", include_str!("../../labextension/static/remoteEntry.js")),
];

/// Writes it below `jupyter_path`, a folder that `JUPYTER_PATH` names.
pub fn write(jupyter_path: &Path) -> Result<()> {
    let folder = jupyter_path.join("labextensions").join(NAME);
    for (name, content) in FILES {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(|error| Error::file("make the folder", parent, &error))?;
        whole_file(&path, content)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_its_description_names_is_there() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path()).unwrap();
        let folder = dir.path().join("labextensions").join(NAME);
        let package = fs::read_to_string(folder.join("package.json")).unwrap();
        let package: serde_json::Value = serde_json::from_str(&package).unwrap();
        assert_eq!(package["name"], NAME);
        let entry = package["jupyterlab"]["_build"]["load"].as_str().unwrap();
        let entry = fs::read_to_string(folder.join(entry)).unwrap();
        assert!(entry.contains(&format!("_JUPYTERLAB[\"{NAME}\"]")));
    }
}
