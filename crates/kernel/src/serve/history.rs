//! What was run, kept on disk: a console's arrow-up finds it after a restart.

use serde_json::{Value, json};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file in the user's cache.
const FILE: &str = "history.jsonl";

/// So many cells are kept; the file is cut when it holds twice as many.
const MAX_ENTRIES: usize = 5_000;

/// One cell: the number of its session and of the cell in it, and its code.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    session: i64,
    line: i64,
    code: String,
}

/// The cells of this session and of those before it.
pub struct History {
    /// Where they are kept, if they can be.
    file: Option<PathBuf>,
    entries: Vec<Entry>,
    session: i64,
}

impl History {
    /// Reads what earlier kernels of this user have kept.
    pub fn open() -> Self {
        let folder = std::env::var_os("CONVLAB_CACHE").map(PathBuf::from);
        Self::in_file(folder.map(|folder| folder.join(FILE)))
    }

    fn in_file(file: Option<PathBuf>) -> Self {
        let text = file.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        let mut entries: Vec<Entry> = text.lines().filter_map(Entry::read).collect();
        if entries.len() > 2 * MAX_ENTRIES {
            entries.drain(..entries.len() - MAX_ENTRIES);
            file.as_ref().inspect(|file| cut(file, &entries));
        }
        let session = entries.iter().map(|entry| entry.session).max().unwrap_or(0) + 1;
        Self { file, entries, session }
    }

    /// Keeps a cell. Where it cannot be written it is kept for this session alone.
    pub fn add(&mut self, line: u64, code: &str) {
        let entry = Entry { session: self.session, line: line as i64, code: code.to_owned() };
        if let Some(file) = &self.file {
            let opened = OpenOptions::new().create(true).append(true).open(file);
            let _ = opened.and_then(|mut file| file.write_all(entry.text().as_bytes()));
        }
        self.entries.push(entry);
    }

    /// The answer to a `history_request`: `range`, `tail` or `search`, as Jupyter's messages define them.
    pub fn answer(&self, request: &Value) -> Value {
        let number = |name: &str| request[name].as_i64();
        let count = number("n").map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(0));
        let found: Vec<&Entry> = match request["hist_access_type"].as_str() {
            Some("range") => self.range(number("session").unwrap_or(0), number("start"), number("stop")),
            Some("search") => {
                let pattern = request["pattern"].as_str().unwrap_or("*");
                let mut found: Vec<_> =
                    self.entries.iter().filter(|entry| is_like(pattern, &entry.code)).collect();
                if request["unique"] == true {
                    let all = std::mem::take(&mut found);
                    let is_last =
                        |index: usize| !all[index + 1..].iter().any(|later| later.code == all[index].code);
                    found = (0..all.len()).filter(|&index| is_last(index)).map(|index| all[index]).collect();
                }
                last(found, count)
            }
            _ => last(self.entries.iter().collect(), count),
        };
        let with_output = request["output"] == true;
        let rows = found.into_iter().map(|entry| match with_output {
            true => json!([entry.session, entry.line, [entry.code, null]]),
            false => json!([entry.session, entry.line, entry.code]),
        });
        json!({"status": "ok", "history": rows.collect::<Vec<_>>()})
    }

    /// Of one session, 0 for this one and -1 for the last before it, the cells from `start` up to before `stop`.
    fn range(&self, session: i64, start: Option<i64>, stop: Option<i64>) -> Vec<&Entry> {
        let session = if session <= 0 { self.session + session } else { session };
        let lines = start.unwrap_or(1)..stop.unwrap_or(i64::MAX);
        self.entries.iter().filter(|entry| entry.session == session && lines.contains(&entry.line)).collect()
    }
}

fn last(mut entries: Vec<&Entry>, count: usize) -> Vec<&Entry> {
    entries.drain(..entries.len().saturating_sub(count));
    entries
}

