//! The one thread that compiles and runs cells, one after the other.

use super::comm::{Comms, Views, is_comm};
use super::compile_notice::CompileNotice;
use super::history::History;
use super::interrupt::Interrupts;
use super::iopub::IoPub;
use super::output::{Contents, Outputs, Pump};
use super::stdin::Stdin;
use super::wire::Message;
use crate::errors::Source;
use crate::evcxr_contract::{END_OF_INPUT, EXECUTION_PHASE, NO_TEXT};
use crate::notebook::{Edited, End, Notebook, Prepared};
use crate::{lookup, symbolize};
use evcxr::{CommandContext, Error, EvalCallbacks, EvalOutputs};
use serde_json::{Value, json};
use std::collections::{HashSet, VecDeque};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// How the results begin in which a cell says why it stopped (`error_capture/`), and what such an error is called.
const REASONS: [(&str, &str); 3] = [
    ("■ The cell stopped at `?`: ", "Error"),
    ("■ The cell stopped in a panic: ", "Panic"),
    ("■ The cell stopped early: ", "Interrupted"),
];

/// The kind of result in which such a cell tells where, the innermost place first: `= ` and a line of its code, or an
/// address as `symbolize.rs` reads it.
const PLACES: &str = "application/x-convlab-places";

/// The crate that labs load.
const HELPER: &str = "convlab";

/// For so long a kernel waits for the first cell before it loads that crate for it.
const FIRST_CELL: Duration = Duration::from_millis(500);

/// A request's answer: the kind of message and its content.
pub type Reply = (Message, &'static str, Value);

/// The kind of message that answers what waits for the worker.
pub fn reply_to(request: &Message) -> &'static str {
    match request.kind() {
        "execute_request" => "execute_reply",
        "complete_request" => "complete_reply",
        _ => "inspect_reply",
    }
}

/// What the worker shares with the rest of the kernel.
pub struct Needs {
    pub iopub: IoPub,
    pub interrupts: Arc<Interrupts>,
    pub stdin: Stdin,
    pub history: Arc<Mutex<History>>,
}

pub struct Worker {
    context: CommandContext,
    pump: Pump,
    iopub: IoPub,
    interrupts: Arc<Interrupts>,
    stdin: Stdin,
    history: Arc<Mutex<History>>,
    views: Views,
    /// What came while evcxr was made ready.
    waiting: VecDeque<Message>,
    count: u64,
    /// The cells that were run, by their number.
    cells: Vec<(u64, String)>,
    notebook: Notebook,
}

impl Worker {
    /// Makes evcxr ready, which takes seconds: with the helper crate, unless cells wait that do not name it.
    pub fn new(needs: Needs, comms: Comms, requests: &Receiver<Message>) -> Result<Self, String> {
        let Needs { iopub, interrupts, stdin, history } = needs;
        let cannot = |error: std::io::Error| format!("the learner's output cannot be read: {error}");
        // Both before evcxr starts the process that inherits their other ends.
        let outputs = Outputs::make().map_err(cannot)?;
        let views = Views::new(comms, iopub.clone(), Arc::clone(&interrupts));
        let (mut context, lines, helper) = super::warm::context()?;
        let mut pump = Pump::start(outputs, lines, iopub.clone()).map_err(cannot)?;
        interrupts.watch(context.process_handle());
        // A client that runs a whole notebook sends its first cells now.
        let waiting: VecDeque<_> =
            requests.recv_timeout(FIRST_CELL).into_iter().chain(requests.try_iter()).collect();
        let cells = || waiting.iter().filter(|request| request.kind() == "execute_request");
        let is_needed = cells().count() == 0 || cells().any(|cell| cell.code().contains(HELPER));
        let helper = helper.filter(|_| is_needed);
        super::warm::up(&mut context, helper.as_deref());
        // What getting ready has printed is no cell's.
        pump.drain();
        Ok(Self {
            context,
            pump,
            iopub,
            interrupts,
            stdin,
            history,
            views,
            waiting,
            count: 0,
            cells: Vec::new(),
            notebook: Notebook::default(),
        })
    }

