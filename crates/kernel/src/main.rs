//! The kernel JupyterLab starts.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    evcxr_jupyter::main().map_err(Into::into)
}
