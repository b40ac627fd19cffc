//! What a learner has tried and done: a small file beside the learner's notebooks, one line for each event.
//!
//! A line is only ever added, whole, so two notebooks may write at once. Where the file is not, nothing is kept:
//! `cargo lab` puts it there.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What can happen to an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An answer was judged wrong or stopped.
    Tried,
    /// An answer was right.
    Right,
    /// A hint was shown.
    Hint,
    /// The solution was shown.
    Solution,
}

impl Event {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Tried, "tried"), (Self::Right, "right"), (Self::Hint, "hint"), (Self::Solution, "solution")];
}

/// How far one exercise is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// How often an answer was judged wrong or stopped.
    pub tries: usize,
    /// How many of them were judged before the first that was right.
    pub before: usize,
    /// Whether an answer was right at least once.
    pub right: bool,
    /// How many hints were asked for.
    pub hints: usize,
    /// Whether the solution was shown.
    pub solution: bool,
}

impl Progress {
    /// A mark that does not need colour: `✔` right, `✘` tried, `○` neither.
    pub fn mark(&self) -> &'static str {
        match self {
            Self { right: true, .. } => "✔",
            Self { tries: 0, .. } => "○",
            _ => "✘",
        }
    }

    /// The mark, the exercise's `name` and what it took: `✔ corr2d, after 2 wrong, 1 hint`, `✘ corr2d, solution seen`.
    pub fn line(&self, name: &str) -> String {
        let wrong = if self.right && self.before > 0 {
            format!(", after {} wrong", self.before)
        } else {
            String::new()
        };
        let hints = match self.hints {
            0 => String::new(),
            1 => ", 1 hint".to_owned(),
            n => format!(", {n} hints"),
        };
        let solution = if self.solution { ", solution seen" } else { "" };
        format!("{} {name}{wrong}{hints}{solution}", self.mark())
    }
}

/// The file of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    path: PathBuf,
}

impl Record {
    /// The file's name.
    pub const FILE: &str = "progress.txt";

    /// The one in the working folder: beside the notebook that runs.
    pub fn here() -> Self {
        Self::in_folder(Path::new(""))
    }

    /// The one in `folder`.
    pub fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join(Self::FILE) }
    }

    /// Whether anything is kept here.
    pub fn is_kept(&self) -> bool {
        self.path.is_file()
    }

    /// Adds a line; a file that cannot be written loses it, which is no reason to stop a learner.
    pub fn note(&self, exercise: &str, event: Event) {
        let Some((_, word)) = Event::ALL.iter().find(|(one, _)| *one == event) else { return };
        if let Ok(mut file) = OpenOptions::new().append(true).open(&self.path) {
            let _ = file.write_all(format!("{exercise} {word}\n").as_bytes());
        }
    }

    /// How far the exercise is.
    pub fn of(&self, exercise: &str) -> Progress {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let mut progress = Progress::default();
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        for (_, word) in lines.filter(|(name, _)| *name == exercise) {
            match Event::ALL.iter().find(|(_, one)| *one == word).map(|(event, _)| event) {
                Some(Event::Tried) => {
                    progress.tries += 1;
                    progress.before += usize::from(!progress.right);
                }
                Some(Event::Right) => progress.right = true,
                Some(Event::Hint) => progress.hints += 1,
                Some(Event::Solution) => progress.solution = true,
                None => {}
            }
        }
        progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_for_each_exercise_and_unknown_lines_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let record = Record::in_folder(dir.path());
        fs::write(&record.path, "a tried\n\nrubbish\na danced\nb right\n").unwrap();
        record.note("a", Event::Hint);
        record.note("a", Event::Hint);
        assert_eq!(record.of("a"), Progress { tries: 1, before: 1, hints: 2, ..Progress::default() });
        assert_eq!(record.of("b"), Progress { right: true, ..Progress::default() });
        assert_eq!(record.of("c"), Progress::default());
    }

    #[test]
    fn what_was_wrong_before_the_first_right_answer_stays_on_record() {
        let dir = tempfile::tempdir().unwrap();
        let record = Record::in_folder(dir.path());
        fs::write(&record.path, "a right\na tried\nb tried\nb tried\nb right\nb tried\n").unwrap();
        assert_eq!(record.of("a").line("a"), "✔ a");
        assert_eq!(record.of("b").line("b"), "✔ b, after 2 wrong");
    }

    #[test]
    fn where_there_is_no_file_nothing_is_written() {
        let dir = tempfile::tempdir().unwrap();
        Record::in_folder(dir.path()).note("a", Event::Right);
        assert!(!dir.path().join(Record::FILE).exists());
    }

    #[test]
    fn a_line_has_the_mark_the_name_and_what_helped() {
        let progress = |tries, right, hints, solution| {
            Progress { tries, before: tries, right, hints, solution }.line("a")
        };
        assert_eq!(progress(0, false, 0, false), "○ a");
        assert_eq!(progress(2, false, 2, true), "✘ a, 2 hints, solution seen");
        assert_eq!(progress(2, true, 1, false), "✔ a, after 2 wrong, 1 hint");
    }
}
