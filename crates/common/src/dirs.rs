//! The folders that are shared by all checkouts of one user.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The value of an environment variable, if it is set: `&|name| std::env::var_os(name)`.
pub type Var<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Where all that is made or downloaded is kept: `CONVLAB_CACHE`, else `XDG_CACHE_HOME/convlab`, else `~/.cache/convlab`
/// (on Windows `LOCALAPPDATA\convlab`); `None` without any of them.
///
/// A variable that is empty counts as not set. A relative path starts from the working folder.
pub fn cache(var: Var) -> Option<PathBuf> {
    let (home, below) = if cfg!(windows) { ("LOCALAPPDATA", "convlab") } else { ("HOME", ".cache/convlab") };
    let found = path(var, "CONVLAB_CACHE")
        .or_else(|| path(var, "XDG_CACHE_HOME").map(|dir| dir.join("convlab")))
        .or_else(|| path(var, home).map(|dir| dir.join(below)))?;
    std::path::absolute(found).ok()
}

/// As [`cache`], from this process's environment.
pub fn own_cache() -> Option<PathBuf> {
    cache(&|name| env::var_os(name))
}

/// A path that an environment variable names, if it is set and not empty.
pub fn path(var: Var, name: &str) -> Option<PathBuf> {
    var(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache_with(vars: &[(&str, &str)]) -> Option<PathBuf> {
        cache(&|name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value)))
    }

    #[test]
    #[cfg(unix)]
    fn the_cache_is_where_the_user_says_else_where_the_desktop_says_else_at_home() {
        let all = [("CONVLAB_CACHE", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")];
        assert_eq!(cache_with(&all), Some("/a".into()));
        assert_eq!(cache_with(&all[1..]), Some("/b/convlab".into()));
        assert_eq!(cache_with(&all[2..]), Some("/c/.cache/convlab".into()));
        assert_eq!(cache_with(&[]), None);
    }

    #[test]
    #[cfg(unix)]
    fn an_empty_variable_counts_as_not_set_and_a_relative_path_is_made_absolute() {
        assert_eq!(cache_with(&[("CONVLAB_CACHE", ""), ("HOME", "/c")]), Some("/c/.cache/convlab".into()));
        assert_eq!(cache_with(&[("CONVLAB_CACHE", ""), ("HOME", "")]), None);
        assert_eq!(cache_with(&[("CONVLAB_CACHE", "a")]), Some(env::current_dir().unwrap().join("a")));
    }
}
