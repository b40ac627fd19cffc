//! The kernel JupyterLab starts: evcxr behind a message loop of our own, in a folder where the labs' dependencies are
//! compiled already.
//!
//! - `convlab-kernel --control_file FILE` serves one notebook (this is what the kernelspec calls);
//! - `convlab-kernel --prepare DIR CRATE [LINE]...` compiles the crate at path CRATE into the stage DIR, and what the
//!   lines `:dep …` of further cells name;
//! - `convlab-kernel --clone FROM TO` copies a folder of compiled things so that cargo finds them fresh;
//! - `convlab-kernel --lines FRAME...` tells the learner's lines behind addresses in compiled cells;
//! - `convlab-kernel --sweep KERNELS` removes the folders of kernels that are gone;
//! - `convlab-kernel --batch` runs cells for another program, without Jupyter (`serve/batch.rs`).
//!
//! Without `CONVLAB_STAGE` in the environment it is the stock evcxr kernel.

#[cfg_attr(not(unix), path = "comm_channel_none.rs")]
mod comm_channel;
mod compile_progress;
mod errors;
#[allow(dead_code, reason = "the kernel and its `cargo` each use a half of it")]
mod evcxr_contract;
#[cfg(unix)]
mod input;
mod interrupt;
mod interrupt_check;
mod lookup;
mod notebook;
mod parent_watchdog;
mod prepare;
mod runtime;
mod serve;
mod stage;
#[cfg(unix)]
mod streams;
mod symbolize;
mod views;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    // The learner's process asks, in whose environment the next calls would not return.
    if let ["--lines", frames @ ..] = &args[..] {
        symbolize::of(frames.iter().copied()).iter().for_each(|line| println!("{line}"));
        return ExitCode::SUCCESS;
    }
    // evcxr starts this same program again to run the learner's code; those calls do not return.
    parent_watchdog::end_with_the_parent();
    runtime::run_if_asked();
    evcxr::runtime_hook();
    let result = match args[..] {
        ["--prepare", dir, krate, ref more @ ..] => prepare::prepare(Path::new(dir), Path::new(krate), more),
        ["--clone", from, to] => {
            stage::clone_tree(Path::new(from), Path::new(to)).map_err(|error| error.to_string())
        }
        ["--sweep", kernels] => {
            stage::sweep(Path::new(kernels));
            Ok(())
        }
        ["--control_file", file] => serve(Path::new(file)),
        #[cfg(unix)]
        ["--batch"] => serve::batch(),
        _ => Err(
            "usage: convlab-kernel --control_file FILE | --prepare DIR CRATE [LINE]... | --clone FROM TO \
                  | --lines FRAME... | --sweep KERNELS | --batch"
                .into(),
        ),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("convlab-kernel: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(connection: &Path) -> Result<(), String> {
    // `cargo lab` removes no program whose file is locked.
    let program = std::env::current_exe().and_then(std::fs::File::open);
    let _in_use = program.map(|file| file.lock_shared().map(|()| file));
    match stage::Settings::from_env() {
        Some(settings) => {
            let _stage = settings.enter()?;
            serve::serve(connection)
        }
        None => {
            interrupt::leave_to_the_cell();
            evcxr_jupyter::main().map_err(|error| format!("{error:#}"))
        }
    }
}
