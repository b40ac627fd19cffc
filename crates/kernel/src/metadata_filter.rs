//! What rust-analyzer and evcxr ask cargo: answered from what is kept, and with fewer crates than there are.
//!
//! rust-analyzer reads the sources of every crate it is told of, hundreds of them, in each kernel anew. But the types
//! that a cell can name are those of std, of the helper crate and of tch: what these are made from is left out. Of
//! std's own sources it is shown a folder that leads to few of its crates.

use crate::cargo_cache::{self, CacheEntry};
use crate::evcxr_contract::rustc;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Crates, and which of their dependencies cells name types of.
const PARTS: [(&str, &[&str]); 9] = [
    ("convlab", &["common", "tch"]),
    ("common", &[]),
    ("tch", &[]),
    // What `HashMap` and `HashSet` are made of: where it is missing, no type is found that holds one.
    ("std", &["core", "alloc", "hashbrown"]),
    ("hashbrown", &["rustc-std-workspace-core", "rustc-std-workspace-alloc"]),
    ("rustc-std-workspace-core", &["core"]),
    ("rustc-std-workspace-alloc", &["alloc"]),
    ("alloc", &["core"]),
    ("core", &[]),
];

/// Answers this call of cargo, which only asks for something.
pub fn answer(mut cargo: Command, toolchain: &Path) -> ExitCode {
    let Some(entry) = CacheEntry::of(&cargo) else { return crate::run(&mut cargo) };
    if let Some(answer) = entry.read() {
        return print(answer.as_bytes());
    }
    let file = entry.begin();
    // Of std cargo is asked where it really lies.
    let std = std::env::current_dir().ok().filter(|folder| folder.ends_with(rustc::SHOWN_STD_SOURCES));
    let moved =
        std.map(|shown| [shown, toolchain.join(rustc::STD_SOURCES)].map(|path| path.display().to_string()));
    if let Some([shown, real]) = &moved {
        cargo = elsewhere(&cargo, shown, real);
    }
    let Ok(output) = cargo.stderr(Stdio::inherit()).output() else { return crate::run(&mut cargo) };
    if !output.status.success() {
        let _ = std::io::stdout().write_all(&output.stdout);
        return ExitCode::FAILURE;
    }
    let mut answer = String::from_utf8_lossy(&output.stdout).into_owned();
    if let Some([shown, real]) = &moved {
        answer = answer.replace(real, shown);
    }
    let answer = match serde_json::from_str(&answer) {
        Ok(metadata) if cargo.get_args().any(|word| word == "metadata") => in_short(metadata).to_string(),
        _ => answer,
    };
    cargo_cache::write(file, &answer);
    print(answer.as_bytes())
}

/// The same call in another folder, which its arguments name too.
fn elsewhere(cargo: &Command, here: &str, there: &str) -> Command {
    let mut moved = crate::like(cargo);
    moved.args(cargo.get_args().map(|word| word.to_string_lossy().replace(here, there))).current_dir(there);
    moved
}

