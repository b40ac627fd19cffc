//! A machine that is ready.

use super::programs::Programs;
use crate::dirs::Dirs;
use crate::fingerprint::Fingerprint;
use crate::process;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a prepared machine offers.
pub struct Ready {
    /// The checkout and the cache.
    pub dirs: Dirs,
    /// The Python of the environment that holds JupyterLab.
    pub python: PathBuf,
    /// The folder to name in `JUPYTER_PATH`.
    pub jupyter_path: PathBuf,
    /// The kernel and the downloader.
    pub programs: Programs,
    /// What each kernel clones.
    pub stage: PathBuf,
    /// What builds and kernels have in common in their environment.
    pub environment: BTreeMap<String, String>,
}

impl Ready {
    /// The prepared Python with everything Jupyter writes kept in a folder of our own.
    pub fn jupyter_python(&self) -> Command {
        let jupyter: PathBuf = self.dirs.state().join("jupyter");
        let mut command = process::command(&self.python);
        command
            .env("JUPYTER_PATH", &self.jupyter_path)
            .env("JUPYTER_CONFIG_DIR", jupyter.join("config"))
            .env("JUPYTER_DATA_DIR", jupyter.join("data"))
            .env("JUPYTER_RUNTIME_DIR", jupyter.join("runtime"))
            .env("JUPYTERLAB_SETTINGS_DIR", jupyter.join("settings"))
            .env("IPYTHONDIR", jupyter.join("ipython"))
            .env("PATH", path_with_programs_of(&self.python))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Where JupyterLab keeps which tabs are open in `folder`: those of another edition or checkout are not opened here.
    pub fn workspaces(&self, folder: &Path) -> PathBuf {
        let name = Fingerprint::default().text(&folder.to_string_lossy()).hex();
        self.dirs.state().join("jupyter/workspaces").join(name)
    }
}

/// The user's `PATH`, and at its end what stands beside `python`: a terminal in JupyterLab finds `tensorboard` there.
fn path_with_programs_of(python: &Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let own = python.parent().map(Path::to_path_buf);
    env::join_paths(env::split_paths(&path).chain(own)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_beside_python_are_found_after_all_others() {
        let path = path_with_programs_of(Path::new("/env/bin/python3"));
        let folders: Vec<_> = env::split_paths(&path).collect();
        assert_eq!(folders.last().unwrap(), Path::new("/env/bin"));
        assert_eq!(folders.len(), env::split_paths(&env::var_os("PATH").unwrap()).count() + 1);
    }
}
