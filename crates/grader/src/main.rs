//! Has the kernel run one learner's functions, in the sandbox where their code is; whoever calls it judges their values.
//!
//! `convlab-grader JOB`, where the file JOB holds `{"notebook": its path, "kernel": its program, "work":
//! where it runs, "load": the first cell, "labs": [{"lab", "given": [code], "exercises": [name]}],
//! "socket": where the judge listens, "seconds": for each exercise, "bytes": of memory for all, "isolated": whether
//! all other processes here are the learner's}`.
//!
//! It prints lines of JSON: first `{"lab", "exercises", "flags"}`, `{"no_notebook": why}` or `{"not_marked": why}`; then
//! for each exercise `{"exercise", "seconds"}`, with `"verdict"` and `"reason"` where the judge was not asked. None of
//! them is ever *right*: only the judge says so.

mod answers;
mod flags;
mod kernel;
mod limits;
mod mark;
mod notebook;

use serde_json::Value;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [job] = &args[..] else {
        eprintln!("usage: convlab-grader JOB");
        return ExitCode::FAILURE;
    };
    let text = std::fs::read_to_string(job).map_err(|error| error.to_string());
    let job = text.and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()));
    match job {
        Ok(job) => mark::mark(&job),
        Err(error) => {
            eprintln!("the job cannot be read: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
