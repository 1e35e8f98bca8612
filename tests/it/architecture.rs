//! Which crate may depend on which, and in the runtime, which module.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// User code -> instr-runtime -> {instr-macros, instr-config, instr-format}; cargo-instr -> instr-analyze -> instr-format. The
/// macros take the format of the site text from instr-format, and nothing from the runtime but its path.
const EDGES: [(&str, &str); 11] = [
    ("cargo-instr", "instr-analyze"),
    ("cargo-instr", "instr-config"),
    ("cargo-instr", "instr-format"),
    ("instr-analyze", "instr-config"),
    ("instr-analyze", "instr-format"),
    ("instr-config", "instr-format"),
    ("instr-macros", "instr-config"),
    ("instr-macros", "instr-format"),
    ("instr-runtime", "instr-config"),
    ("instr-runtime", "instr-format"),
    ("instr-runtime", "instr-macros"),
];

/// What runs in the user's process besides its own crates and the macros.
const RUNTIME_DEPENDENCIES: [&str; 4] = ["libc", "libz-rs-sys", "once_cell", "regex-lite"];
/// What reads the configuration: the first for `cargo instr` alone.
const CONFIG_DEPENDENCIES: [&str; 2] = ["serde", "toml_parser"];

/// The modules of the runtime: each uses only those before it.
const LAYERS: [&str; 22] = [
    "sys",
    "tls",
    "arena",
    "wiped",
    "json",
    "config",
    "filter",
    "settings",
    "facts",
    "site",
    "edges",
    "process",
    "thread",
    "sink",
    "crash",
    "orders",
    "life",
    "record",
    "sancov",
    "probe",
    "macro_api",
    "lib",
];

#[test]
fn modules_of_the_runtime_use_those_below_them() {
    let sources = instr_tests::workspace().join("instr-runtime/src");
    let mut edges = 0;
    for file in instr_tests::rust_files(&sources) {
        let module = file.strip_prefix(&sources).expect("below it").iter().next().expect("a name").to_string_lossy();
        let module = module.trim_end_matches(".rs");
        let layer = LAYERS.iter().position(|layer| *layer == module);
        let layer = layer.unwrap_or_else(|| panic!("`{module}` has no layer"));
        for used in modules_used(&std::fs::read_to_string(&file).expect("a source")) {
            let Some(other) = LAYERS.iter().position(|layer| *layer == used) else { continue };
            assert!(other <= layer, "{file:?} uses `{used}`, which is above it");
            edges += usize::from(other != layer);
        }
    }
    assert!(edges > 100, "{edges}");
}

/// What stands behind `crate::`, alone or in a list, in code.
fn modules_used(source: &str) -> Vec<String> {
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut used = Vec::new();
    for (at, start) in code.match_indices("crate::") {
        let rest = &code[at + start.len()..];
        let (list, mut depth) = (rest.starts_with('{'), 0);
        let end = rest.find(|letter: char| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            if list { depth == 0 } else { !(letter.is_alphanumeric() || letter == '_') }
        });
        let names = rest[..end.unwrap_or(rest.len())].split([',', '{']);
        used.extend(names.map(|name| name.split("::").next().unwrap_or_default().trim().to_owned()));
    }
    used
}

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
    assert_eq!(foreign("instr-config"), BTreeSet::from(CONFIG_DEPENDENCIES.map(str::to_owned)));
    assert_eq!(foreign("instr-runtime"), BTreeSet::from(RUNTIME_DEPENDENCIES.map(str::to_owned)));
}

/// The command carries the runtime's sources, and links none of it.
#[test]
fn only_builds_of_the_command_name_the_runtime() {
    let of_the_build = dependencies("build").into_iter().filter(|(_, to)| is_ours(to));
    let expected = ("cargo-instr".to_owned(), "instr-runtime".to_owned());
    assert_eq!(of_the_build.collect::<Vec<_>>(), [expected]);
    // Macros are built once for a whole workspace: what turns them on here would turn them on for plain programs.
    let manifest =
        std::fs::read_to_string(instr_tests::workspace().join("cargo-instr/Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("\ninstr-runtime.workspace = true\n"), "{manifest}");
    let sources = instr_tests::rust_files(&instr_tests::workspace().join("cargo-instr"));
    for source in sources {
        let text = std::fs::read_to_string(&source).expect("a source");
        assert!(!text.contains("use instr_runtime"), "{source:?}");
    }
}

/// A file much longer than this has more than one job.
#[test]
fn files_of_the_command_are_short() {
    for directory in ["cargo-instr", "tests/it/cargo_instr"] {
        for file in instr_tests::rust_files(&instr_tests::workspace().join(directory)) {
            let lines = std::fs::read_to_string(&file).expect("a source").lines().count();
            assert!(lines <= 330, "{file:?} has {lines} lines");
        }
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("instr-") || name == "cargo-instr"
}

/// Dependencies of our crates, but for those of tests, examples and builds.
fn product_dependencies() -> Vec<(String, String)> {
    dependencies("")
}

/// Dependencies of our crates but the tests and examples, of one kind.
fn dependencies(kind: &str) -> Vec<(String, String)> {
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
            if dependency["kind"].as_str().unwrap_or_default() == kind {
                edges.push((name.to_owned(), dependency["name"].as_str().expect("a name").to_owned()));
            }
        }
    }
    edges
}
