//! What an argument names wrongly is said before anything is prepared, with the argument to change.
#![cfg(unix)]

mod common;

use common::{BareMachine, said};
use std::fs;

#[test]
fn a_wrong_folder_is_named_with_its_argument_before_anything_is_made_and_no_other_cache_is_advised() {
    let machine = BareMachine::new();
    let mine = machine.path("programs/letter.txt");
    fs::write(&mine, "mine").unwrap();
    let [file, below, nowhere] = ["letter.txt", "letter.txt/x", "nowhere"]
        .map(|name| machine.path("programs").join(name).to_str().unwrap().to_owned());
    for (words, remedy) in [
        (vec!["--folder", &nowhere], "leave out --folder"),
        (vec!["--folder", &file], "leave out --folder"),
        (vec!["bundle", &file], "cargo lab bundle DIR"),
        (vec!["bundle", &below], "cargo lab bundle DIR"),
        (vec!["release", "--edition", "learner", &file], "cargo lab release --edition learner DIR"),
        (vec!["release", "--edition", "solution", &below], "cargo lab release --edition solution DIR"),
        (vec!["kernel", "install", "--prefix", &file], "cargo lab kernel install --prefix DIR"),
    ] {
        let output = machine.lab(&words).output().unwrap();
        let printed = said(&output);
        assert!(!output.status.success() && printed.contains("programs/"), "{words:?}: {printed}");
        assert!(printed.contains(remedy) && !printed.contains("CONVLAB_CACHE"), "{words:?}: {printed}");
        assert!(!printed.contains("Cannot remove"), "{words:?}: {printed}");
    }
    assert!(machine.is_untouched());
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
}

#[test]
fn the_help_of_clean_names_the_folder_that_goes_and_the_other_checkouts() {
    let machine = BareMachine::new();
    let printed = said(&machine.lab(&["clean", "--help"]).output().unwrap());
    assert!(printed.contains(&machine.path("cache").display().to_string()), "{printed}");
    assert!(printed.contains("Every checkout"), "{printed}");
}
