//! Where the table and the page go: never over anything else.

use super::{csv, html};
use common::{Error, Result};
use std::fs::{self, OpenOptions};
use std::path::Path;

/// Fails, before minutes go into it, if a file cannot be written or holds anything but what a marking has written.
pub fn check(csv: Option<&Path>, html: Option<&Path>) -> Result<()> {
    if let (Some(csv), Some(html)) = (csv, html)
        && std::path::absolute(csv).ok() == std::path::absolute(html).ok()
    {
        let what = format!("{} cannot be both the table and the page.", csv.display());
        return Err(Error::problem(what, "name a file for each"));
    }
    if let Some(path) = csv.filter(|path| holds_anything(path)) {
        csv::read(path)?;
    }
    if let Some(path) = html.filter(|path| holds_anything(path)) {
        let text = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
        if !text.starts_with(html::HEAD.as_bytes()) {
            let what = format!("{} is no page of `cargo lab grade`.", path.display());
            return Err(Error::problem(what, "name another file: this one stays as it is"));
        }
    }
    [csv, html].into_iter().flatten().try_for_each(can_be_written)
}

fn holds_anything(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() > 0)
}

/// Whether a file can be written; what is in it stays.
fn can_be_written(path: &Path) -> Result<()> {
    let is_new = !path.exists();
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map_err(|error| Error::file("write", path, &error))?;
    if is_new {
        fs::remove_file(path).map_err(|error| Error::file("remove", path, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_whether_a_table_can_be_written_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let [old, new, empty] = ["old.csv", "new.csv", "empty.csv"].map(|name| dir.path().join(name));
        csv::Csv::create(&old, &[]).unwrap();
        let table = fs::read_to_string(&old).unwrap();
        fs::write(&empty, "").unwrap();
        for path in [&old, &new, &empty] {
            check(Some(path), None).unwrap();
        }
        assert_eq!(fs::read_to_string(&old).unwrap(), table);
        assert!(!new.exists());
        let nowhere = dir.path().join("nowhere/marks.csv");
        assert!(check(Some(&nowhere), None).unwrap_err().what().contains("nowhere/marks.csv"));
    }

    #[test]
    fn neither_is_written_over_a_notebook_or_over_the_other() {
        let dir = tempfile::tempdir().unwrap();
        let [notebook, page, marks] = ["a.ipynb", "page.html", "marks"].map(|name| dir.path().join(name));
        fs::write(&notebook, "{\"cells\": []}").unwrap();
        fs::write(&page, html::page(&[])).unwrap();
        assert!(check(Some(&notebook), None).unwrap_err().what().contains("no table"));
        assert!(check(None, Some(&notebook)).unwrap_err().what().contains("no page"));
        assert!(check(Some(&page), None).is_err());
        check(None, Some(&page)).unwrap();
        assert!(check(Some(&marks), Some(&marks)).unwrap_err().what().contains("both"));
        assert_eq!(fs::read_to_string(&notebook).unwrap(), "{\"cells\": []}");
    }
}
