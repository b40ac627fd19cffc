//! What the download program reports: for another program a line of JSON for each message, for people a line of text.

use crate::Error;
use serde_json::{Value, json};
use std::fmt;

/// The option with which the download program writes lines of JSON to its stderr.
pub const JSON_OPTION: &str = "--json";

/// One report.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// How far a file is.
    Progress(Progress),
    /// A sentence for people: another mirror is tried, or all is done.
    Note(String),
    /// The download has failed.
    Failed(Error),
}

/// How much of a file has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The file's name.
    pub file: String,
    /// How many of its bytes are there.
    pub bytes: u64,
    /// How many it has, if the server says so.
    pub total: Option<u64>,
    /// How many come in a second.
    pub per_second: u64,
}

impl Message {
    /// The message as one line for [`parse`](Self::parse), without its end.
    pub fn line(&self) -> String {
        let json = match self {
            Self::Progress(Progress { file, bytes, total, per_second }) => {
                json!({"progress": {"file": file, "bytes": bytes, "total": total, "per_second": per_second}})
            }
            Self::Note(note) => json!({"note": note}),
            Self::Failed(error) => json!({"failed": error.to_json()}),
        };
        json.to_string()
    }

    /// The message in a line; a line that is none, such as one of the system's own, is a note.
    pub fn parse(line: &str) -> Self {
        let message = serde_json::from_str(line).ok().and_then(|json: Value| {
            let failed = Error::from_json(&json["failed"]).map(Self::Failed);
            let note = || json["note"].as_str().map(|note| Self::Note(note.to_owned()));
            let progress = || Progress::from_json(&json["progress"]).map(Self::Progress);
            failed.or_else(note).or_else(progress)
        });
        message.unwrap_or_else(|| Self::Note(line.to_owned()))
    }
}

impl Progress {
    fn from_json(json: &Value) -> Option<Self> {
        Some(Self {
            file: json["file"].as_str()?.to_owned(),
            bytes: json["bytes"].as_u64()?,
            total: json["total"].as_u64(),
            per_second: json["per_second"].as_u64()?,
        })
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Progress(progress) => progress.fmt(f),
            Self::Note(note) => f.write_str(note),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// `train.gz: 3.1 of 9.9 MB, 1.3 MB/s`.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount_so_far = amount_of(self.bytes, self.total);
        write!(f, "{}: {amount_so_far}, {}/s", self.file, amount(self.per_second))
    }
}

/// `812 bytes`, `28.9 kB`, `9.9 MB`.
pub fn amount(bytes: u64) -> String {
    let (unit, size) = unit(bytes);
    if size == 1 { format!("{bytes} {unit}") } else { format!("{:.1} {unit}", bytes as f64 / size as f64) }
}

/// `3.1 of 9.9 MB`; `3.1 MB` without a total.
pub fn amount_of(bytes: u64, total: Option<u64>) -> String {
    let Some(total) = total else { return amount(bytes) };
    let (_, size) = unit(total);
    let digits = usize::from(size > 1);
    format!("{:.digits$} of {}", bytes as f64 / size as f64, amount(total))
}

fn unit(bytes: u64) -> (&'static str, u64) {
    match bytes {
        0..1_000 => ("bytes", 1),
        1_000..100_000 => ("kB", 1_000),
        _ => ("MB", 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn progress(bytes: u64, total: Option<u64>, per_second: u64) -> Progress {
        Progress { file: "a.gz".into(), bytes, total, per_second }
    }

    #[test]
    fn a_report_for_people_says_how_much_of_what_and_how_fast() {
        let report = progress(3_100_000, Some(9_912_422), 1_300_000).to_string();
        assert_eq!(report, "a.gz: 3.1 of 9.9 MB, 1.3 MB/s");
        assert_eq!(progress(28_881, None, 28_881).to_string(), "a.gz: 28.9 kB, 28.9 kB/s");
    }

    #[test]
    fn small_amounts_have_small_units() {
        assert_eq!([amount(812), amount(4_542), amount(1_648_877)], ["812 bytes", "4.5 kB", "1.6 MB"]);
        assert_eq!(amount_of(100, Some(812)), "100 of 812 bytes");
    }

    #[test]
    fn a_line_that_is_no_message_is_a_note() {
        for line in ["killed", "{\"progress\": {\"file\": \"a\"}}", "", "7", "{\"failed\": 1}"] {
            assert_eq!(Message::parse(line), Message::Note(line.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn every_message_is_read_as_it_was_written(file in ".*", bytes: u64, total: Option<u64>, per_second: u64) {
            let progress = Progress { file: file.clone(), bytes, total, per_second };
            let error = Error::new(&file, "nothing\nat all", &file);
            for message in [Message::Progress(progress), Message::Note(file), Message::Failed(error)] {
                prop_assert_eq!(Message::parse(&message.line()), message);
            }
        }
    }
}
