//! Everything of evcxr, cargo and rustc that this kernel counts on and that a new release may change.
//!
//! evcxr writes code around each cell, and the kernel changes that code. Each text that it looks for there is an
//! [`Anchor`]: it has to stand there exactly once. [`prove`] finds them all in what evcxr has really written, when a
//! machine is prepared; after that a cell in which one is missing is not compiled but fails with its name.

use std::fmt;
use std::ops::Range;

/// The release that the anchors were read from; `Cargo.toml` pins the same.
pub const EVCXR: &str = env!("CONVLAB_EVCXR");

/// The program that this kernel puts in the place of cargo's, and the words with which evcxr and rust-analyzer call it.
pub mod cargo {
    /// Compiles a cell.
    pub const BUILD: &str = "build";
    /// Looks for errors in a cell whose types evcxr does not find.
    pub const CHECK: &str = "check";
    /// Calls that only query: what rust-analyzer reads of a workspace, and of the compiler.
    pub const QUERIES: [&str; 5] = ["metadata", "locate-project", "rustc", "-Z", "--version"];
    /// How evcxr looks for cargo, with rustup.
    pub const WHICH: &str = "which";
    /// The variables by which cargo's answers differ.
    pub const VARIABLES: [&str; 3] = ["RUSTFLAGS", "CARGO_TARGET_DIR", "RUSTC_WRAPPER"];
    /// The file that evcxr writes for it, and the option by which it names the system that cells are compiled for.
    pub const MANIFEST: &str = "Cargo.toml";
    pub const TARGET: &str = "--target";
    /// How the line begins in which evcxr's manifest has the level at which a cell is optimised.
    pub const OPT_LEVEL: &str = "\nopt-level = ";
    /// Where cargo says which package it compiles, and what that is called.
    pub const MANIFEST_DIR: &str = "CARGO_MANIFEST_DIR";
    pub const PACKAGE: &str = "CARGO_PKG_NAME";
}

/// How cargo calls rustc for a cell.
pub mod rustc {
    /// The file with the cell's code, in the folder that cargo works in.
    pub const SOURCE: &str = "src/lib.rs";
    pub const CRATE_TYPE: &str = "cdylib";
    pub const EMIT: &str = "--emit=dep-info,link";
    /// Below a toolchain, the sources of std.
    pub const STD_SOURCES: &str = "lib/rustlib/src/rust/library";
    /// Below a kernel's folder, the folder that stands for these: links to the crates whose types cells name.
    /// rust-analyzer reads all that lies there, and of std's own thousands of files a good part is the processors'
    /// instructions: the links spare each kernel a second.
    pub const SHOWN_STD_SOURCES: &str = "std-sources";
    /// Parts of the paths of code that is no cell's own.
    pub const FOREIGN_PATHS: [&str; 3] = ["/rustc/", "/rustlib/", "/registry/"];
}

/// What evcxr calls the crate that holds a cell.
pub const CELL_CRATE: &str = "ctx";

/// Names the file in which evcxr looks for the path of a cell's library.
pub const LIBRARY_PATH_FILE: &str = "EVCXR_EXECUTION_SO_PATH";

/// Marks the process that runs the learner's code.
pub const IS_RUNTIME: &str = "EVCXR_IS_RUNTIME";

/// What that process reads on stdin, before a library's path and a function's name, and what it writes after a cell.
pub const LOAD_AND_RUN: &str = "LOAD_AND_RUN ";
pub const EXECUTION_COMPLETE: &str = "EVCXR_EXECUTION_COMPLETE";

/// The line in which that process requests a line of standard input, as evcxr_input prints it, and the line with which
/// the kernel says that there is none.
pub const INPUT_REQUEST: &str = "EVCXR_INPUT_REQUEST:";
pub const END_OF_INPUT: &str = "\u{4}";

/// Where evcxr works, and where it finds its settings.
pub const WORK_FOLDER: &str = "EVCXR_TMPDIR";
pub const CONFIG_FOLDER: &str = "EVCXR_CONFIG_DIR";
pub const CONFIG_FILE: &str = "evcxr.toml";

/// Where rust-analyzer looks for the sources of std.
pub const STD_SOURCES: &str = "RUST_SRC_PATH";

/// What evcxr calls the time in which a cell itself runs.
pub const EXECUTION_PHASE: &str = "Execution";

/// The method that evcxr calls on a cell's last value; where there is none it shows the value in another way.
pub const DISPLAY: &str = "evcxr_display";

/// What evcxr returns where it finds nothing to show of a name.
pub const NOTHING_FOUND: &str = "No documentation found";

/// Part of the error after a cell whose output was no text.
pub const NO_TEXT: &str = "valid UTF-8";

