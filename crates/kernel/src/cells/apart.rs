//! The helper crate, and what a learner adds beside it, resolved apart where that spares compiling the helper again.
//!
//! Cargo compiles a crate once for all that use it, with every feature that one of them asks for. So a crate that a
//! notebook adds can ask for a feature below the helper crate, and libtorch's bindings would be compiled anew, for
//! minutes. Then cargo is called for each of the two alone, and the cell is linked with both: what they share is there
//! twice, each with its own features.

use super::rustc_args::RustcArgs;
use super::{REMEMBER, remembered, remembering};
use crate::cargo_cache::CacheEntry;
use crate::evcxr_contract::cargo::{MANIFEST, TARGET};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, fs};

/// Names the file with the call of rustc for a cell that uses the helper crate alone.
const HELPER_CALL: &str = "CONVLAB_HELPER_CALL";

/// The crate that labs load, and the one whose types go in and out of it: a notebook that names it means the same.
const HELPER: &str = "convlab";
const TYPES: &str = "tch";

/// Two manifests in the place of one.
struct Apart {
    whole: String,
    helper: String,
    others: String,
}

/// Calls cargo in two parts, if that is of use; `None` if it is to be called as usual.
pub fn build(cargo: &Command, entry: Option<&CacheEntry>) -> Option<Output> {
    let apart = Apart::of(fs::read_to_string(MANIFEST).ok()?).filter(|apart| apart.is_of_use(cargo))?;
    let output = apart.build(cargo, entry?);
    write(&apart.whole)?;
    output
}

impl Apart {
    /// `None` of a manifest without the helper, or with nothing else.
    fn of(whole: String) -> Option<Self> {
        let (head, dependencies) = whole.split_once(DEPENDENCIES)?;
        let (helper, others): (Vec<_>, Vec<_>) = dependencies
            .split_inclusive('\n')
            .filter(|line| !line.trim().is_empty())
            .partition(|line| is_for_helper(line));
        let loads = helper.iter().any(|line| name(line) == HELPER);
        let with = |lines: Vec<&str>| format!("{head}{DEPENDENCIES}{}\n", lines.concat());
        let (helper, others) = (loads && !others.is_empty()).then(|| (with(helper), with(others)))?;
        Some(Self { whole, helper, others })
    }

    /// Whether the helper would be compiled anew beside the others; not where those have tch's types from elsewhere.
    fn is_of_use(&self, cargo: &Command) -> bool {
        let differs = || {
            let others = Graph::of(cargo, &self.others)?.below(TYPES).is_empty();
            let below = |manifest: &str| Some(Graph::of(cargo, manifest)?.below(HELPER));
            Some(others && below(&self.whole)? != below(&self.helper)?)
        };
        let differs = differs();
        write(&self.whole).and(differs) == Some(true)
    }

    fn build(&self, cargo: &Command, entry: &CacheEntry) -> Option<Output> {
        super::progress::begin();
        write(&self.helper)?;
        let mut alone = again(cargo);
        let own = CacheEntry::of(&alone)?;
        if remembered(&own).is_none() {
            // The cell itself may name the others, and fail: what counts is how it is compiled.
            remembering(&mut alone, Some(own.clone())).output().ok()?;
        }
        let helper = remembered(&own)?;
        let file = Path::new(MANIFEST).with_file_name("helper-call");
        fs::write(&file, helper.to_text()).ok()?;
        write(&self.others)?;
        let mut others = again(cargo);
        others.env(HELPER_CALL, env::current_dir().ok()?.join(file)).env(REMEMBER, entry.begin());
        others.output().ok()
    }
}

/// A cell's call with what it links of the helper, where that was compiled apart.
pub fn joined(call: RustcArgs) -> RustcArgs {
    let text = env::var_os(HELPER_CALL).and_then(|file| fs::read_to_string(file).ok());
    match text.and_then(|text| RustcArgs::from_text(&text)) {
        Some(helper) => call.with_libraries_of(&helper),
        None => call,
    }
}

const DEPENDENCIES: &str = "[dependencies]\n";

fn name(line: &str) -> &str {
    line.split([' ', '=']).next().unwrap_or_default()
}

fn is_for_helper(line: &str) -> bool {
    [HELPER, TYPES].contains(&name(line))
}

