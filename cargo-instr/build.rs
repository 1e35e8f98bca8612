//! Packs the sources of the runtime and of all that it depends on, so that `cargo instr` can compile them with any compiler,
//! offline, on a machine that has nothing else of instr.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use toml::{Table, Value};

/// What the user's program is linked with.
const RUNTIME: &str = "instr-runtime";

/// What of a package its compilation never asks for.
const LEFT_OUT: [&str; 4] = ["tests", "benches", "examples", "target"];

/// Cargo is to look for nothing in the user's registry, where it need not be.
const VENDORED: &str = "\
[source.crates-io]
replace-with = \"vendored\"

[source.vendored]
directory = \"vendor\"
";

fn main() {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let root = package.parent().expect("the package is in the workspace's directory");
    let out = PathBuf::from(variable("OUT_DIR"));
    let sources = out.join("runtime");
    if sources.exists() {
        fs::remove_dir_all(&sources).expect("an old copy of the sources");
    }
    let workspace = read_manifest(&root.join("Cargo.toml"));
    let crates = crates(root, &workspace);
    for name in &crates {
        let (from, to) = (root.join(name), sources.join(name));
        copy_package(&from, &to);
        let mut manifest = read_manifest(&from.join("Cargo.toml"));
        manifest.remove("dev-dependencies");
        write(&to.join("Cargo.toml"), &manifest.to_string());
        println!("cargo::rerun-if-changed={}", from.display());
    }
    write(&sources.join("Cargo.toml"), &for_these_alone(workspace, &crates).to_string());
    println!("cargo::rerun-if-changed={}", root.join("Cargo.toml").display());
    println!("cargo::rerun-if-changed={}", package.display());
    vendor(&sources);

    let archive = pack(&sources);
    let mut hasher = DefaultHasher::new();
    hasher.write(&archive);
    // What annotates is as much a part of what comes out.
    hash_files(&package.join("src"), &mut hasher);
    println!("cargo::rustc-env=CARGO_INSTR_BUILD={:016x}", hasher.finish());
    fs::write(out.join("runtime.tar.gz"), archive).expect("a new archive");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

/// The directories of the runtime and of every crate of this workspace that it is made of.
fn crates(root: &Path, workspace: &Table) -> BTreeSet<String> {
    let paths = |name: &str| workspace["workspace"]["dependencies"].get(name)?.get("path")?.as_str().map(str::to_owned);
    let mut crates = BTreeSet::new();
    let mut rest = vec![RUNTIME.to_owned()];
    while let Some(name) = rest.pop() {
        let manifest = read_manifest(&root.join(&name).join("Cargo.toml"));
        for kind in ["dependencies", "build-dependencies"] {
            let dependencies = manifest.get(kind).and_then(Value::as_table).into_iter().flat_map(Table::keys);
            rest.extend(dependencies.filter_map(|name| paths(name)).filter(|path| !crates.contains(path)));
        }
        crates.insert(name);
    }
    crates
}

fn for_these_alone(mut manifest: Table, crates: &BTreeSet<String>) -> Table {
    manifest.remove("profile");
    let members = crates.iter().cloned().map(Value::String).collect();
    let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut).expect("a workspace");
    workspace.insert("members".to_owned(), Value::Array(members));
    manifest
}

fn read_manifest(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it has a directory")).expect("a new directory");
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn copy_package(from: &Path, to: &Path) {
    for path in entries(from).into_iter().filter(|path| !LEFT_OUT.iter().any(|name| path.ends_with(name))) {
        copy(&path, &to.join(path.file_name().expect("an entry has a name")));
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a new directory");
        for path in entries(from) {
            copy(&path, &to.join(path.file_name().expect("an entry has a name")));
        }
    } else {
        fs::create_dir_all(to.parent().expect("it has a directory")).expect("a new directory");
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}

/// The sources of other people's crates, as cargo has downloaded them to build this one.
fn vendor(sources: &Path) {
    let output = Command::new(variable("CARGO"))
        .args(["vendor", "--offline", "--versioned-dirs", "--quiet", "vendor"])
        .current_dir(sources)
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let way_out = "what instr-runtime takes must be among cargo-instr's build dependencies, to have been downloaded";
    assert!(output.status.success(), "cargo vendor: {said}\n{way_out}");
    write(&sources.join(".cargo/config.toml"), VENDORED);
}

fn pack(sources: &Path) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    archive.mode(tar::HeaderMode::Deterministic);
    append(&mut archive, sources, Path::new(""));
    archive.into_inner().and_then(GzEncoder::finish).expect("memory takes all")
}

/// In the order of their names, so that the same sources make the same archive.
fn append(archive: &mut tar::Builder<GzEncoder<Vec<u8>>>, directory: &Path, name: &Path) {
    for path in entries(directory) {
        let name = name.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            append(archive, &path, &name);
        } else {
            archive.append_path_with_name(&path, &name).expect("a source");
        }
    }
}

fn hash_files(directory: &Path, hasher: &mut DefaultHasher) {
    for path in entries(directory) {
        if path.is_dir() {
            hash_files(&path, hasher);
        } else {
            hasher.write(&fs::read(path).expect("a source"));
        }
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}
