//! `cargo lab env`: the environment of builds and kernels, for a shell.

use crate::files::text;
use crate::prepare::{self, data};
use clap::{ArgMatches, Command};
use common::Result;

pub fn command() -> Command {
    Command::new("env").about("Prints the environment of builds, for `eval \"$(cargo lab env)\"`")
}

pub fn run(_: &ArgMatches) -> Result<()> {
    let ready = prepare::checked(None)?;
    let data = data::find(&ready.dirs).map(|folder| ("CONVLAB_DATA".to_owned(), text(&folder)));
    for (name, value) in
        ready.environment.iter().map(|(name, value)| (name.clone(), value.clone())).chain(data)
    {
        println!("{}", export(&name, &value));
    }
    println!("{}", export("JUPYTER_PATH", &ready.jupyter_path.to_string_lossy()));
    Ok(())
}

/// A line that a POSIX shell reads, whatever the value holds.
fn export(name: &str, value: &str) -> String {
    format!("export {name}='{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_quotation_marks_reaches_the_shell_as_it_is() {
        let script = format!("{}; printf %s \"$NAME\"", export("NAME", "it's $HOME"));
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "it's $HOME");
    }
}
