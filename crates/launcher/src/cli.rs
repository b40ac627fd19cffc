use crate::bench::train::RECIPES;
use crate::failure::{Failure, Result};
use crate::labs::edition::Edition;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// What the user asked for.
pub enum Order {
    Open(Open),
    Doctor(Doctor),
    Run(Run),
    /// Numbers or names of labs.
    Reset(Vec<String>),
    Progress,
    Release(Edition, PathBuf),
    Grade(Grade),
    Site(Site),
    Test(Test),
    Lint,
    Prepare(Prepare),
    Env,
    Bench(Bench),
    BenchTrain(BenchTrain),
    Clean,
}

/// `cargo lab`.
pub struct Open {
    /// The port asked for, or `None` for the first free one from 8888 on.
    pub port: Option<u16>,
    /// The address to listen on.
    pub ip: IpAddr,
    pub no_browser: bool,
    pub offline: bool,
    /// Whether to open the lecture's edition, in `lecture`.
    pub lecture: bool,
    /// The folder to open in place of the learner's.
    pub folder: Option<PathBuf>,
}

/// `cargo lab site`.
pub struct Site {
    pub folder: PathBuf,
    /// The image that the pages tell to run.
    pub image: String,
    /// `OWNER/NAME` of the repository, for the ways to run the labs that need it.
    pub repository: Option<String>,
}

/// `cargo lab prepare`.
pub struct Prepare {
    /// Whether to leave out what depends on the helper crate, and the labs.
    pub tools: bool,
}

/// `cargo lab doctor`.
pub struct Doctor {
    /// The port that must be free, or `None` for the first free one from 8888 on.
    pub port: Option<u16>,
}

/// `cargo lab run`.
pub struct Run {
    /// Numbers (`02`), names of labs, or paths of notebooks; all labs when empty.
    pub labs: Vec<String>,
    pub out: Option<PathBuf>,
    pub offline: bool,
    pub stock: bool,
    pub cell_timeout: Duration,
}

/// `cargo lab grade`.
pub struct Grade {
    pub files: Vec<PathBuf>,
    pub csv: Option<PathBuf>,
    /// What one check may take.
    pub seconds: u32,
    /// The most memory of one process.
    pub gib: u32,
}

/// `cargo lab test`.
pub struct Test {
    /// Whether a test that had no data to run on counts as failed.
    pub deny_skips: bool,
}

/// `cargo lab bench kernel` and `cargo lab bench class`.
pub struct Bench {
    /// The lab whose cells are measured: a number, a name or a path.
    pub lab: String,
    /// How many kernels run it at once, one measurement each; none for one kernel beside evcxr as it comes.
    pub class: Vec<u32>,
}

/// `cargo lab bench train`.
pub struct BenchTrain {
    /// The trainings that are measured, of [`RECIPES`](crate::bench::train::RECIPES).
    pub recipes: Vec<String>,
    /// How many times each is measured; the fastest counts.
    pub rounds: u32,
    pub threads: u32,
}

/// No cell of a lab may take longer: the longest trains for minutes.
pub const CELL_TIMEOUT: Duration = Duration::from_secs(900);

pub fn parse() -> Result<Order> {
    // clap prints help and its own usage errors, and ends the program.
    order(&command().get_matches())
}

/// The lab that `bench kernel` measures if none is named.
const BENCH_LAB: &str = "02";

fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    let port = |help: &'static str| Arg::new("port").long("port").value_parser(value_parser!(u16)).help(help);
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .default_value(default)
            .value_parser(value_parser!(u32).range(1..=10_000))
            .help(help)
    };
    let offline = || flag("offline", "Do not download data: use synthetic digits and objects");
    Command::new("cargo lab")
        .bin_name("cargo lab")
        .about("Prepares this machine for the labs and opens them in JupyterLab")
        .version(env!("CARGO_PKG_VERSION"))
        .arg(port("Listen on this port"))
        .arg(
            Arg::new("ip")
                .long("ip")
                .value_parser(value_parser!(IpAddr))
                .default_value("127.0.0.1")
                .help("Listen on this address; others than this machine can come to 0.0.0.0, with the token"),
        )
        .arg(
            Arg::new("folder")
                .long("folder")
                .value_parser(value_parser!(PathBuf))
                .help("Open this folder beside `crates` in place of my-labs"),
        )
        .arg(
            flag("lecture", "Open the labs for a lecture: slides whose cells run, with notes; in the folder lecture")
                .conflicts_with("folder"),
        )
        .arg(flag("no-browser", "Print the link instead of opening a browser"))
        .arg(offline())
        .subcommand(
            Command::new("doctor")
                .about("Checks what the labs need; says what mends each thing")
                .arg(port("The port that must be free")),
        )
        .subcommand(
            Command::new("run")
                .about("Runs labs without a browser and writes them as .ipynb and .html")
                .arg(
                    Arg::new("lab")
                        .action(ArgAction::Append)
                        .help("Numbers or names, such as 02, or paths of notebooks; all labs if none"),
                )
                .arg(
                    Arg::new("out")
                        .long("out")
                        .value_parser(value_parser!(PathBuf))
                        .help("Folder for the results"),
                )
                .arg(
                    Arg::new("cell-timeout")
                        .long("cell-timeout")
                        .value_parser(value_parser!(u32).range(1..))
                        .help("Seconds after which a cell counts as failed [default: 900]"),
                )
                .arg(flag("stock", "Use evcxr as it comes, without the prepared stage"))
                .arg(offline()),
        )
        .subcommand(Command::new("reset").about("Brings a new copy of a lab; yours is kept aside").arg(
            Arg::new("lab").action(ArgAction::Append).required(true).help("Numbers or names, such as 02"),
        ))
        .subcommand(Command::new("progress").about("Shows which exercises are done"))
        .subcommand(
            Command::new("release")
                .about("Writes a folder with one edition of the labs, and a schedule")
                .arg(
                    Arg::new("edition")
                        .long("edition")
                        .required(true)
                        .value_parser(Edition::ALL.map(|(name, _)| name))
                        .help("For learners, with the solutions, or with the lecturer's notes too"),
                )
                .arg(
                    Arg::new("dir")
                        .required(true)
                        .value_parser(value_parser!(PathBuf))
                        .help("A folder that is empty or not there yet"),
                ),
        )
        .subcommand(
            Command::new("grade")
                .about("Marks learners' notebooks with the checks of the masters")
                .arg(
                    Arg::new("file")
                        .action(ArgAction::Append)
                        .required(true)
                        .value_parser(value_parser!(PathBuf))
                        .help("Notebooks; the lab of each is found by its exercises"),
                )
                .arg(
                    Arg::new("csv")
                        .long("csv")
                        .value_parser(value_parser!(PathBuf))
                        .help("Also write the table to this file"),
                )
                .arg(number("seconds", "30", "The longest that one check may take"))
                .arg(number("gib", "4", "The most memory that one process may take")),
        )
        .subcommand(
            Command::new("site")
                .about(
                    "Writes the course's pages, slides and reference from the labs that `run` has executed",
                )
                .arg(
                    Arg::new("dir")
                        .required(true)
                        .value_parser(value_parser!(PathBuf))
                        .help("A new folder, or one that `site` has made"),
                )
                .arg(
                    Arg::new("image")
                        .long("image")
                        .default_value("convlab")
                        .help("The container image that the pages tell to run"),
                )
                .arg(
                    Arg::new("repository")
                        .long("repository")
                        .help("OWNER/NAME on GitHub, for the links to it and to Binder"),
                ),
        )
        .subcommand(
            Command::new("test")
                .about("Runs every test and every lab")
                .arg(flag("deny-skips", "Fail when a test is skipped for want of data")),
        )
        .subcommand(Command::new("lint").about("Runs clippy on all crates, warnings as errors"))
        .subcommand(
            Command::new("prepare")
                .about("Prepares everything, brings new labs and stops")
                .arg(flag("tools", "Only Python, libtorch and the kernel: a layer for images")),
        )
        .subcommand(
            Command::new("env").about("Prints the environment of builds, for `eval \"$(cargo lab env)\"`"),
        )
        .subcommand(
            Command::new("bench")
                .about("Measures")
                .subcommand_required(false)
                .subcommand(
                    Command::new("kernel")
                        .about("The prepared kernel beside evcxr as it comes (the default)")
                        .arg(bench_lab()),
                )
                .subcommand(
                    Command::new("class")
                        .about("Many kernels at once: what each learner waits, and what each takes")
                        .arg(bench_lab())
                        .arg(
                            Arg::new("kernels")
                                .long("kernels")
                                .value_delimiter(',')
                                .default_value("1,2,4")
                                .value_parser(value_parser!(u32).range(1..=200))
                                .help("How many, for each measurement"),
                        ),
                )
                .subcommand(
                    Command::new("train")
                        .about("The exercises' trainings here and in PyTorch, which is brought for it (5 GB, once)")
                        .arg(
                            Arg::new("recipe")
                                .action(ArgAction::Append)
                                .value_parser(PossibleValuesParser::new(RECIPES))
                                .help("Which trainings; all if none"),
                        )
                        .arg(
                            Arg::new("rounds")
                                .long("rounds")
                                .value_parser(value_parser!(u32).range(1..))
                                .default_value("1")
                                .help("Measure each so often; the fastest counts"),
                        )
                        .arg(
                            Arg::new("threads")
                                .long("threads")
                                .value_parser(value_parser!(u32).range(1..))
                                .help("Threads on both sides [default: all]"),
                        ),
                ),
        )
        .subcommand(Command::new("clean").about("Removes the cache folder"))
}

