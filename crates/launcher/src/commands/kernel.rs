//! `cargo lab kernel`: the labs' kernel in other front ends, such as VS Code, `jupyter console` and papermill.

use super::flag;
use crate::dirs::Dirs;
use crate::files::folder_argument;
use crate::prepare::{self, installed, python::base_python};
use crate::process;
use clap::{Arg, ArgGroup, ArgMatches, Command as Options, value_parser};
use common::{Error, Result};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn command() -> Options {
    let wheres = |name: &'static str, about: &'static str| {
        let prefix = Arg::new("prefix").long("prefix").value_name("DIR").value_parser(value_parser!(PathBuf));
        Options::new(name)
            .about(about)
            .arg(flag("user", "For this user, in every Jupyter (the default)"))
            .arg(flag("sys-prefix", "In the Python environment that is active"))
            .arg(prefix.help("In the Python environment in this folder"))
            .group(ArgGroup::new("where").args(["user", "sys-prefix", "prefix"]))
    };
    Options::new("kernel")
        .about("Installs the labs' kernel for VS Code, consoles, papermill and other Jupyters")
        .subcommand_required(true)
        .subcommand(wheres("install", "Makes the kernel known to other Jupyters"))
        .subcommand(wheres("uninstall", "Takes it away again"))
}

pub fn run(matches: &ArgMatches) -> Result<()> {
    let Some((name, options)) = matches.subcommand() else { return Ok(()) };
    let data = data_folder(options)?;
    if name == "install" {
        let ready = prepare::checked(None)?;
        let copy = installed::install(&ready.dirs, &data)?;
        println!("The kernel `Rust` is installed in {}.", copy.display());
        println!("It starts from {}: keep this folder.", ready.dirs.checkout.display());
    } else {
        let copy = installed::uninstall(&Dirs::find()?, &data)?;
        println!("The kernel is gone from {}.", copy.display());
    }
    Ok(())
}

/// The folder in which Jupyter looks for `kernels`.
fn data_folder(options: &ArgMatches) -> Result<PathBuf> {
    let share = |prefix: &Path| prefix.join("share/jupyter");
    if let Some(prefix) = options.get_one::<PathBuf>("prefix") {
        folder_argument("cargo lab kernel install --prefix DIR", prefix)?;
        return Ok(share(prefix));
    }
    if options.get_flag("sys-prefix") {
        let script = "import sys; print(sys.prefix)";
        let prefix = process::output(Command::new(base_python()?).args(["-c", script]), "cargo lab doctor")?;
        return Ok(share(Path::new(&prefix)));
    }
    user_folder(|name| env::var_os(name).map(PathBuf::from)).ok_or_else(|| {
        Error::problem("There is no home folder.", "name a folder: cargo lab kernel install --prefix DIR")
    })
}

/// Jupyter's own rule: `jupyter --data-dir`.
fn user_folder(var: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let system = || match env::consts::OS {
        "macos" => Some(var("HOME")?.join("Library/Jupyter")),
        "windows" => Some(var("APPDATA")?.join("jupyter")),
        _ => var("XDG_DATA_HOME")
            .or_else(|| Some(var("HOME")?.join(".local/share")))
            .map(|data| data.join("jupyter")),
    };
    var("JUPYTER_DATA_DIR").or_else(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_users_folder_is_where_jupyter_looks() {
        let with = |vars: &[(&str, &str)]| {
            user_folder(|name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
        };
        let all = [("JUPYTER_DATA_DIR", "/a"), ("XDG_DATA_HOME", "/b"), ("HOME", "/c")];
        let expected = ["/a", "/b/jupyter", "/c/.local/share/jupyter"];
        assert_eq!([0, 1, 2].map(|n| with(&all[n..]).unwrap()), expected.map(PathBuf::from));
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn only_one_folder_may_be_named() {
        let parse = |words: &[&str]| command().try_get_matches_from(words);
        assert!(parse(&["kernel", "install", "--user", "--prefix", "/a"]).is_err());
        assert!(parse(&["kernel"]).is_err() && parse(&["kernel", "uninstall", "--sys-prefix"]).is_ok());
    }
}
