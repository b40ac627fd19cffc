use super::{Answer, Verdict};
use crate::catch_panic::{Panic, catch_panic_at};
use common::record::{Event, Record};

/// One exercise, as the checks know it: what it asks for stands in the lab, how it is judged in its check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exercise {
    /// The name of the learner's function, of the check and of the cell.
    pub name: &'static str,
    /// The lab's number, such as `02`.
    pub lab: &'static str,
    /// The hints, each one step more.
    pub hints: &'static [&'static str],
}

impl Exercise {
    /// Judges with `check`, which calls the learner's code; a panic in it is that code's.
    pub fn judge(self, check: impl FnOnce() -> Verdict) -> Answer {
        self.judge_into(check, Record::here())
    }

    /// Like [`judge`](Self::judge), with the file to note it in.
    pub fn judge_into(self, check: impl FnOnce() -> Verdict, record: Record) -> Answer {
        let verdict = catch_panic_at(check).unwrap_or_else(stopped);
        match &verdict {
            Verdict::Right(_) => record.note(self.name, Event::Right),
            Verdict::Wrong(_) | Verdict::Stopped(_) => record.note(self.name, Event::Tried),
            Verdict::NotAttempted => {}
        }
        Answer::new(self, verdict, record)
    }
}

fn stopped(stop: Panic) -> Verdict {
    match (stop.message, stop.place) {
        (message, _) if message.starts_with("not yet implemented") => Verdict::NotAttempted,
        (message, Some(place)) => Verdict::Stopped(format!("{message}\n{place}")),
        (message, None) => Verdict::Stopped(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IT: Exercise = Exercise { name: "it", lab: "02", hints: &["think"] };

    #[test]
    fn a_panic_in_the_learners_code_is_a_verdict_with_its_message() {
        let answer = IT.judge(|| panic!("index {} is too large", 7));
        assert_eq!(answer.verdict(), &Verdict::Stopped("index 7 is too large".into()));
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