fn bench_lab() -> Arg {
    Arg::new("lab").default_value(BENCH_LAB).help("The lab whose cells are measured")
}

fn order(matches: &ArgMatches) -> Result<Order> {
    Ok(match matches.subcommand() {
        None => Order::Open(Open {
            port: matches.get_one("port").copied(),
            ip: matches.get_one("ip").copied().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            no_browser: matches.get_flag("no-browser"),
            offline: matches.get_flag("offline"),
            lecture: matches.get_flag("lecture"),
            folder: matches.get_one("folder").cloned(),
        }),
        Some(("doctor", sub)) => Order::Doctor(Doctor { port: sub.get_one("port").copied() }),
        Some(("run", sub)) => Order::Run(Run {
            labs: sub.get_many::<String>("lab").unwrap_or_default().cloned().collect(),
            out: sub.get_one::<PathBuf>("out").cloned(),
            offline: sub.get_flag("offline"),
            stock: sub.get_flag("stock"),
            cell_timeout: sub
                .get_one::<u32>("cell-timeout")
                .map_or(CELL_TIMEOUT, |&seconds| Duration::from_secs(seconds.into())),
        }),
        Some(("reset", sub)) => {
            Order::Reset(sub.get_many::<String>("lab").unwrap_or_default().cloned().collect())
        }
        Some(("progress", _)) => Order::Progress,
        Some(("release", sub)) => {
            let asked = sub.get_one::<String>("edition").map(String::as_str).unwrap_or_default();
            let edition = Edition::ALL.iter().find(|(name, _)| *name == asked);
            let edition = edition.map_or(Edition::Learner, |(_, edition)| *edition);
            Order::Release(edition, sub.get_one::<PathBuf>("dir").cloned().unwrap_or_default())
        }
        Some(("grade", sub)) => Order::Grade(Grade {
            files: sub.get_many::<PathBuf>("file").unwrap_or_default().cloned().collect(),
            csv: sub.get_one::<PathBuf>("csv").cloned(),
            seconds: sub.get_one("seconds").copied().unwrap_or(30),
            gib: sub.get_one("gib").copied().unwrap_or(4),
        }),
        Some(("site", sub)) => Order::Site(Site {
            folder: sub.get_one("dir").cloned().unwrap_or_default(),
            image: sub.get_one("image").cloned().unwrap_or_default(),
            repository: sub.get_one("repository").cloned(),
        }),
        Some(("test", sub)) => Order::Test(Test { deny_skips: sub.get_flag("deny-skips") }),
        Some(("lint", _)) => Order::Lint,
        Some(("prepare", sub)) => Order::Prepare(Prepare { tools: sub.get_flag("tools") }),
        Some(("env", _)) => Order::Env,
        Some(("bench", sub)) => bench(sub),
        Some(("clean", _)) => Order::Clean,
        Some((other, _)) => return Err(Failure::new(format!("There is no `{other}`."), "cargo lab --help")),
    })
}

fn bench(matches: &ArgMatches) -> Order {
    let (name, sub) = matches.subcommand().unzip();
    if let (Some("train"), Some(sub)) = (name, sub) {
        return bench_train(sub);
    }
    let lab = sub.and_then(|sub| sub.get_one::<String>("lab").cloned());
    let class = sub.filter(|_| name == Some("class")).and_then(|sub| sub.get_many("kernels"));
    Order::Bench(Bench {
        lab: lab.unwrap_or_else(|| BENCH_LAB.to_owned()),
        class: class.unwrap_or_default().copied().collect(),
    })
}

fn bench_train(sub: &ArgMatches) -> Order {
    let recipes: Vec<_> = sub.get_many::<String>("recipe").unwrap_or_default().cloned().collect();
    let all = || std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
    Order::BenchTrain(BenchTrain {
        recipes: if recipes.is_empty() { RECIPES.map(str::to_owned).to_vec() } else { recipes },
        rounds: sub.get_one("rounds").copied().unwrap_or(1),
        threads: sub.get_one("threads").copied().unwrap_or_else(all),
    })
}
