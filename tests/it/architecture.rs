//! Which crate may depend on which.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// User code -> instr-runtime -> {instr-macros, instr-format}; instr-analyze -> instr-format. The macros take the format
/// of the site text from instr-format, and nothing from the runtime but its path.
const EDGES: [(&str, &str); 4] = [
    ("instr-analyze", "instr-format"),
    ("instr-macros", "instr-format"),
    ("instr-runtime", "instr-format"),
    ("instr-runtime", "instr-macros"),
];

/// What runs in the user's process besides its own crates and the macros.
const RUNTIME_DEPENDENCIES: [&str; 2] = ["libc", "once_cell"];

#[test]
fn crates_depend_on_each_other_only_along_the_arrows() {
    let edges: BTreeSet<(String, String)> = product_dependencies().into_iter().filter(|(_, to)| is_ours(to)).collect();
    let allowed = EDGES.map(|(from, to)| (from.to_owned(), to.to_owned()));
    assert_eq!(edges, BTreeSet::from(allowed));
}

#[test]
fn the_runtime_stays_small_and_the_format_has_no_dependency() {
    let foreign = |name: &str| -> BTreeSet<String> {
        let all = product_dependencies().into_iter();
        all.filter(|(from, to)| from == name && !is_ours(to)).map(|(_, to)| to).collect()
    };
    assert_eq!(foreign("instr-format"), BTreeSet::new());
    assert_eq!(foreign("instr-runtime"), BTreeSet::from(RUNTIME_DEPENDENCIES.map(str::to_owned)));
}

fn is_ours(name: &str) -> bool {
    name.starts_with("instr-")
}

/// Dependencies of our crates, but for those of tests, examples and builds.
fn product_dependencies() -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let mut edges = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name");
        if !is_ours(name) || ["instr-tests", "instr-examples"].contains(&name) {
            continue;
        }
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            if dependency["kind"].is_null() {
                edges.push((name.to_owned(), dependency["name"].as_str().expect("a name").to_owned()));
            }
        }
    }
    edges
}
