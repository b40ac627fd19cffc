//! The learner's copy, and the lecturer's: made once, never overwritten.

use super::{Lab, all, edition, edition::Edition};
use crate::files::whole_file;
use common::notebook::Notebook;
use common::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// What a folder of labs lacked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Labs that are new here.
    pub new: Vec<String>,
    /// Labs that are here, made of an older master.
    pub older: Vec<String>,
}

/// Puts the edition of every master that is not there yet into `to`, and the files that lie beside it, such as the one
/// for the record of what is done.
///
/// A file that is there is somebody's work and stays as it is.
pub fn sync(masters: &[Lab], edition: Edition, to: &Path) -> Result<SyncReport> {
    fs::create_dir_all(to).map_err(|error| Error::file("make the folder", to, &error))?;
    for (name, content) in edition.beside() {
        if !to.join(name).exists() || is_ours(&to.join(name), content) {
            whole_file(&to.join(name), content)?;
        }
    }
    let mut report = SyncReport::default();
    for master in masters {
        let target = target(master, to);
        let made = edition::of(master, edition)?;
        if !target.exists() {
            made.write(&target)?;
            report.new.push(master.name());
        } else if version_in(&target).as_deref() != edition::version(&made) {
            report.older.push(master.name());
        }
    }
    Ok(report)
}

/// Whether a file is an older version of `content` that nobody has changed: its first line says so.
fn is_ours(file: &Path, content: &str) -> bool {
    let mark = content.lines().next().unwrap_or_default();
    let found = fs::read_to_string(file).unwrap_or_default();
    mark.starts_with("/* Written by cargo lab") && found.starts_with(mark) && found != content
}

/// The notebook of `folder` to open first: the one in which cells were run last, else the first; `None` if there is none.
pub fn to_open(folder: &Path) -> Result<Option<String>> {
    let labs = all(folder)?;
    let changed = |lab: &&Lab| fs::metadata(&lab.path).and_then(|meta| meta.modified()).ok();
    let last =
        labs.iter().filter(|lab| lab.read().is_ok_and(|notebook| was_run(&notebook))).max_by_key(changed);
    let name = |lab: &Lab| lab.path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(last.or(labs.first()).and_then(name))
}

fn was_run(notebook: &Notebook) -> bool {
    notebook.cells().any(|cell| cell.json["execution_count"].is_number())
}

/// Puts a new copy of `master` into `to`; returns where the one that was there is kept, if anything was changed in it.
pub fn reset(master: &Lab, to: &Path) -> Result<Option<PathBuf>> {
    let target = target(master, to);
    let aside =
        (1..).map(|n| to.join(format!("{}-old-{n}.ipynb", master.name()))).find(|path| !path.exists());
    let made = edition::of(master, Edition::Learner)?;
    let is_changed = Notebook::read(&target).map_or(true, |found| found != made);
    let kept = aside.filter(|_| target.exists() && is_changed);
    if let Some(kept) = &kept {
        fs::rename(&target, kept).map_err(|error| Error::file("rename to", kept, &error))?;
    }
    fs::create_dir_all(to).map_err(|error| Error::file("make the folder", to, &error))?;
    made.write(&target)?;
    Ok(kept)
}

fn target(master: &Lab, to: &Path) -> PathBuf {
    to.join(master.path.file_name().unwrap_or_default())
}

