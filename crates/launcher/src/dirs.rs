//! Where things are: the checkout, the cache, and what is in them.

use common::dirs::own_cache;
use common::{Error, Result};
use std::env;
use std::path::{Path, PathBuf};

/// The remedy for a cache folder that is full or cannot be written.
pub const CACHE_ELSEWHERE: &str = "export CONVLAB_CACHE=/other/disk/convlab";

/// The folders this program writes to: the checkout and the user's cache.
#[derive(Debug, Clone)]
pub struct Dirs {
    /// The folder with the workspace's `Cargo.toml`.
    pub checkout: PathBuf,
    /// What is shared by all checkouts of this user.
    pub cache: PathBuf,
}

impl Dirs {
    /// Finds the checkout from the working folder upwards, and the cache from `CONVLAB_CACHE`, `XDG_CACHE_HOME`
    /// or the home folder.
    pub fn find() -> Result<Self> {
        let here = env::current_dir().map_err(|error| Error::file("enter", Path::new("."), &error))?;
        let checkout = here.ancestors().find(|dir| dir.join("crates/launcher/Cargo.toml").exists());
        let checkout = checkout.ok_or_else(|| {
            Error::problem(
                format!("{} is not inside a checkout of convlab.", here.display()),
                "cd into the checkout",
            )
        })?;
        let cache = cache()?;
        outside(&cache, checkout)?;
        Ok(Self { checkout: checkout.to_owned(), cache })
    }

    /// Where what runs keeps its files: `CONVLAB_STATE`, else the cache. An image names a folder of its own, since the
    /// cache cannot be written there.
    pub fn state(&self) -> PathBuf {
        env::var_os("CONVLAB_STATE").map_or_else(|| self.cache.clone(), PathBuf::from)
    }

    /// The masters of the labs.
    pub fn notebooks(&self) -> PathBuf {
        self.checkout.join("notebooks")
    }

    /// Where `run` puts the executed masters: what the course page is made of.
    pub fn executed_labs(&self) -> PathBuf {
        self.checkout.join("target/labs")
    }

    /// Where `run` puts other notebooks that it has executed.
    pub fn executed_notebooks(&self) -> PathBuf {
        self.checkout.join("target/runs")
    }

    /// The learner's copy of the labs.
    pub fn my_labs(&self) -> PathBuf {
        self.checkout.join("my-labs")
    }

    /// The lecturer's copy of the labs.
    pub fn lecture(&self) -> PathBuf {
        self.checkout.join("lecture")
    }

    /// The crate that notebooks load.
    pub fn helper(&self) -> PathBuf {
        self.checkout.join("crates/convlab")
    }
}

/// Whether the long steps are done: of what is left, none needs much room.
pub fn is_prepared(cache: &Path) -> bool {
    std::fs::read_dir(cache.join("stages")).is_ok_and(|mut stages| stages.next().is_some())
}

fn cache() -> Result<PathBuf> {
    own_cache().ok_or_else(|| {
        Error::problem(
            "There is no home folder to keep the cache in.",
            "name one: export CONVLAB_CACHE=/some/folder",
        )
    })
}

/// Kernels compile in the cache; below the checkout cargo would take them for a part of its workspace.
fn outside(cache: &Path, checkout: &Path) -> Result<()> {
    if cache.starts_with(checkout) {
        let what =
            format!("The cache {} lies inside the checkout, where cells cannot compile.", cache.display());
        return Err(Error::problem(what, "name a folder elsewhere: export CONVLAB_CACHE=/some/folder"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_inside_the_checkout_is_refused() {
        assert!(outside(Path::new("/home/me/cache"), Path::new("/home/me/convlab")).is_ok());
        let failure =
            outside(Path::new("/home/me/convlab/cache"), Path::new("/home/me/convlab")).unwrap_err();
        assert!(failure.remedy().contains("CONVLAB_CACHE="), "{failure}");
    }
}
