use super::*;

/// The code that evcxr gets of a cell, in a notebook where `done` is a variable.
fn prepared(notebook: &Notebook, code: &str) -> String {
    notebook.prepare(code, |name| name == "done").unwrap().edited.code().to_owned()
}

fn run(notebook: &mut Notebook, code: &str) -> String {
    let prepared = notebook.prepare(code, |_| false).unwrap();
    let code = prepared.edited.code().to_owned();
    notebook.keep(prepared);
    code
}

#[test]
fn rust_that_looks_like_a_command_stays_rust_and_a_command_a_command() {
    let notebook = Notebook::default();
    for (code, wanted) in [
        ("!done", " !done"),
        ("!(1 > 2)", " !(1 > 2)"),
        ("!0u8 as i8", " !0u8 as i8"),
        ("::std::mem::size_of::<u64>()", "/**/::std::mem::size_of::<u64>()"),
        (":dep a = \"1\"\n\n// text\n!done", ":dep a = \"1\"\n\n// text\n !done"),
    ] {
        assert_eq!(prepared(&notebook, code), wanted);
    }
    for same in
        ["!echo from the shell", "!exit 3", "!ls -l", "!7z x a.7z", ":vars", ":nonsense", "done\n!done", ""]
    {
        assert_eq!(prepared(&notebook, same), same);
    }
}

#[test]
fn an_impl_gets_the_same_name_each_time_it_is_run_and_another_one_another() {
    let mut notebook = Notebook::default();
    let first = run(&mut notebook, "impl Speak for Cat { fn say(&self) {} }");
    assert!(first.starts_with("type ConvlabImpl") && first.ends_with("{ fn say(&self) {} }"), "{first}");
    let name = |code: &str| code.split(' ').nth(1).unwrap().to_owned();
    let changed = run(&mut notebook, "impl  std::Speak for Cat{ fn say(&self) { 1; } }");
    assert_eq!(name(&first), name(&changed));
    let other = run(&mut notebook, "impl Speak for Dog { fn say(&self) {} }");
    assert_ne!(name(&first), name(&other));
}

#[test]
fn an_own_impl_that_is_extended_takes_the_place_of_what_it_defines_anew_and_leaves_the_rest() {
    let mut notebook = Notebook::default();
    let first = run(&mut notebook, "impl Cat { fn a(&self) {} fn b(&self) {} }");
    let second = run(&mut notebook, "impl Cat { fn b(&self) { 2; } fn c(&self) {} }");
    let old = first.split(" impl").next().unwrap();
    assert!(second.starts_with(old), "{second}");
    assert!(second.contains("fn a(&self) {}") && !second.contains("fn b(&self) {}\n"), "{second}");
    let third = run(&mut notebook, "impl Cat { fn d(&self) {} }");
    assert!(third.starts_with("type ConvlabImpl") && !third.contains("fn a"), "{third}");
}

#[test]
fn an_impl_goes_with_the_type_of_its_cell() {
    let mut notebook = Notebook::default();
    run(&mut notebook, "struct Cat(i32);\nimpl Cat { fn a(&self) -> i32 { self.0 } }");
    let again = run(&mut notebook, "struct Cat;");
    assert!(again.starts_with("type ConvlabImpl") && again.ends_with("= (); \nstruct Cat;"), "{again}");
    assert_eq!(run(&mut notebook, "struct Cat;"), "struct Cat;");
}

#[test]
fn a_macro_is_found_wherever_evcxr_writes_it_and_stds_own_crates_are_stds() {
    let notebook = Notebook::default();
    assert_eq!(
        prepared(&notebook, "macro_rules! m { () => {} }"),
        "#[macro_export] macro_rules! m { () => {} }"
    );
    let own = "#[macro_export]\nmacro_rules! m { () => {} }";
    assert_eq!(prepared(&notebook, own), own);
    assert_eq!(
        prepared(&notebook, "extern crate alloc;\n1"),
        "mod convlab_alloc { pub extern crate alloc; } use convlab_alloc::alloc;\n1"
    );
}

#[test]
fn a_feature_is_refused_with_its_position_and_strict_lints_become_warnings() {
    let notebook = Notebook::default();
    let refused = notebook.prepare("\n#![feature(box_patterns)]\n1", |_| false).err().unwrap();
    assert!(refused.message.contains("stable") && refused.message.contains("What to do"));
    assert_eq!(refused.range, 1..26);
    assert_eq!(prepared(&notebook, "#![deny(warnings)]\n1"), "#![warn(warnings)]\n1");
    let allow = "#![allow(non_snake_case)]\n1";
    assert_eq!(prepared(&notebook, allow), allow);
}