fn version_in(path: &Path) -> Option<String> {
    edition::version(&Notebook::read(path).ok()?).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::record::Record;

    struct Course(tempfile::TempDir);

    impl Course {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn master(&self, name: &str, text: &str) -> Lab {
            let path = self.0.path().join(name);
            let cells = serde_json::json!([{"cell_type": "markdown", "id": "a", "source": text}]);
            fs::write(&path, serde_json::json!({"cells": cells}).to_string()).unwrap();
            Lab { path }
        }

        fn mine(&self, name: &str) -> PathBuf {
            self.0.path().join("my-labs").join(name)
        }

        fn sync(&self, masters: &[Lab]) -> SyncReport {
            sync(masters, Edition::Learner, &self.mine("")).unwrap()
        }
    }

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn new_labs_are_copied_and_a_learners_work_is_left_alone() {
        let course = Course::new();
        let first = course.master("00_welcome.ipynb", "one");
        assert_eq!(course.sync(std::slice::from_ref(&first)).new, ["00_welcome"]);
        fs::write(course.mine("00_welcome.ipynb"), "my answers").unwrap();
        fs::write(course.mine(Record::FILE), "sevens right\n").unwrap();
        let second = course.master("01_next.ipynb", "two");
        assert_eq!(course.sync(&[first, second]).new, ["01_next"]);
        assert_eq!(read(&course.mine("00_welcome.ipynb")), "my answers");
        assert_eq!(read(&course.mine(Record::FILE)), "sevens right\n");
    }

    #[test]
    fn a_lecturers_notebooks_come_with_the_look_of_their_slides_and_stay_as_they_are_too() {
        let course = Course::new();
        let master = [course.master("00_welcome.ipynb", "one")];
        let (lecture, sync) = (course.mine(""), |to: &Path| sync(&master, Edition::Lecture, to).unwrap());
        assert_eq!(sync(&lecture).new, ["00_welcome"]);
        let look = lecture.join("rise.css");
        assert!(look.exists() && !lecture.join(Record::FILE).exists());
        let current = read(&look);
        for (found, left) in [("my own".to_owned(), "my own"), (current.replace("vw", "px"), &current)] {
            fs::write(&look, found).unwrap();
            assert_eq!(sync(&lecture), SyncReport::default());
            assert_eq!(
                read(&look),
                left,
                "what we have written follows the course, what somebody wrote stays"
            );
        }
    }

    #[test]
    fn a_copy_of_an_older_master_is_named_and_a_current_one_with_answers_is_not() {
        let course = Course::new();
        let master = course.master("00_welcome.ipynb", "one");
        course.sync(std::slice::from_ref(&master));
        let copy = course.mine("00_welcome.ipynb");
        fs::write(&copy, read(&copy).replace("one", "my answer")).unwrap();
        assert_eq!(course.sync(std::slice::from_ref(&master)), SyncReport::default());
        let newer = course.master("00_welcome.ipynb", "one and a half");
        assert_eq!(course.sync(&[newer]).older, ["00_welcome"]);
        assert!(read(&copy).contains("my answer"));
    }

    #[test]
    fn what_is_opened_is_the_first_lab_and_later_the_one_in_which_cells_were_run_last() {
        let course = Course::new();
        assert!(fs::create_dir(course.mine("")).is_ok() && to_open(&course.mine("")).unwrap().is_none());
        let names = ["00_welcome.ipynb", "01_next.ipynb", "02_last.ipynb"];
        course.sync(&names.map(|name| course.master(name, "text")));
        let open = || to_open(&course.mine("")).unwrap().unwrap();
        assert_eq!(open(), "00_welcome.ipynb");
        let run = r#"{"cells": [{"cell_type": "code", "execution_count": 3, "source": "1"}]}"#;
        for (name, seconds) in [(names[1], 5), (names[2], 9)] {
            let path = course.mine(name);
            fs::write(&path, run).unwrap();
            let then = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
            fs::File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
        }
        assert_eq!(open(), "01_next.ipynb");
        fs::write(course.mine(names[1]), "half a file").unwrap();
        assert_eq!(open(), "02_last.ipynb");
    }

    #[test]
    fn a_reset_copies_the_master_and_keeps_every_older_copy() {
        let course = Course::new();
        let master = course.master("00_welcome.ipynb", "one");
        assert_eq!(reset(&master, &course.mine("")).unwrap(), None);
        for n in 1..=2 {
            fs::write(course.mine("00_welcome.ipynb"), format!("answers {n}")).unwrap();
            let kept = course.mine(&format!("00_welcome-old-{n}.ipynb"));
            assert_eq!(reset(&master, &course.mine("")).unwrap(), Some(kept));
        }
        assert_eq!(reset(&master, &course.mine("")).unwrap(), None, "nothing was changed");
        assert!(read(&course.mine("00_welcome.ipynb")).contains("one"));
        assert_eq!(read(&course.mine("00_welcome-old-1.ipynb")), "answers 1");
        assert_eq!(read(&course.mine("00_welcome-old-2.ipynb")), "answers 2");
    }
}