/// How the lines begin, and how they go on, in which evcxr takes variables from its store and puts them back.
pub const VARIABLE_LINES: [(&str, &str); 3] = [
    ("vars_ok &= ", "evcxr_variable_store.check_variable::<"),
    ("let ", " = evcxr_variable_store.take_variable::<"),
    ("", "evcxr_variable_store.put_variable::<"),
];

/// The name of a cell's function, to which evcxr adds `_` and a number that it counts up.
pub const FUNCTION: &str = "run_user_code";

/// Names a folder in which our `cargo` keeps the code of each cell as evcxr wrote it, for [`prove`].
pub const KEEP_CODE: &str = "CONVLAB_KEEP_CODE";

/// A text in the code that evcxr writes around a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// What stands there, for people.
    name: &'static str,
    text: &'static str,
}

/// The head of the function that holds the cell.
pub const HEAD: Anchor = Anchor {
    name: "the head of the cell's function",
    text: "#[unsafe(no_mangle)]\npub extern \"C\" fn run_user_code_",
};

/// How that function begins: with kept variables, without, and where there is no code to run.
pub const BODY_WITH_VARIABLES: Anchor = Anchor {
    name: "the start of a cell with variables",
    text: "\nlet evcxr_variable_store = unsafe {&mut *evcxr_variable_store};",
};
pub const BODY_WITHOUT_VARIABLES: Anchor = Anchor {
    name: "the start of a cell without variables",
    text: "\nevcxr_variable_store: *mut u8) -> *mut u8 {",
};
pub const BODY_WITHOUT_CODE: Anchor = Anchor {
    name: "the function of a cell without code",
    text: "\nmut x: *mut std::os::raw::c_void) -> *mut std::os::raw::c_void {x}",
};

/// The module that every cell with variables holds.
pub const RUNTIME: Anchor =
    Anchor { name: "the module of kept variables", text: "\nmod evcxr_internal_runtime {\n" };

/// How a cell catches a panic of the learner's code, with kept variables and without.
pub const CATCHES: [Anchor; 2] = [
    Anchor {
        name: "the catching of a panic in a cell with variables",
        text: "\nmatch std::panic::catch_unwind(\n  std::panic::AssertUnwindSafe(||{\n",
    },
    Anchor {
        name: "the catching of a panic in a cell without variables",
        text: "\nif std::panic::catch_unwind(||{\n",
    },
];

/// What a cell does when it has caught a panic.
pub const PANIC: Anchor =
    Anchor { name: "the report of a panic", text: r#"println!("EVCXR_PANIC_NOTIFICATION");"# };

/// What it does when a kept variable has another type than it had.
pub const CHANGED_TYPE: Anchor = Anchor {
    name: "the report of a variable's changed type",
    text: r#"println!("{VARIABLE_CHANGED_TYPE}{name}");"#,
};

/// What a cell calls with the error that a `?` has met, what it does first, and what it does last.
pub const FROM: Anchor = Anchor { name: "the conversion of an error", text: "fn from(error: T)" };
pub const PRINT: Anchor = Anchor { name: "the printing of an error", text: "eprintln!(" };
pub const QUESTION_MARK: Anchor = Anchor {
    name: "the report of an error",
    text: r#"println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);"#,
};

/// An anchor that does not stand where it has to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    anchor: Anchor,
    count: usize,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { anchor: Anchor { name, text }, count } = self;
        write!(
            f,
            "expected {name} once in the code that evcxr {EVCXR} writes around a cell, but found it {count} times: `{}`.\n\
             What to do: run `cargo lab doctor`; if evcxr was updated, adapt crates/kernel/src/evcxr_contract.rs.",
            text.trim()
        )
    }
}

impl Anchor {
    /// Whether the text stands anywhere in the code.
    pub fn is_in(self, code: &str) -> bool {
        code.contains(self.text)
    }

    /// Where the text stands, the line end before it not counted.
    pub fn find(self, code: &str) -> Result<Range<usize>, Missing> {
        let mut found = code.match_indices(self.text);
        match (found.next(), found.next()) {
            (Some((start, _)), None) => {
                let line_end = self.text.len() - self.text.trim_start_matches('\n').len();
                Ok(start + line_end..start + self.text.len())
            }
            (first, second) => {
                let count = [first, second].iter().flatten().count() + found.count();
                Err(Missing { anchor: self, count })
            }
        }
    }

    /// The text, a call of `println!` with one string, as a call of another function with it.
    pub fn written(self, function: &str) -> String {
        self.text.replacen("println!", function, 1)
    }