    /// Serves requests until no more can come.
    pub fn serve(mut self, requests: &Receiver<Message>, replies: &UnboundedSender<Reply>) {
        while let Some(request) = self.waiting.pop_front().or_else(|| requests.recv().ok()) {
            self.iopub.begin(&request);
            if is_comm(&request) {
                self.views.serve(&request);
                self.iopub.status(Some(&request), "idle");
                continue;
            }
            let kind = reply_to(&request);
            let content = match kind {
                "execute_reply" => self.execute(&request),
                "complete_reply" => self.complete(&request),
                _ => self.inspect(&request),
            };
            let failed = kind == "execute_reply" && content["status"] == "error";
            let stop = failed && request.flag("stop_on_error", true);
            // What waits already was sent before the error was seen, and is not run; what comes after the reply is.
            let aborted: Vec<_> =
                if stop { self.waiting.drain(..).chain(requests.try_iter()).collect() } else { Vec::new() };
            let _ = replies.send((request.clone(), kind, content));
            self.iopub.status(Some(&request), "idle");
            self.abort(aborted, replies);
        }
    }

    fn abort(&mut self, requests: Vec<Message>, replies: &UnboundedSender<Reply>) {
        for request in requests {
            self.iopub.begin(&request);
            if is_comm(&request) {
                self.views.serve(&request);
                self.iopub.status(Some(&request), "idle");
                continue;
            }
            let content = json!({"status": "aborted"});
            let _ = replies.send((request.clone(), reply_to(&request), content));
            self.iopub.status(Some(&request), "idle");
        }
    }

    fn execute(&mut self, request: &Message) -> Value {
        let silent = request.flag("silent", false);
        let (code, keep) = (request.code(), !silent && request.flag("store_history", true));
        if keep && !code.trim().is_empty() {
            self.count += 1;
            self.history.lock().unwrap_or_else(PoisonError::into_inner).add(self.count, code);
        }
        self.iopub.turn_to(request);
        self.iopub.silence(silent);
        self.iopub.input(&json!({"code": code, "execution_count": self.count}));
        self.cells.push((self.count, code.to_owned()));
        let content = match self.run(code, request) {
            Ok(ran) => {
                self.show(ran.contents);
                self.show_time(ran.whole, ran.own);
                json!({
                    "status": "ok", "execution_count": self.count, "payload": [],
                    "user_expressions": self.user_expressions(request), "convlab_seconds": ran.own.as_secs_f64(),
                })
            }
            Err(failure) => {
                self.show(failure.contents.clone());
                let mut content = failure.content();
                self.iopub.output("error", &content);
                content["status"] = "error".into();
                content["execution_count"] = self.count.into();
                content
            }
        };
        self.iopub.silence(false);
        content
    }

    /// Runs code and returns what it has put out as results, or why it failed.
    fn run(&mut self, code: &str, request: &Message) -> Result<Ran, Failure> {
        self.views.forget_interrupts();
        self.interrupts.begin();
        let before = self.variables();
        let prepared = match self.prepare(code) {
            Ok(prepared) => prepared,
            Err(failure) => {
                self.interrupts.end();
                return Err(failure);
            }
        };
        if prepared.restarts {
            self.restart();
        }
        let (stdin, interrupts) = (self.stdin.clone(), Arc::clone(&self.interrupts));
        let notice = CompileNotice::watch(&self.iopub);
        let result = self.context.execute_with_callbacks(
            prepared.edited.code(),
            &mut EvalCallbacks {
                input_reader: &|asked| {
                    let line =
                        stdin.line(request, &asked.prompt, asked.is_password, || interrupts.has_come());
                    line.unwrap_or_else(|| END_OF_INPUT.to_owned())
                },
            },
        );
        drop(notice);
        let interrupted = self.interrupts.end();
        let printed = self.pump.drain();
        let edited = prepared.edited.clone();
        if result.is_ok() {
            self.notebook.keep(prepared);
        }
        let killed = matches!(result, Err(Error::SubprocessTerminated(_)));
        let outcome = match result {
            Ok(outputs) => match stopped(&outputs, &self.cells) {
                Some(failure) => Err(failure),
                None if interrupted => {
                    let failure =
                        Failure::interrupted("The cell was interrupted. What it had bound is kept.");
                    Err(Failure { contents: printed, ..failure })
                }
                None => Ok(Ran::new(outputs, printed)),
            },
            Err(Error::SubprocessTerminated(_)) if interrupted => {
                Err(Failure::interrupted("The cell was ended: all variables are gone. Run the cells again."))
            }
            Err(Error::SubprocessTerminated(message)) => Err(Failure::new("Kernel", &gone(&message))),
            Err(_) if interrupted => Err(Failure::interrupted(
                "The cell was interrupted while it was compiled: nothing of it has run.",
            )),
            Err(error) => Err(self.compiler_failure(&error, &edited)),
        };
        let end = match &outcome {
            Ok(_) => End::Ran,
            Err(_) if killed => End::Killed,
            Err(_) => End::Failed,
        };
        let after = self.variables();
        self.notebook.history.add(self.count, code, [&before, &after], end);
        outcome
    }

