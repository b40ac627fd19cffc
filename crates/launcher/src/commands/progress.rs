//! `cargo lab progress`: what is done, from the record that the checks keep beside the learner's copies.

use crate::dirs::Dirs;
use crate::labs::{self, Lab, exercises};
use clap::{ArgMatches, Command};
use common::Result;
use common::record::Record;

pub fn command() -> Command {
    Command::new("progress").about("Shows which exercises are done")
}

/// Prints the exercises of every lab with a mark for each.
pub fn run(_: &ArgMatches) -> Result<()> {
    let dirs = Dirs::find()?;
    let record = Record::in_folder(&dirs.my_labs());
    if record.is_kept() {
        print!("{}", table(&labs::all(&dirs.notebooks())?, &record)?);
    } else {
        println!("Nothing is noted yet. Run an exercise's check in JupyterLab (`cargo lab`), and it is.");
    }
    Ok(())
}

fn table(labs: &[Lab], record: &Record) -> Result<String> {
    let mut lines = String::new();
    let (mut all, mut right) = (0, 0);
    for lab in labs {
        let names = exercises(&lab.read()?);
        let done = names.iter().filter(|name| record.of(name).right).count();
        (all, right) = (all + names.len(), right + done);
        lines += &format!("{}: {done} of {}\n", lab.name(), names.len());
        for name in names {
            lines += &format!("  {}\n", record.of(&name).line(&name));
        }
    }
    Ok(format!("{lines}{right} of {all} done\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    #[test]
    fn every_exercise_is_listed_with_its_mark_and_its_hints() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("02_by_hand.ipynb");
        let cells: Vec<_> = ["one", "check-one", "check-two", "check-three"]
            .map(|id| json!({"id": id, "cell_type": "code"}))
            .into();
        fs::write(&path, json!({"cells": cells}).to_string()).unwrap();
        fs::write(
            dir.path().join(Record::FILE),
            "one tried\none hint\none right\ntwo tried\ntwo hint\ntwo hint\ntwo solution\nrubbish\n",
        )
        .unwrap();
        let record = Record::in_folder(dir.path());
        let expected = "02_by_hand: 1 of 3\n  ✔ one, after 1 wrong, 1 hint\n  ✘ two, 2 hints, solution seen\n  ○ three\n1 of 3 done\n";
        assert_eq!(table(&[Lab { path }], &record).unwrap(), expected);
    }
}
