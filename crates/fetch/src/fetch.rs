//! The files of a set, each from the first mirror that has it.

use crate::archive::unpack;
use crate::catalogue::{Set, Wanted};
use crate::check::check;
use crate::download::{Settings, Trouble, Web};
use crate::report::Report;
use crate::store::{self, Part};
use crate::summary::Summary;
use common::download::Message;
use common::{Error, Result};
use std::path::Path;

/// How often a mirror is tried for a file if each time some bytes came.
const TRIES: usize = 3;

/// Where a file came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The mirror's index in the list.
    pub mirror: usize,
    /// How long the stored file is.
    pub bytes: u64,
}

/// Brings the files of `set` into the folder `into`; those that are there and whole are not fetched again.
///
/// Fails if no mirror has a file, if their archive is not what it should be, or if `into` cannot be written to; each
/// file that is stored by then stays.
pub fn fetch_set(set: &Set, into: &Path, settings: &Settings) -> Result<Summary> {
    let mut summary = Summary::new(&set.title, into);
    let _alone = store::enter(into, settings.report)?;
    let missing: Vec<&Wanted> =
        set.files.iter().filter(|wanted| !is_there(into, wanted, settings.report)).collect();
    summary.were_there(set.files.len() - missing.len());
    if missing.is_empty() {
        return Ok(summary);
    }
    let web = Web::new(settings)?;
    if let Some(archive) = &set.archive {
        let source = fetch_file(&web, archive, &set.mirrors, into)?;
        unpack(&into.join(&archive.name), &missing, into)?;
        summary.unpacked(missing.len(), &set.mirrors[source.mirror], source.bytes);
        return Ok(summary);
    }
    let mut mirrors = set.mirrors.clone();
    for wanted in missing {
        let source = fetch_file(&web, wanted, &mirrors, into)?;
        // Mirrors that failed are tried last for the next file.
        mirrors.rotate_left(source.mirror);
        summary.came(&mirrors[0], source.bytes);
    }
    Ok(summary)
}

/// Brings one file into the folder `into`, from the first of `mirrors` that has it.
///
/// Fails if none has it, saying of each why, or if `into` cannot be written to.
pub fn fetch_file(web: &Web, wanted: &Wanted, mirrors: &[String], into: &Path) -> Result<Source> {
    let target = into.join(&wanted.name);
    let mut part = Part::open(&target)?;
    let mut reasons = String::new();
    for (index, mirror) in mirrors.iter().enumerate() {
        let url = format!("{}/{}", mirror.trim_end_matches('/'), wanted.name);
        match from_mirror(web, wanted, &url, &mut part) {
            Ok(()) => {
                let bytes = part.len();
                part.become_whole(&target)?;
                return Ok(Source { mirror: index, bytes });
            }
            Err(Trouble::Here(error)) => return Err(error),
            Err(Trouble::Mirror { why, .. }) => {
                (web.report)(&Message::Note(format!("{}: not from {mirror}: {why}", wanted.name)));
                reasons += &format!("\n  from {mirror}: {why}");
            }
        }
    }
    Err(Error::new(
        format!("{} from one of its mirrors", wanted.name),
        format!("it from none{reasons}"),
        "try another network or later; or put the files into a folder and name it with CONVLAB_DATA=folder; or work \
         offline, on data that are drawn here: `cargo lab --offline`",
    ))
}

/// Completes `part` from one address until its content is the wanted one.
fn from_mirror(web: &Web, wanted: &Wanted, url: &str, part: &mut Part) -> Result<(), Trouble> {
    let mut left = TRIES;
    loop {
        left -= 1;
        let trouble = match web.complete(url, wanted, part) {
            Err(trouble) => trouble,
            Ok(resumed) => match check(part.path(), wanted) {
                Ok(()) => return Ok(()),
                Err(flaw) => {
                    part.restart()?;
                    // If this was the end of an older download, that one's beginning may be at fault.
                    Trouble::Mirror { why: format!("what came is not the file: {flaw}"), again: resumed }
                }
            },
        };
        match trouble {
            Trouble::Mirror { why, again: true } if left > 0 => {
                (web.report)(&Message::Note(format!("{}: {why}; trying again", wanted.name)));
            }
            trouble => return Err(trouble),
        }
    }
}

/// Whether the file is there and whole; if it is there and broken, that is said.
fn is_there(into: &Path, wanted: &Wanted, report: Report) -> bool {
    let path = into.join(&wanted.name);
    if !path.exists() {
        return false;
    }
    match check(&path, wanted) {
        Ok(()) => true,
        Err(flaw) => {
            report(&Message::Note(format!("{} is broken: {flaw}. Fetching it anew.", path.display())));
            false
        }
    }
}
