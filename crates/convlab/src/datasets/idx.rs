//! The file format of MNIST, as its authors describe it: a magic number (two zero bytes, the kind of the
//! elements, the number of dimensions), the dimensions as big-endian 32-bit numbers, then the elements.

use crate::malloc::in_large_pages;
use crate::{Error, Result};
use flate2::bufread::GzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// Bytes (element kind 8) in three dimensions: images.
const IMAGES: u32 = 0x0000_0803;
/// Bytes in one dimension: labels.
const LABELS: u32 = 0x0000_0801;
/// Memory is set aside for what a header promises only up to this: MNIST needs 47 million bytes.
const MAX_AT_ONCE: u64 = 1 << 26;
/// Height and width of MNIST's images.
const SIDE: u32 = 28;

/// The pixels of 28×28 images, row by row, from a file that may be compressed with gzip.
pub fn images(path: &Path) -> Result<Vec<u8>> {
    read(path, IMAGES)
}

/// Labels from 0 to 9, from a file that may be compressed with gzip.
pub fn labels(path: &Path) -> Result<Vec<u8>> {
    let labels = read(path, LABELS)?;
    match labels.iter().position(|&label| label > 9) {
        None => Ok(labels),
        Some(at) => Err(wrong(path, "labels from 0 to 9", format!("{} as label number {at}", labels[at]))),
    }
}

/// What is wrong with `path`, with the remedy for every damaged file.
pub fn wrong(path: &Path, expected: &str, found: impl Into<String>) -> Error {
    let expected = format!("{expected} in {}", path.display());
    Error::new(expected, found, "delete that file, or put a good one in its place, and run the cell again")
}

fn read(path: &Path, magic: u32) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(|error| wrong(path, "a readable file", error.to_string()))?;
    let file = BufReader::with_capacity(1 << 16, file);
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut unpacked = GzDecoder::new(file);
        let elements = parse(path, &mut unpacked, magic)?;
        return match unpacked.into_inner().bytes().next() {
            None => Ok(elements),
            Some(_) => Err(wrong(path, "nothing after the compressed data", "further bytes")),
        };
    }
    parse(path, file, magic)
}

/// Reads what the header promises, and one byte more to see whether the file goes on.
fn parse(path: &Path, mut file: impl Read, magic: u32) -> Result<Vec<u8>> {
    let dimensions = header(path, &mut file, magic)?;
    let expected: u64 = dimensions.iter().map(|&size| u64::from(size)).product();
    let mut elements = Vec::with_capacity(expected.min(MAX_AT_ONCE) as usize);
    in_large_pages(elements.as_ptr(), elements.capacity());
    let length =
        file.take(expected + 1).read_to_end(&mut elements).map_err(|error| unreadable(path, error))?;
    let promised = format!("{expected} bytes after the header, which says {dimensions:?},");
    match (length as u64).cmp(&expected) {
        std::cmp::Ordering::Less => Err(wrong(path, &promised, format!("{length}: the file was cut off"))),
        std::cmp::Ordering::Greater => Err(wrong(path, &promised, "more")),
        std::cmp::Ordering::Equal => Ok(elements),
    }
}

fn header(path: &Path, file: &mut impl Read, magic: u32) -> Result<Vec<u32>> {
    let mut next = || {
        let mut bytes = [0; 4];
        file.read_exact(&mut bytes).map_err(|error| unreadable(path, error))?;
        Ok(u32::from_be_bytes(bytes))
    };
    let found = next()?;
    if found != magic {
        let what = if magic == IMAGES { "images" } else { "labels" };
        let expected = format!("the magic number {magic} (0x{magic:08x}) of MNIST {what}");
        return Err(wrong(path, &expected, format!("{found} (0x{found:08x})")));
    }
    let dimensions = (0..magic & 0xff).map(|_| next()).collect::<Result<Vec<_>>>()?;
    if dimensions[0] == 0 {
        return Err(wrong(path, "at least one image or label", "none"));
    }
    if magic == IMAGES && dimensions[1..] != [SIDE, SIDE] {
        let found = format!("{}×{}", dimensions[1], dimensions[2]);
        return Err(wrong(path, &format!("images of {SIDE}×{SIDE} pixels"), found));
    }
    Ok(dimensions)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => wrong(path, "a whole file", "one that was cut off"),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            wrong(path, "sound gzip data", format!("damaged data ({error})"))
        }
        _ => wrong(path, "a readable file", error.to_string()),
    }
}
