//! One notebook: which lab it is, which functions are the learner's, and what becomes of each.

use crate::answers::{Cell, Item, Lab, answers, with_given};
use crate::flags::flags;
use crate::kernel::{Failure, Kernel, Trouble};
use crate::limits;
use crate::notebook::{self, CodeCell};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What reading the items of one cell may take, in seconds.
const READ: u64 = 30;

/// What compiling may take, in seconds: a cell, and all of a notebook's items one by one.
const COMPILE: u64 = 90;

/// Reports one notebook as `main.rs` says.
pub fn mark(job: &Value) {
    limits::close_to_others();
    if job["isolated"] == true {
        limits::watch_memory(job["bytes"].as_u64().unwrap_or(u64::MAX));
    }
    let path = job["notebook"].as_str().unwrap_or_default();
    let bytes = std::fs::read(path).map_err(|error| error.to_string());
    let cells = match bytes.and_then(|bytes| notebook::read(&bytes)) {
        Ok(cells) => cells,
        Err(why) => return report(&json!({"no_notebook": why})),
    };
    let mut kernel = Kernel::new(job);
    match Learner::read(job, &mut kernel, &cells) {
        Ok(Some(learner)) => learner.mark(job, kernel),
        Ok(None) => {
            report(&json!({"no_notebook": "it has no exercise of any lab: name a lab's own notebook"}))
        }
        Err(trouble) => report(&json!({"not_marked": format!("its code could not be read: {trouble}")})),
    }
}

fn report(line: &Value) {
    // Who has closed the other end wants no rows any more.
    use std::io::Write;
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(1);
    }
}

/// What is a learner's in a notebook.
struct Learner {
    lab: Lab,
    answers: Vec<Item>,
    /// What is defined, in order: the given items, their own, their answers.
    all: Vec<Item>,
    flags: String,
}

impl Learner {
    /// `None` if it holds no exercise.
    fn read(job: &Value, kernel: &mut Kernel, cells: &[CodeCell]) -> Result<Option<Self>, Trouble> {
        let mut items =
            |code: &str| Ok::<_, Trouble>(Item::all(&kernel.request(&json!({"items": code}), READ)?));
        let read = |cell: &CodeCell| Ok((cell.id.clone(), items(&cell.code)?));
        let cells = cells.iter().map(read).collect::<Result<Vec<Cell>, Trouble>>()?;
        let labs = Lab::all(job);
        let Some(lab) = Lab::of(&cells, &labs).cloned() else { return Ok(None) };
        let dependencies = lab.dependencies();
        if !dependencies.is_empty() {
            kernel.load(dependencies)?;
        }
        let mut given = Vec::new();
        for code in &lab.given {
            given.extend(Item::all(&kernel.request(&json!({"items": code}), READ)?));
        }
        let (answers, others) = answers(&cells, &lab.exercises);
        let own: Vec<_> =
            others.iter().filter(|item| !given.iter().any(|one| one.code == item.code)).collect();
        let flags = flags(own.into_iter().chain(&answers)).join(" ");
        let all = with_given(with_given(given, &others), &answers);
        Ok(Some(Self { lab, answers, all, flags }))
    }

    fn mark(self, job: &Value, kernel: Kernel) {
        report(&json!({"lab": self.lab.name, "exercises": self.lab.exercises, "flags": self.flags}));
        let seconds = job["seconds"].as_u64().unwrap_or(30);
        let mut defined = Defined { kernel, accepted: Vec::new(), refused: Vec::new() };
        let trouble = defined.define(self.all).err();
        for name in &self.lab.exercises {
            let started = Instant::now();
            let outcome = match self.answers.iter().any(|item| item.name == *name) {
                false => Some(("not attempted", "the notebook has no such function".to_owned())),
                true => defined.serve(name, job["socket"].as_str().unwrap_or_default(), seconds, trouble),
            };
            let mut line = json!({"exercise": name, "seconds": started.elapsed().as_secs_f64()});
            if let Some((verdict, reason)) = outcome {
                line["verdict"] = verdict.into();
                line["reason"] = reason.into();
            }
            report(&line);
        }
    }
}

/// The items that a kernel knows, or will know when it is started anew.
struct Defined<'a> {
    kernel: Kernel<'a>,
    accepted: Vec<Item>,
    refused: Vec<(Item, String)>,
}

impl Defined<'_> {
    /// Everything in one cell if it compiles; else one by one, twice for what stands before what it needs.
    fn define(&mut self, items: Vec<Item>) -> Result<(), Trouble> {
        match self.kernel.run(&joined(&items), COMPILE) {
            Ok(()) => {
                self.accepted = items;
                return Ok(());
            }
            Err(Failure::Trouble(Trouble::NotStarted)) => return Err(Trouble::NotStarted),
            Err(_) => {}
        }
        let ends = Instant::now() + Duration::from_secs(COMPILE);
        let mut left: Vec<_> = items.into_iter().map(|item| (item, String::new())).collect();
        for _ in 0..2 {
            for (item, _) in std::mem::take(&mut left) {
                let time = ends.saturating_duration_since(Instant::now()).as_secs();
                if time == 0 {
                    left.push((item, "the notebook's code took too long to compile".to_owned()));
                    continue;
                }
                if !self.kernel.is_running() {
                    let known = joined(&self.accepted);
                    let _ = self.kernel.run(&known, COMPILE);
                }
                match self.kernel.run(&item.code, time) {
                    Ok(()) => self.accepted.push(item),
                    Err(Failure::Refused(error)) => left.push((item, error)),
                    Err(Failure::Ended) => {
                        left.push((item, "it ended the process when it was loaded".to_owned()))
                    }
                    Err(Failure::Trouble(Trouble::NotStarted)) => return Err(Trouble::NotStarted),
                    Err(Failure::Trouble(trouble)) => left.push((item, trouble.to_string())),
                }
            }
        }
        self.refused = left;
        Ok(())
    }

    /// Has the judge call the function; the verdict and its reason if it is known without.
    fn serve(
        &mut self,
        name: &str,
        socket: &str,
        seconds: u64,
        trouble: Option<Trouble>,
    ) -> Option<(&'static str, String)> {
        if let Some(trouble) = trouble {
            return Some(("not marked", trouble.to_string()));
        }
        if let Some((_, error)) = self.refused.iter().find(|(item, _)| item.kind == "fn" && item.name == name)
        {
            return Some(("does not compile", error.clone()));
        }
        if !self.kernel.is_running() {
            let known = joined(&self.accepted);
            if let Err(failure) = self.kernel.run(&known, COMPILE) {
                return Some((
                    "not marked",
                    format!("the notebook's code could not be loaded again: {failure:?}"),
                ));
            }
        }
        // The learner may have a `convlab` of their own; none can take the place of the crate.
        let code = format!("::convlab::check::remote::serve::{name}({socket:?}, {name});");
        match self.kernel.run(&code, seconds + COMPILE) {
            Ok(()) | Err(Failure::Ended) => None,
            Err(Failure::Refused(error)) => Some(("does not compile", error)),
            // The judge may have said more.
            Err(Failure::Trouble(trouble)) => Some(("stopped", trouble.to_string())),
        }
    }
}

fn joined(items: &[Item]) -> String {
    items.iter().map(|item| format!("{}\n", item.code)).collect()
}
