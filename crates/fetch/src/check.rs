//! Is a file what the catalogue says?

use crate::catalogue::{Packing, Size, Wanted};
use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Checks that the file at `path` holds what is `wanted`; else says what is wrong, as a sentence about the file.
pub fn check(path: &Path, wanted: &Wanted) -> Result<(), String> {
    let unreadable = |error: io::Error| format!("it cannot be read to its end ({error})");
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let most = wanted.size.most();
    let content = match wanted.packing {
        Packing::Plain => {
            is_no_page(file.fill_buf().map_err(unreadable)?, "the file")?;
            measure(file, most).map_err(unreadable)?
        }
        Packing::Gzip => {
            is_gzip(file.fill_buf().map_err(unreadable)?)?;
            let mut gzip = GzDecoder::new(file);
            let content = measure(&mut gzip, most).map_err(unreadable)?;
            // Programs differ in what they make of bytes behind the compressed content: there should be none.
            if content.length <= most && !gzip.get_mut().fill_buf().map_err(unreadable)?.is_empty() {
                return Err("it goes on after its compressed content".to_owned());
            }
            content
        }
    };
    content.is(wanted)
}

struct Content {
    length: u64,
    sha256: String,
}

/// Reads up to one byte more than `most`, so that endless content ends here.
fn measure(content: impl Read, most: u64) -> io::Result<Content> {
    let mut content = BufReader::with_capacity(64 * 1024, content.take(most.saturating_add(1)));
    let (mut length, mut sum) = (0, Sha256::new());
    loop {
        let piece = content.fill_buf()?;
        if piece.is_empty() {
            break;
        }
        sum.update(piece);
        let read = piece.len();
        length += read as u64;
        content.consume(read);
    }
    let sha256 = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Content { length, sha256 })
}

impl Content {
    fn is(&self, wanted: &Wanted) -> Result<(), String> {
        match wanted.size {
            Size::Exactly(bytes) | Size::AtMost(bytes) if self.length > bytes => {
                return Err(format!("it holds more than the expected {bytes} bytes"));
            }
            Size::Exactly(bytes) if self.length != bytes => {
                return Err(format!("it holds {} bytes instead of {bytes}", self.length));
            }
            _ => {}
        }
        match &wanted.sha256 {
            Some(sum) if *sum != self.sha256 => {
                Err(format!("its content has the SHA-256 {} instead of {sum}", self.sha256))
            }
            _ => Ok(()),
        }
    }
}

fn is_gzip(start: &[u8]) -> Result<(), String> {
    is_no_page(start, "a gzip file")?;
    if start.starts_with(&[0x1f, 0x8b]) { Ok(()) } else { Err("it is not a gzip file".to_owned()) }
}

fn is_no_page(start: &[u8], wanted: &str) -> Result<(), String> {
    if start.trim_ascii_start().starts_with(b"<") {
        return Err(format!("it is a web page instead of {wanted} (does this network ask for a login?)"));
    }
    Ok(())
}
