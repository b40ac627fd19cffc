//! The system's own package manager, so that a remedy is one command that can be typed here.

use std::path::Path;

/// What the system's packages hold.
#[derive(Clone, Copy)]
pub enum Tool {
    Compiler,
    Python,
}

/// The command that installs `tool` here.
pub fn install(tool: Tool) -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).exists());
    install_with(tool, has, Path::new("/usr/bin/xcode-select").exists())
}

fn install_with(tool: Tool, has: impl Fn(&str) -> bool, mac: bool) -> String {
    if mac {
        return match tool {
            Tool::Compiler => "xcode-select --install",
            Tool::Python => "brew install python",
        }
        .to_owned();
    }
    let managers = [
        ("dnf", "sudo dnf install", "gcc-c++", "python3"),
        ("pacman", "sudo pacman -S", "gcc", "python"),
        ("zypper", "sudo zypper install", "gcc-c++", "python311"),
        ("apk", "sudo apk add", "g++", "python3"),
        ("apt-get", "sudo apt-get install -y", "g++", "python3-venv"),
    ];
    let manager = managers.iter().find(|(program, ..)| has(program)).unwrap_or(&managers[4]);
    let (_, command, compiler, python) = manager;
    let package = match tool {
        Tool::Compiler => compiler,
        Tool::Python => python,
    };
    format!("{command} {package}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_that_of_the_system_at_hand() {
        let with = |manager: &str| install_with(Tool::Compiler, |program| program == manager, false);
        assert_eq!(with("apt-get"), "sudo apt-get install -y g++");
        assert_eq!(with("dnf"), "sudo dnf install gcc-c++");
        assert_eq!(with("none"), "sudo apt-get install -y g++");
        assert_eq!(install_with(Tool::Compiler, |_| false, true), "xcode-select --install");
        assert_eq!(
            install_with(Tool::Python, |program| program == "apt-get", false),
            "sudo apt-get install -y python3-venv"
        );
    }
}
