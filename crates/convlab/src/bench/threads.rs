use crate::{Error, Result};

/// Refuses a race or a measurement without threads.
pub fn check_threads(threads: usize) -> Result<()> {
    match threads {
        1..=1024 => Ok(()),
        _ => Err(Error::new(
            "at least one thread and at most 1,024",
            format!("{threads}"),
            "name a number of cores",
        )),
    }
}
