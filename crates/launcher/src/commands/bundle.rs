//! `cargo lab bundle`: packs what a machine would compile, for machines of the same kind.

use crate::files::{folder_argument, shell};
use crate::prepare;
use crate::prepare::bundle::{self, Packed, Parts};
use clap::{Arg, ArgMatches, Command, value_parser};
use common::{Error, Result};
use std::path::{Path, PathBuf};

pub fn command() -> Command {
    let out = Arg::new("out").required(true).value_name("DIR").value_parser(value_parser!(PathBuf));
    Command::new("bundle")
        .about("Packs what a machine compiles, for others of the same kind, and prints its size and SHA-256")
        .arg(out.help("Folder for the bundle and its table, bundles.json"))
}

pub fn run(matches: &ArgMatches) -> Result<()> {
    let out: PathBuf = matches.get_one("out").cloned().unwrap_or_default();
    folder_argument("cargo lab bundle DIR", &out)?;
    let out = std::path::absolute(&out).map_err(|error| Error::file("find", Path::new(&out), &error))?;
    let ready = prepare::checked(None)?;
    let libtorch = ready.environment.get("LIBTORCH").map_or("", String::as_str);
    let parts = Parts { programs: &ready.programs.folder, stage: &ready.stage, libtorch };
    println!("{}", report(&bundle::pack(&ready.dirs, &parts, &out)?, &out));
    Ok(())
}

/// What was made, and how other machines come to it.
fn report(packed: &Packed, out: &Path) -> String {
    let Packed { file, size, sha256 } = packed;
    format!(
        "{}\n  size     {size} bytes\n  SHA-256  {sha256}\nThe table beside it, bundles.json, has the same. \
         Put both on a web server, for a trial by\n  python3 -m http.server --directory {}\n\
         and have `cargo lab` take it on machines of the same kind:\n  \
         CONVLAB_BUNDLES=http://ADDRESS:8000 cargo lab",
        file.display(),
        shell(out)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_is_reported_with_its_size_its_sum_and_what_comes_next() {
        let packed = Packed { file: "/a b/convlab-x.tar.gz".into(), size: 1234, sha256: "0af3".to_owned() };
        let report = report(&packed, Path::new("/a b"));
        for part in [
            "/a b/convlab-x.tar.gz\n  size     1234 bytes\n  SHA-256  0af3\n",
            "--directory '/a b'\n",
            "CONVLAB_BUNDLES=",
        ] {
            assert!(report.contains(part), "{report}");
        }
    }
}