fn print(answer: &[u8]) -> ExitCode {
    let written = std::io::stdout().write_all(answer);
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Leaves out of `cargo metadata` what [`PARTS`] leaves out, and then what nothing depends on any more.
fn in_short(mut metadata: Value) -> Value {
    if !metadata["resolve"]["nodes"].is_array() {
        return metadata;
    }
    let name = |packages: &Value, id: &Value| {
        let package = packages.as_array()?.iter().find(|package| package["id"] == *id)?;
        Some(package["name"].as_str()?.to_owned())
    };
    let packages = metadata["packages"].take();
    let parts = |id: &Value| {
        let name = name(&packages, id)?;
        PARTS.iter().find(|(krate, _)| *krate == name).map(|(_, parts)| *parts)
    };
    let is_part =
        |parts: &[&str], id: &Value| name(&packages, id).is_some_and(|name| parts.contains(&name.as_str()));
    for node in metadata["resolve"]["nodes"].as_array_mut().into_iter().flatten() {
        let Some(parts) = parts(&node["id"]) else { continue };
        if let Some(dependencies) = node["deps"].as_array_mut() {
            dependencies.retain(|dependency| is_part(parts, &dependency["pkg"]));
        }
        if let Some(dependencies) = node["dependencies"].as_array_mut() {
            dependencies.retain(|id| is_part(parts, id));
        }
    }
    let kept = reachable(&metadata, &packages);
    metadata["packages"] = packages;
    for (list, id) in [
        ("/packages", "id"),
        ("/resolve/nodes", "id"),
        ("/workspace_members", ""),
        ("/workspace_default_members", ""),
    ] {
        if let Some(list) = metadata.pointer_mut(list).and_then(Value::as_array_mut) {
            list.retain(|entry| entry.get(id).unwrap_or(entry).as_str().is_some_and(|id| kept.contains(id)));
        }
    }
    metadata
}

/// The packages that the workspace's own depend on; of std's workspace, those that std depends on.
fn reachable(metadata: &Value, packages: &Value) -> BTreeSet<String> {
    let ids = |list: &Value, id: &str| -> Vec<String> {
        let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|entry| entry.get(id).unwrap_or(entry).as_str().map(str::to_owned)).collect()
    };
    let std = packages.as_array().into_iter().flatten().find(|package| package["name"] == "std");
    let mut todo = match std {
        Some(std) => vec![std["id"].as_str().unwrap_or_default().to_owned()],
        None => ids(&metadata["workspace_members"], ""),
    };
    let nodes = metadata["resolve"]["nodes"].as_array();
    let mut reached = BTreeSet::new();
    while let Some(id) = todo.pop() {
        let node = nodes.into_iter().flatten().find(|node| node["id"].as_str() == Some(&id));
        if let (Some(node), true) = (node, reached.insert(id)) {
            todo.extend(ids(&node["deps"], "pkg"));
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(members: &[&str], nodes: &[(&str, &[&str])]) -> Value {
        let packages: Vec<_> =
            nodes.iter().map(|(name, _)| json!({"id": format!("{name}-id"), "name": name})).collect();
        let id = |name: &&str| format!("{name}-id");
        let nodes: Vec<_> = nodes
            .iter()
            .map(|(name, deps)| {
                let ids: Vec<_> = deps.iter().map(id).collect();
                let deps: Vec<_> = ids.iter().map(|id| json!({"pkg": id})).collect();
                json!({"id": id(name), "dependencies": ids, "deps": deps})
            })
            .collect();
        let members: Vec<_> = members.iter().map(id).collect();
        json!({"packages": packages, "workspace_members": members, "resolve": {"nodes": nodes}})
    }

    fn names(metadata: &Value) -> Vec<&str> {
        metadata["packages"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|package| package["name"].as_str())
            .collect()
    }

    #[test]
    fn what_no_cell_can_name_is_left_out_and_a_learners_own_dependency_stays_whole() {
        let all = metadata(
            &["ctx"],
            &[
                ("ctx", &["convlab", "rand"]),
                ("convlab", &["tch", "plotters", "libc"]),
                ("tch", &["torch-sys", "zip"]),
                ("plotters", &["libc"]),
                ("torch-sys", &["libc"]),
                ("zip", &[]),
                ("rand", &["rand_core", "libc"]),
                ("rand_core", &[]),
                ("libc", &[]),
            ],
        );
        let short = in_short(all);
        assert_eq!(names(&short), ["ctx", "convlab", "tch", "rand", "rand_core", "libc"]);
        let nodes = short["resolve"]["nodes"].as_array().unwrap();
        assert_eq!(nodes[1]["dependencies"], json!(["tch-id"]));
        assert_eq!(nodes[1]["deps"], json!([{"pkg": "tch-id"}]));
        assert_eq!(nodes.len(), 6);
    }

    #[test]
    fn of_stds_workspace_stays_what_its_types_are_made_of() {
        let all = metadata(
            &["std", "core", "alloc", "coretests"],
            &[
                ("std", &["core", "alloc", "hashbrown", "libc"]),
                ("core", &[]),
                ("alloc", &["core", "compiler_builtins"]),
                ("coretests", &["core"]),
                ("hashbrown", &["rustc-std-workspace-core", "foldhash"]),
                ("rustc-std-workspace-core", &["core"]),
                ("compiler_builtins", &[]),
                ("foldhash", &[]),
                ("libc", &[]),
            ],
        );
        let short = in_short(all);
        assert_eq!(names(&short), ["std", "core", "alloc", "hashbrown", "rustc-std-workspace-core"]);
        assert_eq!(short["workspace_members"], json!(["std-id", "core-id", "alloc-id"]));
    }

    #[test]
    fn an_answer_without_dependencies_stays_as_it_is() {
        let alone =
            json!({"packages": [{"id": "a", "name": "ctx"}], "workspace_members": ["a"], "resolve": null});
        assert_eq!(in_short(alone.clone()), alone);
    }
}
