//! Cargo's settings for all that kernels compile.

use common::{Error, Result};
use std::fs;
use std::path::Path;

/// Must say what the workspace's own Cargo.toml says of its dependencies, so that tests share what is compiled.
pub const PROFILE: &str = r#"# Read by cargo in every kernel's folder below this one.
[profile.dev.package."*"]
opt-level = 3

[profile.dev.package.torch-sys]
opt-level = 0
"#;

/// Writes cargo's settings for all that is compiled below `folder`.
pub fn write(folder: &Path) -> Result<()> {
    let path = folder.join(".cargo/config.toml");
    if fs::read_to_string(&path).is_ok_and(|found| found == PROFILE) {
        return Ok(());
    }
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, PROFILE));
    written.map_err(|error| Error::file("write", &path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_and_tests_compile_dependencies_with_the_same_settings() {
        let workspace = include_str!("../../../../Cargo.toml");
        for setting in PROFILE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            assert!(workspace.contains(setting), "the workspace's Cargo.toml lacks `{setting}`");
        }
    }
}
