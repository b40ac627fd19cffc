use crate::{Error, Result};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Writes numbers to a folder that TensorBoard reads, as PyTorch's class of the same name does.
///
/// The file is a row of TFRecords, each an `Event` message of TensorFlow: `tensorflow/core/lib/io/record_writer.h`,
/// `tensorflow/core/util/event.proto` and `tensorflow/core/framework/summary.proto` describe them. Every scalar is on
/// disk when [`add_scalar`](Self::add_scalar) returns.
#[derive(Debug)]
pub struct SummaryWriter {
    file: File,
    path: PathBuf,
}

impl SummaryWriter {
    /// Begins a new file of events in the folder `dir`, by custom `runs/` and a name for the run.
    ///
    /// # Errors
    /// If the folder cannot be made or written to.
    ///
    /// ```
    /// # use convlab::prelude::*;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # std::env::set_current_dir(&dir).unwrap();
    /// let mut writer = train::SummaryWriter::new("runs/first")?;
    /// writer.add_scalar("loss/train", 2.31, 1)?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(dir: impl AsRef<Path>) -> Result<Self> {
        let dir = dir.as_ref();
        fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))?;
        let path = (0..).map(|number| dir.join(file_name(number))).find(|path| !path.exists());
        let path = path.unwrap_or_else(|| dir.join(file_name(0)));
        let file = File::create_new(&path).map_err(|error| unwritable(&path, &error))?;
        let mut writer = Self { file, path };
        writer.write(&version())?;
        Ok(writer)
    }

    /// Adds one number: `tag` names the curve (`loss/train`), `step` counts the batches or epochs.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add_scalar(&mut self, tag: &str, value: f64, step: i64) -> Result<()> {
        self.write(&scalar(tag, value as f32, step))
    }

    /// The file that is written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, event: &[u8]) -> Result<()> {
        // One call for the whole record: a full disk leaves at most one of them torn.
        self.file.write_all(&record(event)).map_err(|error| unwritable(&self.path, &error))
    }
}

fn file_name(number: u32) -> String {
    let seconds = now().trunc() as u64;
    format!("events.out.tfevents.{seconds:010}.convlab.{}.{number}", std::process::id())
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    let expected = format!("to write what TensorBoard reads to {}", path.display());
    Error::new(expected, error.to_string(), "name another folder, or make room on the disk")
}

/// One TFRecord: length, its checksum, the message, its checksum; all little-endian.
fn record(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u64).to_le_bytes();
    let parts: [&[u8]; 4] =
        [&length, &masked_crc(&length).to_le_bytes(), message, &masked_crc(message).to_le_bytes()];
    parts.concat()
}

/// CRC-32C, turned and shifted so that a checksum of checksums is none of the weak cases.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The Castagnoli checksum of RFC 3720, appendix B.4, bit by bit: events are short.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 * (crc & 1)))
    })
}

/// The message a file must begin with: `Event { wall_time: 1, file_version: 3 }`.
fn version() -> Vec<u8> {
    [double(1, now()), bytes(3, b"brain.Event:2")].concat()
}

/// `Event { wall_time: 1, step: 2, summary: 5 { value: 1 { tag: 1, simple_value: 2 } } }`.
fn scalar(tag: &str, value: f32, step: i64) -> Vec<u8> {
    let value = [bytes(1, tag.as_bytes()), float(2, value)].concat();
    [double(1, now()), varint_field(2, step as u64), bytes(5, &bytes(1, &value))].concat()
}

// The four kinds of protobuf fields that these messages have; a field's key is its number and its wire type.

fn double(field: u8, value: f64) -> Vec<u8> {
    [&[field << 3 | 1][..], &value.to_le_bytes()].concat()
}

fn float(field: u8, value: f32) -> Vec<u8> {
    [&[field << 3 | 5][..], &value.to_le_bytes()].concat()
}

fn varint_field(field: u8, value: u64) -> Vec<u8> {
    [vec![field << 3], varint(value)].concat()
}

fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
    [&[field << 3 | 2][..], &varint(content.len() as u64), content].concat()
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_rfc_3720() {
        let rising: Vec<u8> = (0..32).collect();
        let falling: Vec<u8> = (0..32).rev().collect();
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(&rising), 0x46dd_794e);
        assert_eq!(crc32c(&falling), 0x113f_db5c);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn numbers_are_written_seven_bits_a_byte() {
        assert_eq!(varint(0), [0]);
        assert_eq!(varint(127), [127]);
        assert_eq!(varint(300), [0xac, 0x02]); // the example of protobuf's own description
        assert_eq!(varint(u64::MAX).len(), 10);
    }

    #[test]
    fn a_scalar_is_an_event_with_tag_value_and_step() {
        let message = scalar("a", 1.0, 300);
        let fields = [vec![0x10, 0xac, 0x02], vec![0x2a, 10, 0x0a, 8, 0x0a, 1, b'a', 0x15, 0, 0, 0x80, 0x3f]];
        assert_eq!(message[0], 0x09);
        assert_eq!(message[9..], fields.concat());
    }

    #[test]
    fn two_writers_in_one_folder_get_files_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        let writers = [0, 1].map(|_| SummaryWriter::new(dir.path().join("runs/a")).unwrap());
        assert_ne!(writers[0].path(), writers[1].path());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let message = SummaryWriter::new(file.path().join("run")).unwrap_err().to_string();
        assert!(
            message.contains(&file.path().display().to_string()) && message.contains("name another folder"),
            "{message}"
        );
    }
}
