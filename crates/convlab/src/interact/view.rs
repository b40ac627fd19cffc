use super::answer::{Answer, Answers};
use super::host::{self, Request};
use super::printed::printed;
use crate::catch_panic::catch_panic_at;
use crate::display::{Displayed, emit, show_data, supports_live_output};
use crate::text::escaped;
use crate::{Error, Result};
use serde_json::{Value, json};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The MIME type that the labs' extension of JupyterLab shows.
const MIME: &str = "application/vnd.convlab.view+json";

/// Pictures are made beforehand for at most so many values, in so much time, and of so many bytes.
const MAX_FRAMES: usize = 30;
const MAX_TIME: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 4 << 20;

/// An answer with more bytes than this is not sent: a browser would stand still.
const MAX_ANSWER: usize = 32 << 20;

/// Runs in a page without a kernel.
const PAGE: &str = include_str!("page.js");

/// A figure that answers to the hand; a cell that ends with one shows it.
pub struct View {
    id: String,
    spec: Value,
    caption: String,
    still: Answers,
    is_live: bool,
    shown: Cell<Shown>,
}

/// How far a view has come on its way to the page.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    No,
    /// As text: so evcxr ends a cell whose last expression moves a variable, as these do.
    Text,
    Whole,
}

/// Runs the learner's `f`: what it returned and printed, or why it failed.
pub fn run<A: Answer>(f: impl FnOnce() -> A) -> Result<Answers, String> {
    let mut answers = Answers::default();
    let (result, output) = printed(|| catch_panic_at(|| f().add_to(&mut answers)));
    for line in output.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        answers.text(line);
    }
    match result {
        Ok(Ok(())) if answers.len() > MAX_ANSWER => {
            let (megabytes, most) = (answers.len() >> 20, MAX_ANSWER >> 20);
            Err(format!("The answer has {megabytes} MB, and a view shows at most {most}. Draw less."))
        }
        Ok(Ok(())) => Ok(answers),
        Ok(Err(error)) => Err(error),
        Err(stop) => {
            let location = stop.location.map(|location| format!(", {location}")).unwrap_or_default();
            Err(format!("Your function panicked{location}: {}", stop.message))
        }
    }
}

/// A function that fails for what the view would show first.
pub fn failed(what: &str, error: &str) -> Error {
    Error::new(
        format!("a function that returns something for {what}"),
        format!("this: {}", error.trim_end_matches('.')),
        "change the function and run the cell again",
    )
}

/// What `run` returns for all values of controls with so many positions, the last control's fastest, if that is few and
/// quickly done; a value for which it fails has its error.
pub fn frames(
    counts: &[usize],
    start: &[usize],
    still: &Answers,
    run: &mut impl FnMut(&[usize]) -> Result<Answers, String>,
) -> Option<Vec<Value>> {
    let count = counts.iter().try_fold(1_usize, |count, one| count.checked_mul(*one))?;
    if !(2..=MAX_FRAMES).contains(&count) {
        return None;
    }
    let (begin, mut bytes) = (Instant::now(), 0);
    (0..count)
        .map(|frame| {
            let indices = indices(frame, counts);
            let answers = if indices == start { Ok(still.clone()) } else { run(&indices) };
            bytes += answers.as_ref().map_or(0, Answers::len);
            let in_limits = begin.elapsed() < MAX_TIME && bytes < MAX_BYTES;
            in_limits.then(|| answers.map_or_else(|error| json!({"error": error}), |answers| answers.json()))
        })
        .collect()
}

/// The positions of the controls in one of the frames.
fn indices(frame: usize, counts: &[usize]) -> Vec<usize> {
    let mut rest = frame;
    let mut indices: Vec<_> = counts
        .iter()
        .rev()
        .map(|count| {
            let index = rest % count;
            rest /= count;
            index
        })
        .collect();
    indices.reverse();
    indices
}

/// A view of what `spec` describes to the page, registered where the kernel can reach it.
pub fn view(
    mut spec: Value,
    caption: &str,
    still: Answers,
    frames: Option<Vec<Value>>,
    mut answer: impl FnMut(Request) -> Result<Answers, String> + 'static,
) -> Result<View> {
    let id = new_id();
    let is_live = host::register(
        &id,
        Box::new(move |request| match answer(request) {
            Ok(answers) => json!({"answer": answers.json()}),
            Err(error) => json!({"error": error}),
        }),
    );
    spec["id"] = id.clone().into();
    spec["live"] = is_live.into();
    spec["still"] = still.json();
    spec["frames"] = frames.into();
    Ok(View { id, spec, caption: caption.to_owned(), still, is_live, shown: Cell::new(Shown::No) })
}

fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{now:x}-{:x}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

impl View {
    /// The view as it is shown where it cannot ask the kernel.
    fn html(&self) -> String {
        // Nothing in a script ends it but `</`.
        let spec = self.spec.to_string().replace('<', "\\u003c");
        let why = match (self.is_live, self.spec["frames"].is_array()) {
            (_, true) => "The pictures were made when the cell ran.",
            (true, false) => "It moves in JupyterLab as the labs start it, while its kernel runs.",
            (false, false) => {
                "It moves with the labs' own kernel only, in JupyterLab: start it with cargo lab."
            }
        };
        format!(
            "<div class=\"convlab-view\" id=\"convlab-view-{}\"><div>{}</div>\
             <p><em>A still picture, for {}. {why}</em></p>\
             <script type=\"application/json\">{spec}</script><script>{PAGE}</script></div>",
            self.id,
            self.still.still(),
            escaped(&self.caption),
        )
    }

    /// Shows the view here and now: a cell can show several, one below the other.
    pub fn show(&self) {
        if supports_live_output() {
            self.shown.set(Shown::Whole);
            show_data(json!({MIME: {"id": self.id}, "text/html": self.html(), "text/plain": self.text()}));
        } else {
            self.evcxr_display();
        }
    }

    /// What the view shows at first, as text.
    pub fn text(&self) -> String {
        format!("For {}:\n{}", self.caption, self.still.as_text())
    }
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shown.set(Shown::Text);
        f.write_str(&self.text())
    }
}

impl Displayed for View {
    fn evcxr_display(&self) {
        self.shown.set(Shown::Whole);
        emit(MIME, &json!({"id": self.id}).to_string());
        emit("text/html", &self.html());
        emit("text/plain", &self.text());
    }
}

/// A view that the cell has made and not shown is shown when it goes.
impl Drop for View {
    fn drop(&mut self) {
        let in_cell = std::env::var_os("EVCXR_IS_RUNTIME").is_some() && !std::thread::panicking();
        match self.shown.get() {
            Shown::No if in_cell => self.show(),
            Shown::Text if in_cell => self.evcxr_display(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_count_through_the_controls_the_last_fastest() {
        let all: Vec<_> = (0..6).map(|frame| indices(frame, &[2, 3])).collect();
        assert_eq!(all, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
    }

    #[test]
    fn thirty_values_have_frames_and_thirty_one_have_none() {
        let still = Answers::default();
        let mut run = |_: &[usize]| Ok(Answers::default());
        assert_eq!(frames(&[5, 6], &[0, 0], &still, &mut run).map(|frames| frames.len()), Some(30));
        assert_eq!(frames(&[31], &[0], &still, &mut run), None);
        assert_eq!(frames(&[usize::MAX, 3], &[0, 0], &still, &mut run), None);
    }

    #[test]
    fn frames_that_grow_too_large_are_left_out() {
        let mut run = |_: &[usize]| {
            let mut answers = Answers::default();
            answers.text("x".repeat(MAX_BYTES));
            Ok(answers)
        };
        assert_eq!(frames(&[3], &[0], &Answers::default(), &mut run), None);
    }

    #[test]
    fn a_panic_an_error_and_what_is_printed_are_shown() {
        let panicked = run(|| -> i64 { panic!("index 7") }).unwrap_err();
        assert_eq!(panicked, "Your function panicked: index 7");
        assert_eq!(run(|| Err::<i64, _>("no such thing")).unwrap_err(), "no such thing");
        assert_eq!(run(|| 7).unwrap().as_text(), "7");
    }

    #[test]
    fn what_a_view_holds_ends_no_script() {
        let mut still = Answers::default();
        still.text("</script><script>alert(1)</script>");
        let view = view(json!({"kind": "controls"}), "<b>", still, None, |_| Err(String::new())).unwrap();
        let html = view.html();
        assert_eq!(html.matches("</script>").count(), 2);
        assert!(!html.contains("<script>alert") && !html.contains("<b>"), "{html}");
    }
}
