//! Files and folders that are written whole or not at all.

use common::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the whole file or nothing.
pub fn whole_file(path: &Path, text: &str) -> Result<()> {
    common::files::write(path, text).map_err(|error| Error::file("write", path, &error))
}

/// Makes `folder` by `make`, which fills a folder beside it that takes its name only when it is whole.
///
/// What `folder` was before is there until then. The folder beside it is this process's own: what an interrupted
/// one started may still be writing to that of its own.
pub fn whole_folder(folder: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let (partial, old) = (beside(folder, "partial"), beside(folder, "old"));
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(|error| Error::file("make the folder", parent, &error))?;
    }
    remove(&partial)?;
    fs::create_dir_all(&partial).map_err(|error| Error::file("make the folder", &partial, &error))?;
    if let Err(failure) = make(&partial) {
        remove(&partial)?;
        return Err(failure);
    }
    let rename =
        |from: &Path, to: &Path| fs::rename(from, to).map_err(|error| Error::file("rename to", to, &error));
    if folder.exists() {
        rename(folder, &old)?;
    }
    rename(&partial, folder)?;
    remove(&old)
}

/// Removes a folder with all that is in it; one that is not there is no failure.
pub fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("remove", folder, &error))
        }
        _ => Ok(()),
    }
}

/// The folder beside `folder` that this process makes or takes away: `NAME.WHAT-PID`.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{name}.{what}-{}", std::process::id()))
}

/// Whether a making that was interrupted has left this folder.
pub fn is_partial(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let process = [".partial-", ".old-"].iter().find_map(|mark| Some(name.rsplit_once(mark)?.1.to_owned()));
    process.is_some_and(|process| process.parse::<u32>().is_ok())
}

/// Whether `folder`, which an argument of a command names, is a folder or can be made; `usage` is the command with that
/// argument, such as `cargo lab bundle DIR`.
pub fn folder_argument(usage: &str, folder: &Path) -> Result<()> {
    let folder = std::path::absolute(folder).map_err(|error| Error::file("find", folder, &error))?;
    let Some(file) = folder.ancestors().find(|above| above.exists()).filter(|above| !above.is_dir()) else {
        return Ok(());
    };
    let what = if file == folder {
        format!("{} is a file, where a folder is wanted.", folder.display())
    } else {
        format!("There can be no folder {}: {} is a file.", folder.display(), file.display())
    };
    Err(Error::problem(what, format!("name another folder: {usage}")))
}

/// As [`folder_argument`], for a folder that is to be filled: whatever lies in it already may be somebody's work.
pub fn new_folder_argument(usage: &str, folder: &Path) -> Result<()> {
    folder_argument(usage, folder)?;
    if !folder.exists() {
        return Ok(());
    }
    let found = match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => return Ok(()),
        Ok(false) => "is not empty".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    };
    let what = format!("{} is there already and {found}.", folder.display());
    Err(Error::problem(what, format!("name a folder that is empty or not there yet: {usage}")))
}

/// The whole path without links and detours; of what is not there, the whole path.
pub fn place(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// A path as the text an environment variable holds.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A path as a shell reads it: between quotation marks where it would take it for something else.
pub fn shell(path: &Path) -> String {
    let text = text(path);
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,@%=:".contains(c) || (cfg!(windows) && c == '\\');
    match text.chars().all(is_plain) && !text.is_empty() {
        true => text,
        false if cfg!(windows) => format!("\"{text}\""),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> Result<()> {
        fs::write(path, text).map_err(|error| Error::file("write", path, &error))
    }

    #[test]
    fn a_folder_whose_making_fails_leaves_nothing_and_an_older_one_stays() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("thing");
        whole_folder(&folder, |new| write(&new.join("a"), "old")).unwrap();
        let failure = whole_folder(&folder, |new| {
            fs::write(new.join("a"), "half").unwrap();
            Err(Error::problem("The network is gone.", "try again"))
        });
        assert_eq!(failure.unwrap_err().remedy(), "try again");
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_argument_that_names_a_file_or_what_is_below_one_is_refused_with_the_argument_to_change() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        write(&path("README.md"), "mine").unwrap();
        for (name, what) in
            [("README.md", "is a file, where a folder"), ("README.md/x/y", "README.md is a file.")]
        {
            for check in [folder_argument, new_folder_argument] {
                let failure = check("cargo lab bundle DIR", &path(name)).unwrap_err();
                assert!(failure.what().contains(what), "{failure}");
                assert_eq!(failure.remedy(), "name another folder: cargo lab bundle DIR");
            }
        }
        for name in ["", "new", "new/newer"] {
            assert_eq!(folder_argument("", &path(name)), Ok(()));
        }
    }

    #[test]
    fn what_is_to_be_filled_is_empty_or_not_there_and_nobody_is_advised_to_remove_anything() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(new_folder_argument("", dir.path()), Ok(()));
        assert_eq!(new_folder_argument("", &dir.path().join("new")), Ok(()));
        write(&dir.path().join("work.txt"), "mine").unwrap();
        let failure = new_folder_argument("cargo lab export --to DIR", dir.path()).unwrap_err();
        assert!(failure.what().ends_with("is there already and is not empty."), "{failure}");
        assert_eq!(
            failure.remedy(),
            "name a folder that is empty or not there yet: cargo lab export --to DIR"
        );
    }

    #[test]
    fn a_folder_below_a_file_is_named_as_what_cannot_be_made() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        write(&file, "").unwrap();
        let failure = whole_folder(&file.join("bundle"), |_| Ok(())).unwrap_err();
        assert!(
            failure.what().starts_with(&format!("Cannot make the folder {}: ", file.display())),
            "{failure}"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_path_comes_through_a_shell_as_it_is_and_without_marks_where_none_are_needed() {
        for path in ["/a b/ü", "it's $HOME", "a;b", "/plain/path-2_x.y", ""] {
            let script = format!("printf %s {}", shell(Path::new(path)));
            let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), path);
        }
        assert_eq!(shell(Path::new("/plain/ü-2_x.y")), "/plain/ü-2_x.y");
        assert_eq!(shell(Path::new("/a b")), "'/a b'");
    }

    #[test]
    fn the_leftovers_of_an_interrupted_making_are_not_in_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("thing");
        let leftover = beside(&folder, "partial");
        fs::create_dir(&leftover).unwrap();
        fs::write(leftover.join("leftover"), "").unwrap();
        whole_folder(&folder, |new| write(&new.join("a"), "new")).unwrap();
        assert!(folder.join("a").exists() && !folder.join("leftover").exists());
        whole_folder(&folder, |new| write(&new.join("b"), "newer")).unwrap();
        assert!(folder.join("b").exists() && !folder.join("a").exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
