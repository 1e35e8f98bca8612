//! Packs the sources of the runtime and of all that it depends on, so that `cargo instr` can compile them with any compiler,
//! offline, on a machine that has nothing else of instr.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::fs;
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use toml::{Table, Value};

const CRATES: [&str; 3] = ["instr-format", "instr-macros", "instr-runtime"];

fn main() {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let root = package.parent().expect("the package is in the workspace's directory");
    let out = PathBuf::from(variable("OUT_DIR"));
    let sources = out.join("runtime");
    if sources.exists() {
        fs::remove_dir_all(&sources).expect("an old copy of the sources");
    }
    write_manifest(&root.join("Cargo.toml"), &sources.join("Cargo.toml"), for_the_runtime_alone);
    for name in CRATES {
        let (from, to) = (root.join(name), sources.join(name));
        write_manifest(&from.join("Cargo.toml"), &to.join("Cargo.toml"), |manifest| {
            manifest.remove("dev-dependencies");
        });
        copy_sources(&from.join("src"), &to.join("src"));
        println!("cargo::rerun-if-changed={}", from.display());
    }
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

fn for_the_runtime_alone(manifest: &mut Table) {
    manifest.remove("profile");
    let members = CRATES.map(|name| Value::String(name.to_owned()));
    let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut).expect("a workspace");
    workspace.insert("members".to_owned(), Value::Array(members.into()));
}

fn write_manifest(from: &Path, to: &Path, edit: impl FnOnce(&mut Table)) {
    let text = fs::read_to_string(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    let mut manifest: Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    edit(&mut manifest);
    fs::create_dir_all(to.parent().expect("it has a directory")).expect("a new directory");
    fs::write(to, manifest.to_string()).expect("a new manifest");
}

/// All but the tests of the macros, which stay as a module that is never compiled.
fn copy_sources(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a new directory");
    for path in entries(from) {
        let target = to.join(path.file_name().expect("an entry has a name"));
        if !path.is_dir() {
            fs::copy(&path, target).expect("a source");
        } else if path.file_name() != Some(OsStr::new("tests")) {
            copy_sources(&path, &target);
        }
    }
}

/// The sources of other people's crates, as cargo has downloaded them to build this one.
fn vendor(sources: &Path) {
    let output = Command::new(variable("CARGO"))
        .args(["vendor", "--offline", "--versioned-dirs", "--quiet", "vendor"])
        .current_dir(sources)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo vendor: {}", String::from_utf8_lossy(&output.stderr));
    fs::create_dir_all(sources.join(".cargo")).expect("a new directory");
    fs::write(sources.join(".cargo/config.toml"), output.stdout).expect("a new file");
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
