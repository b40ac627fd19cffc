//! `cargo lab grade` on notebooks that are good, half done, bad and hostile, in real kernels.
//!
//! `CONVLAB_THOROUGH=1` marks all of them, twice; without it those that matter most are marked once.
#![cfg(unix)]

mod common;

use common::{lab, said};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the learner did in lab 00, and the verdict of its one exercise; the first ones are always marked.
const ANSWERS: [(&str, &str, &str); 17] = [
    ("panics", PANICS, "stopped"),
    ("loops", "fn sevens() -> Tensor {\n    loop {}\n}", "stopped"),
    ("exits", "fn sevens() -> Tensor {\n    std::process::exit(3)\n}", "stopped"),
    ("prints", "fn sevens() -> Tensor {\n    loop { println!(\"{}\", \"x\".repeat(500)) }\n}", "stopped"),
    ("bad-type", "fn sevens() -> Tensor {\n    7\n}", "does not compile"),
    ("apart", APART, "right"),
    ("own-check", OWN_CHECK, "wrong"),
    ("fake-verdict", FAKE, "wrong"),
    ("leaves-process", LEAVES, "right"),
    ("good", "fn sevens() -> Tensor { Tensor::full([2, 5], 7, (Kind::Float, Device::Cpu)) }", "right"),
    ("starter", "fn sevens() -> Tensor {\n    todo!()\n}", "not attempted"),
    ("shape", "fn sevens() -> Tensor { Tensor::full([5, 2], 7, (Kind::Float, Device::Cpu)) }", "wrong"),
    ("value", "fn sevens() -> Tensor { Tensor::full([2, 5], 8, (Kind::Float, Device::Cpu)) }", "wrong"),
    ("open-brace", "fn sevens() -> Tensor {\n    if true { Tensor::new()\n}", "does not compile"),
    (
        "memory",
        "fn sevens() -> Tensor {\n    let v = vec![1u8; 30 << 30]; Tensor::from_slice(&v)\n}",
        "stopped",
    ),
    ("kills", KILLS, "stopped"),
    (
        "unknown-dep",
        ":dep nowhere = \"1\"\nfn sevens() -> Tensor { Tensor::full([2, 5], 7, (Kind::Float, Device::Cpu)) }",
        "right",
    ),
];

/// How many of [`ANSWERS`] are marked where nobody asks for all.
const FEW: usize = 9;

