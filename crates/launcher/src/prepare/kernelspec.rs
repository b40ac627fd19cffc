//! The kernel as Jupyter finds it: under a name of our own, in a folder of our own.

use super::programs::Programs;
use super::text;
use crate::failure::{Failure, Result};
use crate::key::Key;
use crate::places::Places;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// The kernel's name in notebooks.
pub const NAME: &str = "convlab";

/// evcxr as it comes, for comparison.
pub const STOCK: &str = "convlab-stock";

/// Writes both kernelspecs; returns the folder that `JUPYTER_PATH` must name.
pub fn write(
    places: &Places,
    programs: &Programs,
    environment: &BTreeMap<String, String>,
) -> Result<PathBuf> {
    let checkout = Key::default().text(&text(&places.checkout)).hex();
    let folder = places.cache.join("jupyter").join(checkout);
    let mut stock = environment.clone();
    stock.retain(|name, _| !["CONVLAB_STAGE", "CONVLAB_TOOLS", "CONVLAB_KERNELS"].contains(&name.as_str()));
    for (name, title, environment) in [(NAME, "Rust (convlab)", environment), (STOCK, "Rust (evcxr)", &stock)]
    {
        let spec = json!({
            "argv": [programs.kernel(), "--control_file", "{connection_file}"],
            "display_name": title,
            "language": "rust",
            // The kernel ignores the signal; the cell that computes sees it, stops, and keeps its variables.
            "interrupt_mode": "signal",
            "env": environment,
        });
        let path = folder.join("kernels").join(name).join("kernel.json");
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(|error| Failure::file("make the folder", parent, &error))?;
        let partial = path.with_extension("partial");
        fs::write(&partial, format!("{spec:#}\n"))
            .map_err(|error| Failure::file("write", &partial, &error))?;
        fs::rename(&partial, &path).map_err(|error| Failure::file("write", &path, &error))?;
    }
    Ok(folder)
}
