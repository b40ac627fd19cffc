use super::Verdict;
use super::exercise::Exercise;
use super::input;
use super::master::{self, Solution};
use super::verdict::{framed, json};
use crate::catch_panic::{Panic, catch_panic_at};
use crate::display::{Displayed, emit};
use crate::text::escaped;
use common::record::{Event, Record};
use std::fmt;

/// What a check says of what a learner wrote; a cell that ends with one shows the verdict.
///
/// ```text
/// check::corr2d(corr2d)             // the verdict
/// check::corr2d(corr2d).hint()      // one step more at each call
/// check::corr2d(corr2d).solution()  // the course's own answer, once you have tried
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    exercise: Exercise,
    verdict: Verdict,
    record: Record,
}

impl Exercise {
    /// Judges with `check`, which calls the learner's code; a panic in it is that code's.
    pub fn judge(self, check: impl FnOnce() -> Verdict) -> Answer {
        self.judge_into(check, Record::here())
    }

    /// Like [`judge`](Self::judge), with the file to note it in.
    pub fn judge_into(self, check: impl FnOnce() -> Verdict, record: Record) -> Answer {
        let _ = input::take();
        let verdict = catch_panic_at(check).unwrap_or_else(stopped);
        match &verdict {
            Verdict::Right(_) => record.note(self.name, Event::Right),
            Verdict::Wrong(_) | Verdict::Stopped(_) => record.note(self.name, Event::Tried),
            Verdict::NotAttempted => {}
        }
        Answer { exercise: self, verdict, record }
    }
}

fn stopped(stop: Panic) -> Verdict {
    if stop.message.starts_with("not yet implemented") {
        return Verdict::NotAttempted;
    }
    let input = input::take().map(|input| format!("It was called with {input}."));
    let parts: Vec<_> = [Some(stop.message), stop.location, input].into_iter().flatten().collect();
    Verdict::Stopped(parts.join("\n"))
}

impl Answer {
    /// Right, wrong because …, not attempted, or stopped.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The next hint: the first at the first call, one step more at each further one.
    pub fn hint(&self) -> Message {
        let hints = self.exercise.hints;
        let shown = if self.record.is_kept() {
            self.record.note(self.exercise.name, Event::Hint);
            self.record.of(self.exercise.name).hints.clamp(1, hints.len())
        } else {
            hints.len()
        };
        let numbered = hints.iter().take(shown).enumerate();
        let rendered: Vec<_> =
            numbered.map(|(n, hint)| format!("hint {} of {}: {hint}", n + 1, hints.len())).collect();
        Message::words(rendered.join("\n"))
    }

    /// The course's own answer, once there is an attempt of yours.
    pub fn solution(&self) -> Message {
        self.solution_from(&master::folder())
    }

