//! The program `cargo lab`; what it does is in the library beside it.

fn main() -> std::process::ExitCode {
    // Where cargo calls this program, it is in place of rustc.
    launcher::prepare::bundle::replay().unwrap_or_else(launcher::main)
}
