//! The system's own package manager, so that a remedy is one command that can be typed here.

use std::path::Path;

/// What the system's packages hold.
#[derive(Clone, Copy)]
pub enum Tool {
    Compiler,
    Python,
    /// The sources of a Rust that is a package of the system.
    RustSources,
}

/// A package manager: its program, the command that installs, and the package of each tool.
struct Manager {
    program: &'static str,
    command: &'static str,
    packages: [&'static str; 3],
}

const MANAGERS: [Manager; 5] = [
    Manager { program: "dnf", command: "dnf install", packages: ["gcc-c++", "python3", "rust-src"] },
    Manager { program: "pacman", command: "pacman -S", packages: ["gcc", "python", "rust-src"] },
    Manager { program: "zypper", command: "zypper install", packages: ["gcc-c++", "python311", "rust-src"] },
    Manager { program: "apk", command: "apk add", packages: ["g++", "python3", "rust-src"] },
    Manager {
        program: "apt-get",
        command: "apt-get install -y",
        packages: ["g++", "python3-venv", "rust-src"],
    },
];

/// The command that installs `tool` here.
pub fn install(tool: Tool) -> String {
    install_with(tool, is_on_path, Path::new("/usr/bin/xcode-select").exists(), is_root())
}

/// Whether `remedy` is a command of [`install`], which `cargo lab doctor --fix` may run.
pub fn is_install(remedy: &str) -> bool {
    let command = remedy.strip_prefix("sudo ").unwrap_or(remedy);
    MANAGERS.iter().any(|manager| command.starts_with(&format!("{} ", manager.command)))
}

/// Whether a program of that name is on the path.
pub fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).exists())
}

/// Whether this process belongs to the superuser, who needs no `sudo`, and often has none.
#[cfg(unix)]
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

#[cfg(not(unix))]
pub fn is_root() -> bool {
    false
}

fn install_with(tool: Tool, has: impl Fn(&str) -> bool, mac: bool, root: bool) -> String {
    if mac {
        return match tool {
            Tool::Compiler => "xcode-select --install",
            Tool::Python => "brew install python",
            Tool::RustSources => "brew uninstall rust && brew install rustup",
        }
        .to_owned();
    }
    let manager = MANAGERS.iter().find(|manager| has(manager.program)).unwrap_or(&MANAGERS[4]);
    let sudo = if root { "" } else { "sudo " };
    format!("{sudo}{} {}", manager.command, manager.packages[tool as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_that_of_the_system_at_hand_and_of_its_user() {
        let with = |tool, manager: &str, root| install_with(tool, |program| program == manager, false, root);
        assert_eq!(with(Tool::Compiler, "apt-get", false), "sudo apt-get install -y g++");
        assert_eq!(with(Tool::Compiler, "dnf", false), "sudo dnf install gcc-c++");
        assert_eq!(with(Tool::Compiler, "none", true), "apt-get install -y g++");
        assert_eq!(with(Tool::Python, "apt-get", false), "sudo apt-get install -y python3-venv");
        assert_eq!(with(Tool::RustSources, "pacman", true), "pacman -S rust-src");
        assert_eq!(install_with(Tool::Compiler, |_| false, true, false), "xcode-select --install");
    }

    #[test]
    fn only_the_commands_that_install_packages_may_be_run_by_themselves() {
        for tool in [Tool::Compiler, Tool::Python, Tool::RustSources] {
            for root in [true, false] {
                assert!(is_install(&install_with(tool, |_| false, false, root)));
            }
        }
        for other in ["unset LIBTORCH", "rm -rf /", "apt-get install", "curl https://sh.rustup.rs | sh"] {
            assert!(!is_install(other), "{other}");
        }
    }
}
