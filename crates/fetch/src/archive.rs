//! Takes the wanted files out of a tar archive, and trusts no path in it.

use crate::catalogue::Wanted;
use crate::check::check;
use crate::store::Part;
use common::{Error, Result};
use flate2::bufread::GzDecoder;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Component, Path};
use tar::{Archive, Entry, EntryType};

/// Why a file could not be taken out.
enum Trouble {
    /// The archive's fault, in words that go on after "an archive".
    Archive(String),
    /// This machine's fault.
    Here(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Here(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Archive(format!("that cannot be read to its end ({error})"))
    }
}

/// Stores the `wanted` files of `archive`, whatever folder of it they lie in, in the folder `into`; the archive itself
/// is removed.
///
/// Fails, and stores none, if one of them is missing or not what it should be, or if the archive holds a link, a
/// device, or a name that leads out of its folder.
pub fn unpack(archive: &Path, wanted: &[&Wanted], into: &Path) -> Result<()> {
    let file = File::open(archive).map_err(|error| Error::file("read", archive, &error))?;
    let mut parts = Vec::new();
    let taken = take(file, wanted, into, &mut parts);
    // A good one is of no further use, and a bad one even less.
    let _ = fs::remove_file(archive);
    if let Err(trouble) = taken {
        parts.iter_mut().try_for_each(|(_, part)| part.restart())?;
        return Err(match trouble {
            Trouble::Here(error) => error,
            Trouble::Archive(found) => Error::new(
                format!("a whole and safe archive in {}", archive.display()),
                format!("one {found}"),
                "nothing was stored from it and it was removed; try again, or get its files in another way",
            ),
        });
    }
    parts.into_iter().try_for_each(|(wanted, part)| part.become_whole(&into.join(&wanted.name)))
}

/// Writes each of the `wanted` files beside its final path and checks it there.
fn take<'a>(
    archive: File,
    wanted: &[&'a Wanted],
    into: &Path,
    parts: &mut Vec<(&'a Wanted, Part)>,
) -> Result<(), Trouble> {
    let mut archive = Archive::new(GzDecoder::new(BufReader::new(archive)));
    let mut missing = wanted.to_vec();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = safe_name(&entry)?;
        if let Some(at) = missing.iter().position(|wanted| Some(&wanted.name) == name.as_ref()) {
            let wanted = missing.swap_remove(at);
            let mut part = Part::open(&into.join(&wanted.name))?;
            let written = write(&mut entry, wanted, &mut part);
            parts.push((wanted, part));
            written?;
        }
    }
    match missing.first() {
        None => Ok(()),
        Some(missing) => Err(Trouble::Archive(format!("without {}", missing.name))),
    }
}

fn write(entry: &mut impl Read, wanted: &Wanted, part: &mut Part) -> Result<(), Trouble> {
    part.restart()?;
    let mut entry = entry.take(wanted.most_bytes() + 1);
    let mut piece = vec![0; 64 * 1024];
    loop {
        match entry.read(&mut piece)? {
            0 => break,
            length => part.append(&piece[..length])?,
        }
    }
    check(part.path(), wanted)
        .map_err(|flaw| Trouble::Archive(format!("whose {} is wrong: {flaw}", wanted.name)))
}

/// The name of a file in the archive, without its folders; `None` for a folder.
fn safe_name(entry: &Entry<'_, impl Read>) -> Result<Option<String>, Trouble> {
    let path = entry.path()?;
    if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        let outside = path.display();
        return Err(Trouble::Archive(format!("that would write outside of its folder: {outside}")));
    }
    match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => {
            Ok(path.file_name().map(|name| name.to_string_lossy().into_owned()))
        }
        EntryType::Directory | EntryType::XGlobalHeader => Ok(None),
        _ => Err(Trouble::Archive(format!("with a link or a device in it: {}", path.display()))),
    }
}
