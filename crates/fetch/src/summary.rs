use common::download::amount;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What came from where, and how long it took: one line.
#[derive(Debug)]
pub struct Summary {
    title: String,
    into: PathBuf,
    there: usize,
    came: Vec<(String, usize)>,
    bytes: u64,
    begun: Instant,
}

impl Summary {
    pub(crate) fn new(title: &str, into: &Path) -> Self {
        let (title, into) = (title.to_owned(), into.to_owned());
        Self { title, into, there: 0, came: Vec::new(), bytes: 0, begun: Instant::now() }
    }

    /// `files` need not be fetched.
    pub(crate) fn were_there(&mut self, files: usize) {
        self.there = files;
    }

    /// One file came from `mirror`.
    pub(crate) fn came(&mut self, mirror: &str, bytes: u64) {
        self.unpacked(1, mirror, bytes);
    }

    /// So many files came in `bytes` from `mirror`.
    pub(crate) fn unpacked(&mut self, files: usize, mirror: &str, bytes: u64) {
        self.bytes += bytes;
        match self.came.iter_mut().find(|(known, _)| known == mirror) {
            Some((_, so_far)) => *so_far += files,
            None => self.came.push((mirror.to_owned(), files)),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        let mut parts: Vec<String> =
            self.came.iter().map(|(mirror, count)| format!("{} from {mirror}", files(*count))).collect();
        if self.there > 0 {
            parts.push(format!("{} there already", files(self.there)));
        }
        write!(f, "{} is in {}: {}", self.title, self.into.display(), parts.join(", "))?;
        if self.bytes > 0 {
            write!(f, "; {} in {:.1} s", amount(self.bytes), self.begun.elapsed().as_secs_f32())?;
        }
        Ok(())
    }
}
