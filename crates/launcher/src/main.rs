//! `cargo lab`: prepares the machine, opens JupyterLab in the learner's copy of the labs, runs labs and tests.

mod bench;
mod child;
mod cli;
mod doctor;
mod failure;
mod grade;
mod key;
mod labs;
mod open;
mod places;
mod prepare;
mod say;
mod site;
mod system;
mod tests;

use cli::Order;
use failure::Result;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse().and_then(carry_out) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(order: Order) -> Result<ExitCode> {
    match order {
        Order::Open(options) => open::open(&options),
        Order::Doctor(options) => doctor::doctor(&options),
        Order::Run(options) => labs::run::run(&options),
        Order::Reset(labs) => open::reset(&labs),
        Order::Progress => labs::progress::print(),
        Order::Release(edition, folder) => labs::release::release(edition, &folder),
        Order::Grade(options) => grade::grade(&options),
        Order::Site(options) => site::site(&options),
        Order::Test(options) => return tests::test(&options),
        Order::Lint => tests::lint(),
        Order::Prepare(options) => open::prepare(options.tools),
        Order::Env => doctor::checked_prepare(None).map(|ready| ready.print_environment()),
        Order::Bench(options) => bench::bench(&options),
        Order::BenchTrain(options) => bench::train::train(&options),
        Order::Clean => prepare::clean(),
    }
    .map(|()| ExitCode::SUCCESS)
}