    /// What the client wants to know beside what the cell shows: each expression by its name.
    fn user_expressions(&mut self, request: &Message) -> Value {
        let wanted = request.content["user_expressions"].as_object().cloned().unwrap_or_default();
        self.iopub.silence(true);
        let answer = wanted.into_iter().map(|(name, expression)| {
            let answer = match self.run(expression.as_str().unwrap_or_default(), request) {
                Ok(ran) => json!({"status": "ok", "data": data(ran.contents), "metadata": {}}),
                Err(failure) => {
                    let mut content = failure.content();
                    content["status"] = "error".into();
                    content
                }
            };
            (name, answer)
        });
        Value::Object(answer.collect())
    }

    fn show(&self, contents: Contents) {
        if !contents.is_empty() {
            let result = json!({"execution_count": self.count, "data": data(contents), "metadata": {}});
            self.iopub.output("execute_result", &result);
        }
    }

    /// How long a cell has taken, as `:timing` wants it.
    fn show_time(&self, whole: Option<Duration>, own: Duration) {
        if let Some(whole) = whole {
            let (whole, own) = (whole.as_millis(), own.as_millis());
            let text =
                format!("Took {whole} ms: {} ms to compile, {own} ms to run.", whole.saturating_sub(own));
            let content = json!({"data": {"text/plain": text}, "metadata": {}, "transient": {}});
            self.iopub.output("display_data", &content);
        }
    }

    /// What the compiler, or evcxr itself, objects to.
    fn compiler_failure(&mut self, error: &Error, edited: &Edited) -> Failure {
        let Error::CompilationErrors(errors) = error else {
            let message = error.to_string();
            if !message.contains(NO_TEXT) {
                return Failure::new("Error", &crate::errors::plain(&message));
            }
            // The rest of the cell's output would be taken for that of the next.
            self.restart();
            let message =
                "The cell printed bytes that are no text (UTF-8). It was ended: all variables are gone.";
            return Failure::new("Kernel", message);
        };
        let at = Source {
            cells: &self.cells,
            edited,
            variables: self.variables(),
            history: &self.notebook.history,
        };
        let report = crate::errors::report(errors, &at);
        Failure { name: "Error", message: report.message, trace: report.lines, contents: Contents::new() }
    }

    /// The names of the notebook's variables.
    fn variables(&self) -> HashSet<String> {
        self.context.variables_and_types().map(|(name, _)| name.to_owned()).collect()
    }

    /// Makes a cell fit for evcxr, or says why it is refused.
    fn prepare(&self, code: &str) -> Result<Prepared, Failure> {
        let variables = self.context.variables_and_types().map(|(name, _)| name);
        let names: HashSet<&str> = variables.chain(self.context.defined_item_names()).collect();
        self.notebook.prepare(code, |name| names.contains(name)).map_err(|refused| {
            let report = crate::errors::refused(&refused, code, self.count);
            Failure { name: "Error", message: refused.message, trace: report, contents: Contents::new() }
        })
    }

    /// Ends the learner's process. evcxr notices with the next code, begins anew and forgets the variables; its own
    /// `:restart` would keep their names.
    fn restart(&mut self) {
        self.interrupts.kill();
        let _ = self.context.execute("();");
    }

    fn complete(&mut self, request: &Message) -> Value {
        let code = request.code();
        let characters = |at: usize| code.get(..at).map_or(0, |before| before.chars().count());
        let found = lookup::complete(&mut self.context, code, request.cursor());
        let (start, end) = (characters(found.range.start), characters(found.range.end));
        let types = found.found.iter().map(
            |one| json!({"text": one.text, "type": one.kind, "signature": one.signature, "start": start, "end": end}),
        );
        json!({
            "status": "ok", "cursor_start": start, "cursor_end": end,
            "matches": found.found.iter().map(|one| &one.text).collect::<Vec<_>>(),
            "metadata": {"_jupyter_types_experimental": types.collect::<Vec<_>>()},
        })
    }

