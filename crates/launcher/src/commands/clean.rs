//! `cargo lab clean`: removes the cache folder, and the kernels elsewhere that need it.

use crate::dirs::Dirs;
use crate::files;
use crate::prepare::installed;
use crate::status_line;
use clap::{ArgMatches, Command};
use common::Result;
use std::path::Path;

pub fn command() -> Command {
    Command::new("clean")
        .about("Removes the cache folder, which all checkouts share")
        .after_help(help(common::dirs::own_cache().as_deref()))
}

/// Which folder that is here, and what its removal means.
fn help(cache: Option<&Path>) -> String {
    let folder =
        cache.map_or("the one that CONVLAB_CACHE names".to_owned(), |cache| cache.display().to_string());
    format!(
        "The cache folder: {folder}\nEvery checkout of this user has its programs, libtorch, Python packages and data \
         there:\nthe next `cargo lab` in any of them brings and compiles them again. The kernel is taken away\n\
         where `cargo lab kernel install` has put it. Labs are not touched."
    )
}

pub fn run(_: &ArgMatches) -> Result<()> {
    let cache = Dirs::find()?.cache;
    status_line::step(&format!("removing {}", cache.display()), |_| {
        installed::remove_all(&cache)?;
        files::remove(&cache)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_the_folder_and_says_that_every_checkout_loses_it() {
        let text = help(Some(Path::new("/home/me/.cache/convlab")));
        assert!(text.contains("/home/me/.cache/convlab\n") && text.contains("Every checkout"), "{text}");
        assert!(help(None).contains("CONVLAB_CACHE"));
        assert!(command().render_long_help().to_string().contains("all checkouts share"));
    }
}