/// Writes a shorter file in the place of the long one, whole or not at all.
fn cut(file: &Path, entries: &[Entry]) {
    // Where it cannot be written it is cut another time.
    let _ = common::files::write(file, entries.iter().map(Entry::text).collect::<String>());
}

impl Entry {
    fn text(&self) -> String {
        json!([self.session, self.line, self.code]).to_string() + "\n"
    }

    /// `None` for what is no entry, such as a line that another program has cut.
    fn read(line: &str) -> Option<Self> {
        let (session, line, code) = serde_json::from_str(line).ok()?;
        Some(Self { session, line, code })
    }
}

/// Whether a text is like a pattern with `*` for any text and `?` for any character.
fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Which beginnings of the text fit the beginning of the pattern.
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    for &wanted in &pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match wanted {
                '*' => fits[at] || at > 0 && next[at - 1],
                _ => at > 0 && fits[at - 1] && (wanted == '?' || wanted == text[at - 1]),
            };
        }
        fits = next;
    }
    fits[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(history: &History, request: Value) -> Vec<String> {
        let answer = history.answer(&request);
        let rows = answer["history"].as_array().unwrap();
        rows.iter().map(|row| row[2].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn what_was_run_is_found_after_a_restart_by_tail_range_and_pattern() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE);
        let mut first = History::in_file(Some(file.clone()));
        for (line, code) in (1..).zip(["let a = 1;", "a + 1", "let b = 2;"]) {
            first.add(line, code);
        }
        let mut second = History::in_file(Some(file));
        second.add(1, "a + 1");
        assert_eq!(codes(&second, json!({"hist_access_type": "tail", "n": 2})), ["let b = 2;", "a + 1"]);
        let of = |session, start, stop| json!({"hist_access_type": "range", "session": session, "start": start, "stop": stop});
        assert_eq!(codes(&second, of(-1, 1, 3)), ["let a = 1;", "a + 1"]);
        assert_eq!(codes(&second, of(1, 3, 9)), ["let b = 2;"]);
        assert_eq!(codes(&second, of(0, 1, 9)), ["a + 1"]);
        let like = json!({"hist_access_type": "search", "pattern": "a*", "n": 10});
        assert_eq!(codes(&second, like), ["a + 1", "a + 1"]);
        let unique = json!({"hist_access_type": "search", "pattern": "*", "unique": true, "n": 2});
        assert_eq!(codes(&second, unique), ["let b = 2;", "a + 1"]);
        let rows = second.answer(&json!({"hist_access_type": "tail", "n": 1, "output": true}));
        assert_eq!(rows["history"], json!([[2, 1, ["a + 1", null]]]));
    }

    #[test]
    fn a_long_file_is_cut_and_a_spoilt_line_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE);
        let line = |n: usize| format!("[1,{n},\"cell {n}\"]\n");
        let lines: String = (1..=2 * MAX_ENTRIES + 1).map(line).collect();
        fs::write(&file, format!("no entry\n[1]\n{lines}")).unwrap();
        let history = History::in_file(Some(file.clone()));
        assert_eq!(history.entries.len(), MAX_ENTRIES);
        assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), MAX_ENTRIES);
        assert_eq!(codes(&history, json!({"hist_access_type": "tail", "n": 1})), ["cell 10001"]);
    }

    #[test]
    fn where_nothing_can_be_written_this_session_is_remembered() {
        let mut history = History::in_file(Some("/nowhere/history.jsonl".into()));
        history.add(1, "1 + 1");
        assert_eq!(codes(&history, json!({"hist_access_type": "tail", "n": 5})), ["1 + 1"]);
    }

    #[test]
    fn a_pattern_is_a_glob() {
        for (pattern, text) in [("*", ""), ("a*c", "abbc"), ("?b*", "ab"), ("*b*", "ab\nc"), ("a", "a")] {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a*c", "abb"), ("?", ""), ("a", "ab")] {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
    }
}