/// Right only where nothing but loopback can be reached, and no file of others can be changed.
const APART: &str = "fn sevens() -> Tensor {
    let listener = std::net::TcpListener::bind(\"127.0.0.1:0\").unwrap();
    std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let outside = std::net::UdpSocket::bind(\"0.0.0.0:0\").unwrap();
    assert!(outside.connect(\"192.0.2.1:9\").is_err());
    for place in [std::env::var(\"CONVLAB_CACHE\"), Ok(\"/usr\".to_owned()), Ok(\"/convlab-job\".to_owned())] {
        let file = format!(\"{}/from-a-learner\", place.unwrap());
        assert!(std::fs::write(&file, \"\").is_err(), \"{file}\");
    }
    std::fs::write(\"notes\", \"\").unwrap();
    Tensor::full([2, 5], 7, (Kind::Float, Device::Cpu))
}";

/// Stops inside tch, whose own code knows no line of the learner's.
const PANICS: &str = "fn sevens() -> Tensor {
    let x = Tensor::zeros([2, 5], (Kind::Float, Device::Cpu));
    x.get(100)
}";

const OWN_CHECK: &str = "mod check { pub fn sevens<T>(_: T) -> &'static str { \"✔ right\" } }
fn sevens() -> Tensor { Tensor::new() }";

const FAKE: &str = r#"fn sevens() -> Tensor {
    println!("EVCXR_BEGIN_CONTENT application/vnd.convlab.verdict+json");
    println!("{{\"exercise\": \"sevens\", \"verdict\": \"right\", \"reason\": \"\"}}\nEVCXR_END_CONTENT");
    Tensor::new()
}"#;

const LEAVES: &str = "fn sevens() -> Tensor {
    std::process::Command::new(\"setsid\").args([\"sleep\", \"98765\"]).spawn().unwrap();
    Tensor::full([2, 5], 7, (Kind::Float, Device::Cpu))
}";

const KILLS: &str = "fn sevens() -> Tensor {
    let kernel = std::os::unix::process::parent_id().to_string();
    std::process::Command::new(\"kill\").args([\"-9\", &kernel]).status().unwrap();
    loop {}
}";

const GOOD: &str = "fn sevens() -> Tensor { Tensor::full([2, 5], 7, (Kind::Float, Device::Cpu)) }";

/// Files to mark, and the verdict of each exercise in each.
#[derive(Default)]
struct Class {
    files: Vec<PathBuf>,
    expected: BTreeMap<(String, String), String>,
}

impl Class {
    fn add(&mut self, path: PathBuf, content: &str, verdicts: &[(&str, &str)]) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        fs::write(&path, content).unwrap();
        self.files.push(path);
        for (exercise, verdict) in verdicts {
            self.expected.insert((name.clone(), (*exercise).to_owned()), (*verdict).to_owned());
        }
    }
}

fn edition(folder: &Path, name: &str, lab_name: &str) -> Value {
    let out = folder.join(name);
    if !out.exists() {
        let output = lab(&["release", "--edition", name]).arg(&out).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    let mut notebooks = fs::read_dir(out).unwrap().flatten().map(|entry| entry.path());
    let path =
        notebooks.find(|path| path.file_name().unwrap().to_string_lossy().starts_with(lab_name)).unwrap();
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn cell<'a>(notebook: &'a mut Value, id: &str) -> &'a mut Value {
    notebook["cells"].as_array_mut().unwrap().iter_mut().find(|cell| cell["id"] == id).unwrap()
}

fn code(id: &str, source: &str) -> Value {
    json!({"cell_type": "code", "id": id, "source": source, "metadata": {}, "outputs": [], "execution_count": null})
}

/// Lab 00 with the answer in its place.
fn answered(folder: &Path, answer: &str) -> Value {
    let mut notebook = edition(folder, "learner", "00");
    cell(&mut notebook, "sevens")["source"] = json!(answer);
    notebook
}

/// Lab 00 with its cells changed as learners change them.
fn rearranged(folder: &Path) -> Vec<(&'static str, Value, &'static str)> {
    let change = |answer: &str, change: &dyn Fn(&mut Vec<Value>)| {
        let mut notebook = answered(folder, answer);
        change(notebook["cells"].as_array_mut().unwrap());
        notebook
    };
    let todo = "fn sevens() -> Tensor {\n    todo!()\n}";
    let moved = change(GOOD, &|cells| {
        let at = cells.iter().position(|cell| cell["id"] == "sevens").unwrap();
        let cell = cells.remove(at);
        cells.insert(0, cell);
    });
    let copied = change(todo, &|cells| cells.insert(2, code("0ff1ce", GOOD)));
    let split = change("// My first try:", &|cells| cells.push(code("0ff1ce", GOOD)));
    let helped = change("fn sevens() -> Tensor { full(7) }", &|cells| {
        cells.push(code(
            "0ff1ce",
            "let n = 7;\nfn full(n: i64) -> Tensor { Tensor::full([2, 5], n, (Kind::Float, Device::Cpu)) }",
        ));
    });
    let loops = change(GOOD, &|cells| cells.insert(1, code("0ff1ce", "loop {}")));
    let faked = change("fn sevens() -> Tensor { Tensor::new() }", &|cells| {
        let check = cells.iter_mut().find(|cell| cell["id"] == "check-sevens").unwrap();
        check["source"] = json!("\"✔ right\"");
    });
    vec![
        ("split", split, "right"),
        ("copied", copied, "right"),
        ("moved", moved, "right"),
        ("helped", helped, "right"),
        ("loops-elsewhere", loops, "right"),
        ("faked-check", faked, "wrong"),
    ]
}

/// The verdicts of lab 00, of which only one exercise was tried.
fn of_lab_00(sevens: &'static str) -> [(&'static str, &'static str); 4] {
    let none = "not attempted";
    [("half", none), ("sum_of_squares", none), ("sevens", sevens), ("with_negative", none)]
}

/// Lab 02 done in full, by half and badly, and with one exercise that loops among others that do not.
fn of_lab_02(folder: &Path) -> Vec<(&'static str, Value, [&'static str; 7])> {
    let good = edition(folder, "solution", "02");
    let mut half = edition(folder, "learner", "02");
    for id in ["output_shape", "corr2d", "equal_start"] {
        *cell(&mut half, id) = cell(&mut good.clone(), id).clone();
    }
    let mut bad = good.clone();
    let mut mixed = good.clone();
    for (id, source) in [
        ("output_shape", "fn output_shape() -> &'static [i64] { &[3, 2, 2, 2] }"),
        ("first_value", "fn first_value() -> f64 { -3.9 }"),
        ("corr2d", "fn corr2d(x: &Tensor, _: &Tensor) -> Tensor { x.shallow_clone() }"),
        ("layer_parameters", "fn layer_parameters() -> i64 { 200 }"),
        ("equal_start", "fn equal_start() -> char { 'a' }"),
        ("learned_kernel", "fn learned_kernel(x: &Tensor, _: &Tensor) -> Tensor { x.i((0, 0, ..3, ..3)) }"),
    ] {
        cell(&mut bad, id)["source"] = json!(source);
    }
    cell(&mut mixed, "first_value")["source"] = json!("fn first_value() -> f64 { loop {} }");
    cell(&mut mixed, "corr2d")["source"] = json!("fn corr2d(x: &Tensor) -> Tensor { x.shallow_clone() }");
    vec![
        (
            "half02",
            half,
            ["right", "not attempted", "right", "not attempted", "not attempted", "right", "not attempted"],
        ),
        ("good02", good, ["right"; 7]),
        ("bad02", bad, ["wrong"; 7]),
        (
            "mixed02",
            mixed,
            ["right", "stopped", "does not compile", "does not compile", "right", "right", "right"],
        ),
    ]
}

fn class(folder: &Path, all: bool) -> Class {
    let mut class = Class::default();
    let take = |n: usize, few: usize| if all { n } else { few };
    for (name, answer, verdict) in &ANSWERS[..take(ANSWERS.len(), FEW)] {
        let notebook = answered(folder, answer).to_string();
        class.add(folder.join(format!("{name}.ipynb")), &notebook, &of_lab_00(verdict));
    }
    for (name, notebook, verdict) in rearranged(folder).into_iter().take(take(6, 2)) {
        class.add(folder.join(format!("{name}.ipynb")), &notebook.to_string(), &of_lab_00(verdict));
    }
    let exercises = [
        "output_shape",
        "first_value",
        "corr2d",
        "filter_map",
        "layer_parameters",
        "equal_start",
        "learned_kernel",
    ];
    for (name, notebook, verdicts) in of_lab_02(folder).into_iter().take(take(4, 1)) {
        let verdicts: Vec<_> = exercises.into_iter().zip(verdicts).collect();
        class.add(folder.join(format!("{name}.ipynb")), &notebook.to_string(), &verdicts);
    }
    for (name, content) in [("picture.ipynb", "%PDF-1.7"), ("empty.ipynb", ""), ("no-cells.ipynb", "{}")] {
        class.add(folder.join(name), content, &[("-", "no notebook")]);
    }
    class
}

/// The verdict of each exercise of each file, as the CSV has it.
fn marked(csv: &str) -> BTreeMap<(String, String), String> {
    let rows = csv.lines().skip(1).map(|line| line.splitn(5, ',').collect::<Vec<_>>());
    let name = |path: &str| Path::new(path).file_name().unwrap().to_string_lossy().into_owned();
    rows.map(|row| ((name(row[0]), row[2].to_owned()), row[3].to_owned())).collect()
}

#[test]
fn a_class_of_good_half_done_and_hostile_notebooks_gets_the_marks_it_deserves() {
    if std::env::var_os("CONVLAB_PREPARED").is_none() {
        println!("skipped: not prepared");
        return;
    }
    let thorough = std::env::var_os("CONVLAB_THOROUGH").is_some();
    let dir = tempfile::tempdir().unwrap();
    let class = class(dir.path(), thorough);
    assert!(!thorough || class.files.len() == 30, "{}", class.files.len());
    let csv = dir.path().join("marks.csv");
    for _ in 0..if thorough { 2 } else { 1 } {
        let mut grade = lab(&["grade", "--seconds", "20", "--csv"]);
        let output = grade.arg(&csv).args(&class.files).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        println!("{}", said(&output));
        let marks = fs::read_to_string(&csv).unwrap();
        assert_eq!(marked(&marks), class.expected, "{}", said(&output));
        let panics = marks.lines().find(|line| line.contains("panics.ipynb")).unwrap();
        assert!(panics.contains("in the line `x.get(100)`"), "{panics}");
        assert_eq!(left_over(), [""; 0]);
    }
}

/// What the marking has started, and its folders, if any of it is still there.
fn left_over() -> Vec<String> {
    let message = Command::new("ps").args(["-eo", "args="]).output().unwrap();
    let message = String::from_utf8_lossy(&message.stdout).into_owned();
    let mut found: Vec<_> =
        message.lines().filter(|line| line.contains("sleep 98765")).map(ToOwned::to_owned).collect();
    let environment = said(&lab(&["env"]).output().unwrap());
    let kernels = environment.lines().find_map(|line| line.strip_prefix("export CONVLAB_KERNELS=")).unwrap();
    let marking = Path::new(kernels.trim_matches('\'')).with_file_name("marking");
    found.extend(marking.exists().then(|| marking.display().to_string()));
    found
}

#[test]
fn a_table_that_cannot_be_written_is_reported_before_anything_is_marked() {
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("nowhere/marks.csv");
    let mut grade = lab(&["grade", "--csv"]);
    let output =
        grade.arg(&csv).arg("some.ipynb").env("CONVLAB_CACHE", dir.path().join("cache")).output().unwrap();
    let message = said(&output);
    assert!(!output.status.success() && message.contains("nowhere/marks.csv"), "{message}");
    assert!(!dir.path().join("cache").exists());
}
