//! The program `cargo lab`; what it does is in the library beside it.

fn main() -> std::process::ExitCode {
    launcher::main()
}