fn write(manifest: &str) -> Option<()> {
    fs::write(MANIFEST, manifest).ok()?;
    crate::restore_lock();
    Some(())
}

/// The same call once more.
fn again(cargo: &Command) -> Command {
    let mut again = crate::like(cargo);
    again.args(cargo.get_args());
    again
}

/// Each package of a manifest by its name, with its features and what it depends on.
struct Graph(BTreeMap<String, (String, Value, Vec<String>)>);

impl Graph {
    fn of(cargo: &Command, manifest: &str) -> Option<Self> {
        write(manifest)?;
        let mut query = crate::like(cargo);
        query.args(["metadata", "--format-version=1"]);
        let arguments: Vec<_> = cargo.get_args().map(|word| word.to_string_lossy()).collect();
        if let Some(system) = arguments.windows(2).find(|pair| pair[0] == TARGET) {
            query.args(["--filter-platform", &system[1]]);
        }
        let output = query.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
        Self::read(&serde_json::from_slice(&output.stdout).ok()?)
    }

    fn read(metadata: &Value) -> Option<Self> {
        let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let packages = metadata["packages"].as_array()?;
        let names: BTreeMap<_, _> =
            packages.iter().map(|package| (id(&package["id"]), id(&package["name"]))).collect();
        let nodes = metadata["resolve"]["nodes"].as_array()?.iter().map(|node| {
            let (own, below) = (id(&node["id"]), node["dependencies"].as_array());
            let below = below.into_iter().flatten().map(id).collect();
            (own.clone(), (names.get(&own).cloned().unwrap_or_default(), node["features"].clone(), below))
        });
        Some(Self(nodes.collect()))
    }

    /// The packages below one of this name, itself included, each with its features and dependencies.
    fn below(&self, name: &str) -> BTreeSet<String> {
        let mut todo: Vec<&str> =
            self.0.iter().filter(|(_, node)| node.0 == name).map(|(id, _)| id.as_str()).collect();
        let mut seen = BTreeSet::new();
        let mut found = BTreeSet::new();
        while let Some(id) = todo.pop() {
            let Some((_, features, below)) = self.0.get(id).filter(|_| seen.insert(id)) else { continue };
            found.insert(format!("{id} {features} {below:?}"));
            todo.extend(below.iter().map(String::as_str));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn manifest(lines: &str) -> String {
        format!("\n[package]\nname = \"ctx\"\n\n[dependencies]\n{lines}\n")
    }

    #[test]
    fn what_a_notebook_adds_is_parted_from_the_helper_and_from_tch() {
        let (helper, tch, other) =
            ("convlab = { path = \"/a\" }\n", "tch = \"0.26\"\n", "plotters = \"0.3\"\n");
        let apart = Apart::of(manifest(&[other, helper, tch].concat())).unwrap();
        assert_eq!(apart.helper, manifest(&[helper, tch].concat()));
        assert_eq!(apart.others, manifest(other));
        for whole in [helper.to_owned(), other.to_owned(), [helper, tch].concat(), [tch, other].concat()] {
            assert!(Apart::of(manifest(&whole)).is_none(), "{whole}");
        }
    }

    fn graph(features: &[&str]) -> Graph {
        let node = |name: &str, features: &[&str], below: &[&str]| json!({"id": name, "features": features, "dependencies": below});
        let nodes = [
            node("ctx", &[], &["convlab", "plotters"]),
            node("convlab", &[], &["tch"]),
            node("tch", &[], &["libc"]),
            node("libc", features, &[]),
            node("plotters", &["evcxr"], &["libc"]),
        ];
        let packages: Vec<_> =
            nodes.iter().map(|node| json!({"id": node["id"], "name": node["id"]})).collect();
        Graph::read(&json!({"packages": packages, "resolve": {"nodes": nodes}})).unwrap()
    }

    #[test]
    fn a_feature_below_the_helper_makes_it_another_one_and_what_stands_beside_it_does_not() {
        let alone = graph(&[]);
        assert_eq!(alone.below("convlab").len(), 3);
        assert_ne!(alone.below("convlab"), graph(&["std"]).below("convlab"));
        assert!(alone.below("rand").is_empty());
        let mut other = graph(&[]);
        other.0.get_mut("plotters").unwrap().1 = json!([]);
        assert_eq!(alone.below("convlab"), other.below("convlab"));
    }
}
