//! The sources of the runtime in the command: every file, and everything that they depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_instr::runtime::{Runtime, unpack_to};
use instr_tests::package::{fetch_workspace, succeed};
use instr_tests::workspace;
use serde_json::Value;

const RUNTIME: &str = "instr-runtime";

/// The crates of this workspace that the runtime is made of, and the names and versions of others', as cargo resolves them
/// when everything is turned on, for any target.
fn parts() -> (BTreeSet<String>, BTreeSet<String>) {
    let metadata = succeed(&mut cargo(&["metadata", "--all-features", "--format-version", "1"]));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let array = |value: &Value| value.as_array().expect("an array").clone();
    let packages: BTreeMap<String, Value> =
        array(&metadata["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<String, Value> =
        array(&metadata["resolve"]["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let (mut ours, mut others) = (BTreeSet::new(), BTreeSet::new());
    let runtime = packages.iter().find(|(_, package)| package["name"] == RUNTIME).expect("the runtime").0;
    let mut rest = vec![runtime.clone()];
    while let Some(id) = rest.pop() {
        let package = &packages[&id];
        let is_new = if package["source"].is_null() {
            ours.insert(text(&package["name"]))
        } else {
            others.insert(format!("{}-{}", text(&package["name"]), text(&package["version"])))
        };
        for dependency in array(&nodes[&id]["deps"]).iter().filter(|_| is_new) {
            let is_for_tests = array(&dependency["dep_kinds"]).iter().all(|kind| kind["kind"] == "dev");
            rest.extend(Some(text(&dependency["pkg"])).filter(|_| !is_for_tests));
        }
    }
    (ours, others)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn cargo(arguments: &[&str]) -> Command {
    fetch_workspace();
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).arg("--offline").current_dir(workspace());
    command
}

fn unpacked() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    unpack_to(directory.path()).expect("room for it");
    directory
}

fn files(directory: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.insert(path);
        }
    }
}

#[test]
fn every_file_as_it_is_now() {
    let embedded = unpacked();
    for name in parts().0 {
        let root = workspace().join(&name);
        let mut sources = BTreeSet::new();
        files(&root.join("src"), &mut sources);
        sources.extend(Some(root.join("build.rs")).filter(|script| script.exists()));
        for source in sources {
            let copy = embedded.path().join(source.strip_prefix(workspace()).expect("below it"));
            assert_eq!(fs::read(&copy).ok(), fs::read(&source).ok(), "{source:?} is not in cargo-instr as it is now");
        }
        assert!(embedded.path().join(&name).join("Cargo.toml").exists(), "{name}");
    }
}

/// Whatever the lock file says, those are embedded that are there; by their names each is.
#[test]
fn every_dependency() {
    let embedded = unpacked();
    let (ours, others) = parts();
    let mut vendored: BTreeSet<String> = names(&embedded.path().join("vendor"));
    vendored.retain(|name| others.iter().any(|other| crate_name(other) == crate_name(name)));
    let by_name = |names: &BTreeSet<String>| -> BTreeSet<String> {
        names.iter().map(|name| crate_name(name).to_owned()).collect()
    };
    assert_eq!(by_name(&vendored), by_name(&others));
    let mut own = names(embedded.path());
    own.retain(|name| !["vendor", ".cargo", "Cargo.toml", "Cargo.lock"].contains(&name.as_str()));
    assert_eq!(own, ours);
}

/// The sources that are packed are those that cargo has downloaded to build the command, and it downloads nothing else.
#[test]
fn dependencies_of_the_runtime_are_downloaded_with_the_command() {
    let tree = ["tree", "-p", "cargo-instr", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
    let tree = succeed(&mut cargo(&tree));
    let tree = String::from_utf8_lossy(&tree.stdout).into_owned();
    let needed: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    for other in parts().1 {
        let name = crate_name(&other);
        assert!(needed.contains(name), "name `{name}` in cargo-instr's [build-dependencies]: {needed:?}");
    }
}

/// Cargo gives another version's libraries the same names. Programs that were built with either find their own.
#[test]
fn libraries_of_two_builds_lie_side_by_side() {
    let directory = tempfile::tempdir().expect("a directory");
    let provided = ["1", "2"].map(|build| {
        let home = directory.path().join(build);
        fs::create_dir_all(&home).expect("a directory");
        let library = home.join("libinstr_macros-0123.so");
        fs::write(&library, build).expect("a file");
        let runtime = Runtime { library: library.clone(), libraries: vec![library], key: build.to_owned() };
        runtime.provide(directory.path()).expect("room for it")
    });
    assert_eq!(provided.map(|library| fs::read_to_string(library).expect("it is there")), ["1", "2"]);
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// Without the version behind it.
fn crate_name(name: &str) -> &str {
    let end = name.match_indices('-').find(|(at, _)| name[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    end.map_or(name, |(at, _)| &name[..at])
}