    /// Where the text stands last.
    pub fn find_last(self, code: &str) -> Result<Range<usize>, Missing> {
        let start = code.rfind(self.text).ok_or(Missing { anchor: self, count: 0 })?;
        Ok(start..start + self.text.len())
    }
}

/// Finds every anchor in the code that evcxr has written for a cell that keeps a variable and has a `?`, and in that of
/// a cell with an expression alone.
pub fn prove(with_variables: &str, without: &str) -> Result<(), Missing> {
    for anchor in [HEAD, BODY_WITH_VARIABLES, RUNTIME, CHANGED_TYPE, CATCHES[0], PANIC, QUESTION_MARK] {
        anchor.find(with_variables)?;
    }
    let before = &with_variables[..QUESTION_MARK.find(with_variables)?.start];
    FROM.find_last(before)?;
    PRINT.find_last(before)?;
    for anchor in [HEAD, BODY_WITHOUT_VARIABLES, CATCHES[1], PANIC] {
        anchor.find(without)?;
    }
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// What evcxr 0.22.0 writes for a cell that keeps a variable and has a `?`.
    pub const WITH_VARIABLES: &str = r#"#![allow(unused_imports, unused_mut, dead_code)]
struct EvcxrUserCodeError {}
impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {
    fn from(error: T) -> Self {
        eprintln!("{}", error);
        println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);
        EvcxrUserCodeError {}
    }
}
mod evcxr_internal_runtime {
pub struct VariableStore {
}
println!("{VARIABLE_CHANGED_TYPE}{name}");
}
#[unsafe(no_mangle)]
pub extern "C" fn run_user_code_2(
mut evcxr_variable_store: *mut evcxr_internal_runtime::VariableStore)
  -> *mut evcxr_internal_runtime::VariableStore {
let evcxr_variable_store = unsafe {&mut *evcxr_variable_store};
match std::panic::catch_unwind(
  std::panic::AssertUnwindSafe(||{
let x = 1;
})) { 
  Ok(_) => {}
  Err(_) => {
    println!("EVCXR_PANIC_NOTIFICATION");
}}
evcxr_variable_store
}
"#;

    /// What it writes for a cell with an expression alone.
    pub const WITHOUT_VARIABLES: &str = r#"#![allow(unused_imports, unused_mut, dead_code)]
#[unsafe(no_mangle)]
pub extern "C" fn run_user_code_3(
evcxr_variable_store: *mut u8) -> *mut u8 {
if std::panic::catch_unwind(||{
println!("1");
}).is_err() {
    println!("EVCXR_PANIC_NOTIFICATION");
}
evcxr_variable_store
}
"#;

    #[test]
    fn every_anchor_stands_in_what_evcxr_writes() {
        assert_eq!(prove(WITH_VARIABLES, WITHOUT_VARIABLES), Ok(()));
    }

    #[test]
    fn a_word_that_evcxr_changes_is_named_with_its_anchor_and_what_to_do() {
        let changes = [
            ("run_user_code_2", "run_cell_2", "the head of the cell's function"),
            ("EVCXR_PANIC_NOTIFICATION", "EVCXR_PANIC", "the report of a panic"),
            ("fn from(error: T)", "fn from(err: T)", "the conversion of an error"),
            ("eprintln!(", "eprint!(", "the printing of an error"),
            ("USER_ERROR_OCCURRED", "ERROR_OCCURRED", "the report of an error"),
            ("mod evcxr_internal_runtime {", "mod evcxr_runtime {", "the module of kept variables"),
            ("unsafe {&mut *evcxr_variable_store}", "store", "the start of a cell with variables"),
            (
                "match std::panic::catch_unwind(",
                "match catch_unwind(",
                "the catching of a panic in a cell with variables",
            ),
        ];
        for (from, to, name) in changes {
            let missing =
                prove(&WITH_VARIABLES.replace(from, to), WITHOUT_VARIABLES).unwrap_err().to_string();
            assert!(
                missing.starts_with(&format!("expected {name} once in the code that evcxr {EVCXR}")),
                "{missing}"
            );
            assert!(missing.contains("0 times") && missing.contains("evcxr_contract.rs"), "{missing}");
        }
        let missing =
            prove(WITH_VARIABLES, &WITHOUT_VARIABLES.replace("*mut u8) ->", "*mut u16) ->")).unwrap_err();
        assert!(missing.to_string().contains("the start of a cell without variables"), "{missing}");
    }

    #[test]
    fn an_anchor_that_stands_twice_is_no_anchor() {
        let missing = PANIC.find(&WITH_VARIABLES.repeat(2)).unwrap_err();
        assert!(missing.to_string().contains("found it 2 times"), "{missing}");
    }
}
