//! Whether a file of numbers is whole. A safetensors file begins with the length of its header, eight bytes, and the
//! header, JSON that says of each tensor between which of the bytes behind it it lies.

use common::{Error, Result};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Fails on a file that is not there, is none of its kind, or lacks a part; `remedy` says how it is made.
pub fn whole(file: &Path, remedy: &str) -> Result<()> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(_) if !file.exists() => {
            return Err(Error::problem(format!("There is no {}.", file.display()), remedy));
        }
        Err(error) => return Err(Error::file("read", file, &error)),
    };
    let failed = |why: &str| Error::problem(format!("{} {why}.", file.display()), remedy);
    let end =
        end(&bytes).ok_or_else(|| failed("has no header of a safetensors file, or only half of one"))?;
    if end == bytes.len() {
        return Ok(());
    }
    Err(failed(&format!("is not whole: its header speaks of {end} bytes, and it has {}", bytes.len())))
}

/// How long a file with this beginning is; `None` if it is no such beginning.
fn end(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(u64::from_le_bytes(*bytes.first_chunk::<8>()?)).ok()?;
    let start = length.checked_add(8)?;
    let header: Value = serde_json::from_slice(bytes.get(8..start)?).ok()?;
    let tensors = header.as_object()?.iter().filter(|(name, _)| *name != "__metadata__");
    let ends: Option<Vec<u64>> = tensors.map(|(_, tensor)| tensor["data_offsets"][1].as_u64()).collect();
    start.checked_add(usize::try_from(ends?.into_iter().max()?).ok()?)
}

/// A file with one tensor of so many bytes.
#[cfg(test)]
pub fn file_of(name: &str, count: usize) -> Vec<u8> {
    let about = serde_json::json!({"dtype": "U8", "shape": [count], "data_offsets": [0, count]});
    let header = serde_json::json!({"__metadata__": {"by": "test"}, name: about}).to_string();
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &vec![7; count]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_passes_and_one_that_is_cut_anywhere_or_longer_is_refused_with_the_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.safetensors");
        assert!(whole(&path, "").unwrap_err().what().starts_with("There is no "));
        let all = file_of("conv1.weight", 50);
        for length in 0..all.len() {
            fs::write(&path, &all[..length]).unwrap();
            let failure = whole(&path, "train").unwrap_err();
            assert!(failure.what().contains("a.safetensors") && failure.remedy() == "train", "{failure}");
        }
        fs::write(&path, [&all[..], b"more"].concat()).unwrap();
        assert!(whole(&path, "").unwrap_err().what().contains("is not whole"));
        fs::write(&path, &all).unwrap();
        assert_eq!(whole(&path, ""), Ok(()));
    }

    #[test]
    fn what_is_no_such_file_is_refused_and_never_a_panic() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        for bytes in [&b"Dear reader"[..], &[255; 40], &[2, 0, 0, 0, 0, 0, 0, 0, b'{', b'}']] {
            fs::write(&path, bytes).unwrap();
            assert!(whole(&path, "").unwrap_err().what().contains("no header"), "{bytes:?}");
        }
    }
}
