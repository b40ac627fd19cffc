//! Cells for a program that needs no Jupyter: a line of JSON for each request, and one for each answer.
//!
//! `{"items": CODE}` is answered with the cell's items, `{"items": [{"kind", "name", "code", "bare"}]}`; `{"run": CODE}`
//! with `{"ok": true}`, `{"error": why it does not compile}` or `{"ended": why its process is gone}`. What cells print
//! goes nowhere.

use super::warm;
use crate::errors::{self, Source};
use crate::notebook::{Notebook, items};
use crate::stage::Settings;
use crate::streams;
use evcxr::{CommandContext, Error};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{self, BufRead, Write};

/// Answers requests until no more can come.
pub fn batch() -> Result<(), String> {
    let text = |error: io::Error| error.to_string();
    let settings =
        Settings::from_env().ok_or("CONVLAB_STAGE, CONVLAB_KERNELS and CONVLAB_TOOLS are not set")?;
    let _stage = settings.enter()?;
    // Before evcxr starts the process that inherits them.
    streams::discard().map_err(text)?;
    let (context, lines, _) = warm::context()?;
    std::thread::spawn(move || lines.stdout.iter().for_each(drop));
    std::thread::spawn(move || lines.stderr.iter().for_each(drop));
    let mut batch = Batch { context, notebook: Notebook::default() };
    let _ = batch.context.execute(":load_config --quiet");
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.map_err(text)?).unwrap_or_default();
        let answer = batch.answer(&request);
        writeln!(io::stdout(), "{answer}").map_err(text)?;
    }
    Ok(())
}

struct Batch {
    context: CommandContext,
    notebook: Notebook,
}

impl Batch {
    fn answer(&mut self, request: &Value) -> Value {
        if let Some(code) = request["items"].as_str() {
            let all = items(code).into_iter().map(
                |item| json!({"kind": item.kind, "name": item.name, "code": item.code, "bare": item.bare}),
            );
            return json!({"items": all.collect::<Vec<_>>()});
        }
        match request["run"].as_str() {
            Some(code) => self.run(code),
            None => json!({"error": "the request is none"}),
        }
    }

    fn run(&mut self, code: &str) -> Value {
        let prepared = match self.notebook.prepare(code, |_| false) {
            Ok(prepared) => prepared,
            Err(refused) => return json!({"error": refused.message}),
        };
        match self.context.execute(prepared.edited.code()) {
            Ok(_) => {
                self.notebook.keep(prepared);
                json!({"ok": true})
            }
            Err(Error::CompilationErrors(found)) => {
                let at = Source {
                    cells: &[(1, code.to_owned())],
                    edited: &prepared.edited,
                    variables: HashSet::new(),
                    history: &self.notebook.history,
                };
                json!({"error": errors::report(&found, &at).message})
            }
            Err(Error::SubprocessTerminated(message)) => json!({"ended": message}),
            Err(error) => json!({"error": errors::plain(&error.to_string())}),
        }
    }
}
