//! `cargo lab`: prepares the machine, opens JupyterLab in the learner's copy of the labs, runs labs and tests.

mod bench;
mod child;
mod cli;
mod doctor;
mod failure;
mod key;
mod labs;
mod open;
mod places;
mod prepare;
mod say;
mod tests;

use cli::Order;
use failure::Result;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse().and_then(carry_out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(order: Order) -> Result<()> {
    match order {
        Order::Open(options) => open::open(&options),
        Order::Doctor => doctor::doctor(),
        Order::Run(options) => labs::run::run(&options),
        Order::Test(options) => tests::test(&options),
        Order::Lint => tests::lint(),
        Order::Prepare => prepare::prepare(&places::Places::find()?).map(drop),
        Order::Env => prepare::print_environment(),
        Order::Bench => bench::kernel(),
        Order::Clean => prepare::clean(),
    }
}
