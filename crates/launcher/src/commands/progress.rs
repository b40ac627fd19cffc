//! `cargo lab progress`: what is done, from the record that the checks keep beside the learner's copies.

use crate::dirs::Dirs;
use crate::failure::Result;
use crate::labs::{self, Lab, RECORD, exercises};
use clap::{ArgMatches, Command};
use std::fs;

pub fn command() -> Command {
    Command::new("progress").about("Shows which exercises are done")
}

/// Prints the exercises of every lab with a mark for each.
pub fn run(_: &ArgMatches) -> Result<()> {
    let dirs = Dirs::find()?;
    let record = dirs.my_labs().join(RECORD);
    match fs::read_to_string(&record) {
        Ok(text) => print!("{}", table(&labs::all(&dirs.notebooks())?, &text)?),
        Err(_) => println!(
            "Nothing is noted yet: `cargo lab` makes your copy of the labs and notes what you do there."
        ),
    }
    Ok(())
}

fn table(labs: &[Lab], record: &str) -> Result<String> {
    let mut lines = String::new();
    for lab in labs {
        let names = exercises(&lab.read()?);
        let done = names.iter().filter(|name| count(record, name, "right") > 0).count();
        lines += &format!("{}: {done} of {}\n", lab.name(), names.len());
        for name in names {
            lines += &format!("  {}\n", line(record, &name));
        }
    }
    Ok(lines)
}

/// As the figure in lab 00 has it: the mark, the name, the hints.
fn line(record: &str, name: &str) -> String {
    let mark = match (count(record, name, "right"), count(record, name, "tried")) {
        (0, 0) => "○",
        (0, _) => "✘",
        _ => "✔",
    };
    let hints = match count(record, name, "hint") {
        0 => String::new(),
        1 => ", 1 hint".to_owned(),
        n => format!(", {n} hints"),
    };
    let seen = if count(record, name, "solution") > 0 { ", solution seen" } else { "" };
    format!("{mark} {name}{hints}{seen}")
}

fn count(record: &str, name: &str, event: &str) -> usize {
    record.lines().filter(|line| line.split_once(' ') == Some((name, event))).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_exercise_is_listed_with_its_mark_and_its_hints() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("02_by_hand.ipynb");
        let cells: Vec<_> = ["one", "check-one", "check-two", "check-three"]
            .map(|id| json!({"id": id, "cell_type": "code"}))
            .into();
        fs::write(&path, json!({"cells": cells}).to_string()).unwrap();
        let record = "one tried\none hint\none right\ntwo tried\ntwo hint\ntwo hint\ntwo solution\nrubbish\n";
        let expected = "02_by_hand: 1 of 3\n  ✔ one, 1 hint\n  ✘ two, 2 hints, solution seen\n  ○ three\n";
        assert_eq!(table(&[Lab { path }], record).unwrap(), expected);
    }
}
