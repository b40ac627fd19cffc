//! The command line.

use crate::catalogue::{self, Set};
use common::download::JSON_OPTION;
use common::{Error, Result};
use std::ffi::OsString;
use std::path::PathBuf;

/// What the program is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Show [`usage`].
    Help,
    /// Write what is at this address to stdout.
    Picture(String),
    /// Bring the files of `set` into the folder `into`.
    Fetch {
        /// The set, with the mirrors that were named.
        set: Set,
        /// The folder; it is made if it is not there.
        into: PathBuf,
    },
}

/// How the program is called.
pub fn usage() -> String {
    format!(
        "usage: convlab-fetch SET --into DIR [--mirror URL]... [--json]\n\
         Downloads a data set, checks it and stores it in DIR; what is there and whole stays.\n\n\
         usage: convlab-fetch --picture URL [--json]\n\
         Writes what is at the address to stdout.\n\n\
         \u{20} SET           {}\n\
         \u{20} --into DIR    the folder for the files\n\
         \u{20} --mirror URL  a folder on the web that holds them, instead of the published ones;\n\
         \u{20}               CONVLAB_MIRROR=URL does the same\n\
         \u{20} --json        reports on stderr are lines of JSON, for another program",
        names()
    )
}

/// Reads the arguments (without the program's name) and the value of `CONVLAB_MIRROR`: addresses with blanks between.
pub fn parse(arguments: impl Iterator<Item = OsString>, mirror: Option<OsString>) -> Result<Command> {
    let mut arguments = arguments.map(|word| {
        word.into_string().map_err(|word| wrong("arguments in UTF-8", &format!("`{}`", word.display())))
    });
    let (mut name, mut into, mut mirrors) = (None, None, Vec::new());
    while let Some(word) = arguments.next().transpose()? {
        let mut value =
            || arguments.next().unwrap_or_else(|| Err(wrong("a value", &format!("`{word}` alone"))));
        match word.as_str() {
            "-h" | "--help" => return Ok(Command::Help),
            "--picture" => return Ok(Command::Picture(value()?)),
            JSON_OPTION => {}
            "--into" => into = Some(PathBuf::from(value()?)),
            "--mirror" => mirrors.push(value()?),
            _ if word.starts_with('-') => return Err(wrong("one of the options", &format!("`{word}`"))),
            _ if name.is_some() => return Err(wrong("one data set", &format!("also `{word}`"))),
            _ => name = Some(word),
        }
    }
    if mirrors.is_empty() {
        let given = mirror.unwrap_or_default();
        mirrors = given.to_string_lossy().split_whitespace().map(str::to_owned).collect();
    }
    let name = name.ok_or_else(|| wrong("the name of a data set", "none"))?;
    let into = into.ok_or_else(|| wrong("`--into DIR`", "no folder"))?;
    Ok(Command::Fetch { set: from_mirrors(find(&name)?, mirrors)?, into })
}

fn find(name: &str) -> Result<Set> {
    catalogue::find(name)
        .ok_or_else(|| wrong(&format!("one of the data sets ({})", names()), &format!("`{name}`")))
}

/// `set` from `mirrors`, if there are any.
fn from_mirrors(mut set: Set, mirrors: Vec<String>) -> Result<Set> {
    for mirror in &mirrors {
        if !(mirror.starts_with("http://") || mirror.starts_with("https://")) {
            return Err(wrong("a mirror that begins with http:// or https://", &format!("`{mirror}`")));
        }
    }
    if !mirrors.is_empty() {
        set.mirrors = mirrors;
    }
    Ok(set)
}

fn names() -> String {
    catalogue::all().into_iter().map(|set| set.name).collect::<Vec<_>>().join(", ")
}

fn wrong(expected: &str, found: &str) -> Error {
    Error::new(expected, found, "see `convlab-fetch --help`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str, mirror: Option<&str>) -> Result<Command> {
        parse(line.split_whitespace().map(OsString::from), mirror.map(OsString::from))
    }

    fn mirrors(line: &str, mirror: Option<&str>) -> Vec<String> {
        match parsed(line, mirror) {
            Ok(Command::Fetch { set, .. }) => set.mirrors,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_published_mirrors_are_used_unless_others_are_named() {
        assert_eq!(mirrors("mnist --into d", None), catalogue::find("mnist").unwrap().mirrors);
        assert_eq!(mirrors("mnist --into d", Some("http://a/ http://b")), ["http://a/", "http://b"]);
        let both = "--mirror http://c --into d mnist --mirror https://e";
        assert_eq!(mirrors(both, Some("http://a/")), ["http://c", "https://e"]);
    }

    #[test]
    fn a_call_that_makes_no_sense_says_what_was_expected() {
        for (line, expected) in [
            ("", "expected the name of a data set, but got none"),
            ("mnist", "expected `--into DIR`, but got no folder"),
            ("mnist --into", "expected a value, but got `--into` alone"),
            ("emnist --into d", "squeezenet1_0, resnet18), but got `emnist`"),
            ("mnist cifar10 --into d", "expected one data set, but got also `cifar10`"),
            ("mnist --to d", "expected one of the options, but got `--to`"),
            ("mnist --into d --mirror ftp://a", "begins with http:// or https://, but got `ftp://a`"),
        ] {
            let failure = parsed(line, None).unwrap_err().to_string();
            assert!(failure.contains(expected) && failure.contains("--help"), "{line}: {failure}");
        }
    }
}