    fn solution_from(&self, masters: &master::Folder) -> Message {
        let Exercise { name, lab, .. } = self.exercise;
        let tried = self.verdict != Verdict::NotAttempted || self.record.of(name).tries > 0;
        if !tried {
            return Message::words(
                "The solution is shown after an attempt: write something in place of `todo!()` first.",
            );
        }
        match masters.solution(lab, name) {
            Solution::Found(code) => {
                self.record.note(name, Event::Solution);
                Message { words: "The course's own answer:".to_owned(), code }
            }
            Solution::Missing(why) => Message::words(format!("There is no solution to show: {why}.")),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.exercise.name;
        write!(f, "{}", self.verdict)?;
        match self.verdict {
            Verdict::Wrong(_) | Verdict::Stopped(_) => write!(f, "\nA hint: `check::{name}({name}).hint()`"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The verdict for people, and the same for the program that marks.
impl Displayed for Answer {
    fn evcxr_display(&self) {
        let text = self.to_string();
        emit("application/vnd.convlab.verdict+json", &json(self.exercise.name, &self.verdict));
        emit("text/html", &framed(self.verdict.colour(), &text));
        emit("text/plain", &text);
        // nbgrader gives a cell its points unless it finds something on stderr.
        if std::env::var_os("NBGRADER_EXECUTION").is_some() && !matches!(self.verdict, Verdict::Right(_)) {
            eprintln!("{}", self.verdict);
        }
    }
}

/// A hint or a solution, shown below the cell.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    words: String,
    code: String,
}

impl Message {
    fn words(words: impl Into<String>) -> Self {
        Self { words: words.into(), code: String::new() }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)?;
        if self.code.is_empty() { Ok(()) } else { write!(f, "\n\n{}", self.code) }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Displayed for Message {
    fn evcxr_display(&self) {
        let code =
            if self.code.is_empty() { String::new() } else { format!("<pre>{}</pre>", escaped(&self.code)) };
        emit("text/html", &(framed("#0969da", &self.words) + &code));
        emit("text/plain", &self.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const IT: Exercise = Exercise { name: "it", lab: "02", hints: &["look", "look again", "count"] };

    fn judged(folder: &Path, verdict: Verdict) -> Answer {
        IT.judge_into(|| verdict, Record::in_folder(folder))
    }

    fn kept() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(Record::FILE), "").unwrap();
        dir
    }

    #[test]
    fn each_call_gives_one_hint_more_until_all_are_shown() {
        let dir = kept();
        let hint = || judged(dir.path(), Verdict::wrong("no")).hint().to_string();
        assert_eq!(hint(), "hint 1 of 3: look");
        assert_eq!(hint(), "hint 1 of 3: look\nhint 2 of 3: look again");
        assert!(hint().ends_with("hint 3 of 3: count"));
        assert_eq!(hint().lines().count(), 3);
    }

    #[test]
    fn where_nothing_is_kept_all_hints_are_shown_at_once_and_no_file_appears() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(judged(dir.path(), Verdict::wrong("no")).hint().to_string().lines().count(), 3);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_solution_is_shown_after_an_attempt_and_not_before() {
        let dir = kept();
        let masters = tempfile::tempdir().unwrap();
        let cell = "fn it() -> i64 {\n    // BEGIN SOLUTION\n    6 * 7\n    // END SOLUTION\n}";
        let notebook = serde_json::json!({"cells": [{"id": "it", "cell_type": "code", "source": cell}]});
        std::fs::write(masters.path().join("02_by_hand.ipynb"), notebook.to_string()).unwrap();
        let masters = master::Folder::at(masters.path());
        let before = judged(dir.path(), Verdict::NotAttempted).solution_from(&masters).to_string();
        assert!(before.contains("after an attempt") && !before.contains("6 * 7"), "{before}");
        let after = judged(dir.path(), Verdict::wrong("no")).solution_from(&masters).to_string();
        assert!(after.ends_with("fn it() -> i64 {\n    6 * 7\n}"), "{after}");
        assert!(Record::in_folder(dir.path()).of("it").solution);
        let later = judged(dir.path(), Verdict::NotAttempted).solution_from(&masters).to_string();
        assert!(later.contains("6 * 7"), "{later}");
    }

    #[test]
    fn a_wrong_answer_shows_how_to_ask_for_a_hint_and_a_right_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let rendered = |verdict| judged(dir.path(), verdict).to_string();
        assert_eq!(rendered(Verdict::wrong("no")), "✘ not yet, because no\nA hint: `check::it(it).hint()`");
        assert_eq!(rendered(Verdict::right("Well.")), "✔ right. Well.");
    }

    #[test]
    fn a_panic_in_the_learners_code_is_a_verdict_with_its_message() {
        let answer = IT.judge(|| panic!("index {} is too large", 7));
        assert_eq!(answer.verdict(), &Verdict::Stopped("index 7 is too large".into()));
    }

    #[test]
    fn code_that_stops_is_shown_with_what_it_was_called_with_and_no_other_is() {
        let answer = IT.judge(|| {
            input::calling_with("an image [3, 3]");
            panic!("no row 9")
        });
        let message = "no row 9\nIt was called with an image [3, 3].";
        assert_eq!(answer.verdict(), &Verdict::Stopped(message.into()));
        let later = IT.judge(|| panic!("no row 9"));
        assert_eq!(later.verdict(), &Verdict::Stopped("no row 9".into()));
    }

    #[test]
    fn what_is_still_to_do_is_not_attempted() {
        assert_eq!(IT.judge(|| todo!()).verdict(), &Verdict::NotAttempted);
        assert_eq!(IT.judge(|| todo!("later")).verdict(), &Verdict::NotAttempted);
    }

    #[test]
    fn what_was_tried_is_noted_and_what_was_not_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let record = || Record::in_folder(dir.path());
        std::fs::write(dir.path().join(Record::FILE), "").unwrap();
        IT.judge_into(|| todo!(), record());
        assert_eq!(record().of("it").tries, 0);
        IT.judge_into(|| Verdict::wrong("no"), record());
        IT.judge_into(|| panic!("no"), record());
        assert!(record().of("it").tries == 2 && !record().of("it").right);
        IT.judge_into(|| Verdict::right("yes"), record());
        assert!(record().of("it").right);
    }
}
