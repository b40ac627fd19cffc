//! `cargo lab reset`: a new copy of a lab, with the learner's own kept aside.

use crate::dirs::Dirs;
use crate::labs::{self, copy};
use clap::{Arg, ArgAction, ArgMatches, Command};
use common::Result;

pub fn command() -> Command {
    let labs = Arg::new("lab").action(ArgAction::Append).required(true).help("Numbers or names, such as 02");
    Command::new("reset").about("Makes a new copy of a lab; yours is kept aside").arg(labs)
}

pub fn run(matches: &ArgMatches) -> Result<()> {
    let dirs = Dirs::find()?;
    let words: Vec<_> = matches.get_many::<String>("lab").unwrap_or_default().cloned().collect();
    for lab in labs::select(&dirs.notebooks(), &words)? {
        let kept = copy::reset(&lab, &dirs.my_labs())?;
        println!("new: my-labs/{}.ipynb", lab.name());
        if let Some(kept) = kept {
            println!("your older one: my-labs/{}", kept.file_name().unwrap_or_default().display());
        }
    }
    Ok(())
}