    fn inspect(&mut self, request: &Message) -> Value {
        match lookup::inspect(&mut self.context, request.code(), request.cursor()) {
            Some(shown) => json!({
                "status": "ok", "found": true, "metadata": {},
                "data": {"text/plain": shown.plain, "text/html": shown.html},
            }),
            None => json!({"status": "ok", "found": false, "data": {}, "metadata": {}}),
        }
    }
}

/// What a cell that has run to its end has put out.
struct Ran {
    contents: Contents,
    /// How long the cell itself took.
    own: Duration,
    /// How long it took to compile and to run, where the learner wants to know.
    whole: Option<Duration>,
}

impl Ran {
    /// A cell prints its results; those of commands come from evcxr.
    fn new(outputs: EvalOutputs, printed: Contents) -> Self {
        let phases = outputs.phases.iter().filter(|phase| phase.name == EXECUTION_PHASE);
        let own = phases.map(|phase| phase.duration).sum();
        let mut contents: Contents = outputs.content_by_mime_type.into_iter().collect();
        contents.extend(printed);
        Self { contents, own, whole: outputs.timing }
    }
}

/// Results as Jupyter wants them: JSON as such, anything else as text.
fn data(contents: Contents) -> Value {
    let data = contents.into_iter().map(|(mime, text)| {
        let json = mime.contains("json").then(|| serde_json::from_str(&text).ok()).flatten();
        (mime, json.unwrap_or(Value::String(text)))
    });
    Value::Object(data.collect())
}

/// Why a cell failed, and what it has put out before.
struct Failure {
    name: &'static str,
    message: String,
    trace: Vec<String>,
    contents: Contents,
}

impl Failure {
    fn new(name: &'static str, message: &str) -> Self {
        Self {
            name,
            message: message.to_owned(),
            trace: message.lines().map(str::to_owned).collect(),
            contents: Contents::new(),
        }
    }

    fn interrupted(message: &str) -> Self {
        Self::new("Interrupted", message)
    }

    fn content(&self) -> Value {
        json!({"ename": self.name, "evalue": self.message, "traceback": self.trace})
    }
}

/// The failure of a cell that says in its result why it stopped.
fn stopped(outputs: &EvalOutputs, cells: &[(u64, String)]) -> Option<Failure> {
    let text = outputs.content_by_mime_type.get("text/plain")?;
    let (name, message) =
        REASONS.iter().find_map(|(start, name)| Some((*name, text.strip_prefix(start)?)))?;
    let places = outputs.content_by_mime_type.get(PLACES).map_or("", String::as_str);
    let lines = match places.strip_prefix("= ") {
        Some(line) => vec![crate::interrupt_check::without_checks(line)],
        None => symbolize::of(places.lines()),
    };
    let mut text = text.clone();
    if name == "Interrupted" {
        text.push_str(". All variables from before this cell are kept; what it had bound is not.");
    }
    let trace = text.lines().map(str::to_owned).chain(trace(&lines, cells)).collect();
    Some(Failure { name, message: message.to_owned(), trace, contents: Contents::new() })
}

/// Where the learner has written these lines: in the last cell that has them. What evcxr wrote is in none.
fn trace(lines: &[String], cells: &[(u64, String)]) -> Vec<String> {
    let place = |line: &String| {
        cells.iter().rev().find_map(|(count, code)| {
            let index = code.lines().position(|own| own.trim() == *line)?;
            Some(format!("  in cell [{count}], line {}:  {line}", index + 1))
        })
    };
    let mut places: Vec<_> = lines.iter().filter(|line| line.len() > 1).filter_map(place).collect();
    places.dedup();
    places
}

fn gone(message: &str) -> String {
    format!("The cell ended its own process: all variables are gone. {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_names_the_learners_own_lines_where_they_were_run_last() {
        let cells = [
            (1, "fn twice(x: &Tensor) -> Tensor {\n    x.matmul(x)\n}".to_owned()),
            (2, "let a = twice(&b);".to_owned()),
            (7, "let c = 1;\nlet a = twice(&b);".to_owned()),
        ];
        let lines =
            ["x.matmul(x)", "let a = twice(&b);", "let a = twice(&b);", "}", "match catch_unwind(|| {"];
        let message = ["  in cell [1], line 2:  x.matmul(x)", "  in cell [7], line 2:  let a = twice(&b);"];
        assert_eq!(trace(&lines.map(str::to_owned), &cells), message);
        assert!(trace(&[], &cells).is_empty());
    }
}
