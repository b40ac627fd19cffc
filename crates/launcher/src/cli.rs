use crate::failure::{Failure, Result};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::path::PathBuf;

/// What the user asked for.
pub enum Order {
    Open(Open),
    Doctor,
    Run(Run),
    Test(Test),
    Lint,
    Prepare,
    Env,
    Bench,
    Clean,
}

/// `cargo lab`.
pub struct Open {
    /// The port asked for, or `None` for the first free one from 8888 on.
    pub port: Option<u16>,
    pub no_browser: bool,
    pub offline: bool,
}

/// `cargo lab run`.
#[derive(Default)]
pub struct Run {
    /// Numbers (`02`) or names of labs; all when empty.
    pub labs: Vec<String>,
    pub out: Option<PathBuf>,
    pub offline: bool,
    pub stock: bool,
}

/// `cargo lab test`.
pub struct Test {
    /// Whether a test that had no data to run on counts as failed.
    pub deny_skips: bool,
}

pub fn parse() -> Result<Order> {
    // clap prints help and its own usage errors, and ends the program.
    order(&command().get_matches())
}

fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    let offline = || flag("offline", "Do not download data: use synthetic digits and objects");
    Command::new("cargo lab")
        .bin_name("cargo lab")
        .about("Prepares this machine for the labs and opens them in JupyterLab")
        .version(env!("CARGO_PKG_VERSION"))
        .arg(Arg::new("port").long("port").value_parser(value_parser!(u16)).help("Listen on this port"))
        .arg(flag("no-browser", "Print the link instead of opening a browser"))
        .arg(offline())
        .subcommand(Command::new("doctor").about("Checks what the labs need; says what mends each thing"))
        .subcommand(
            Command::new("run")
                .about("Runs labs without a browser and writes them as .ipynb and .html")
                .arg(
                    Arg::new("lab")
                        .action(ArgAction::Append)
                        .help("Numbers or names, such as 02; all if none"),
                )
                .arg(
                    Arg::new("out")
                        .long("out")
                        .value_parser(value_parser!(PathBuf))
                        .help("Folder for the results"),
                )
                .arg(flag("stock", "Use evcxr as it comes, without the prepared stage"))
                .arg(offline()),
        )
        .subcommand(
            Command::new("test")
                .about("Runs every test and every lab")
                .arg(flag("deny-skips", "Fail when a test is skipped for want of data")),
        )
        .subcommand(Command::new("lint").about("Runs clippy on all crates, warnings as errors"))
        .subcommand(Command::new("prepare").about("Prepares everything and stops"))
        .subcommand(
            Command::new("env").about("Prints the environment of builds, for `eval \"$(cargo lab env)\"`"),
        )
        .subcommand(Command::new("bench").about("Measures the prepared kernel beside evcxr as it comes"))
        .subcommand(Command::new("clean").about("Removes the cache folder"))
}

fn order(matches: &ArgMatches) -> Result<Order> {
    Ok(match matches.subcommand() {
        None => Order::Open(Open {
            port: matches.get_one("port").copied(),
            no_browser: matches.get_flag("no-browser"),
            offline: matches.get_flag("offline"),
        }),
        Some(("doctor", _)) => Order::Doctor,
        Some(("run", sub)) => Order::Run(Run {
            labs: sub.get_many::<String>("lab").unwrap_or_default().cloned().collect(),
            out: sub.get_one::<PathBuf>("out").cloned(),
            offline: sub.get_flag("offline"),
            stock: sub.get_flag("stock"),
        }),
        Some(("test", sub)) => Order::Test(Test { deny_skips: sub.get_flag("deny-skips") }),
        Some(("lint", _)) => Order::Lint,
        Some(("prepare", _)) => Order::Prepare,
        Some(("env", _)) => Order::Env,
        Some(("bench", _)) => Order::Bench,
        Some(("clean", _)) => Order::Clean,
        Some((other, _)) => return Err(Failure::new(format!("There is no `{other}`."), "cargo lab --help")),
    })
}
