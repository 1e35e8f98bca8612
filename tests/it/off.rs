//! What the macros leave behind: nothing in a build without the feature, and nothing in the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use instr_tests::workspace;

/// Programs with attributes on functions, methods, `impl` blocks and a signal handler.
const SOURCES: [&str; 6] = [
    "examples/src/bin/abort.rs",
    "examples/src/bin/deadlock.rs",
    "examples/src/bin/worker-pool.rs",
    "tests/programs/src/bin/allocator.rs",
    "tests/programs/src/bin/signals.rs",
    "tests/programs/src/bin/unwinding.rs",
];

/// What they share.
const MODULES: [&str; 2] = ["tests/programs/src/handler.rs", "tests/programs/src/timer.rs"];

/// Makes a package of these programs, whose text goes through `edit`.
fn write_package(package: &Path, edit: impl Fn(String) -> String) {
    let runtime = workspace().join("instr-runtime");
    let manifest = format!(
        "[package]\nname = \"subject\"\nedition = \"2024\"\n[workspace]\n\
         [features]\ninstr = [\"instr-runtime/enabled\"]\n\
         [dependencies]\nlibc = \"0.2\"\ninstr-runtime = {{ path = {runtime:?} }}\n"
    );
    fs::create_dir_all(package.join("src/bin")).expect("a directory");
    fs::write(package.join("Cargo.toml"), manifest).expect("a file");
    // The versions that are here already.
    fs::copy(workspace().join("Cargo.lock"), package.join("Cargo.lock")).expect("a file");
    let programs = SOURCES.map(|source| ("src/bin", source));
    for (directory, source) in programs.into_iter().chain(MODULES.map(|module| ("src", module))) {
        let name = Path::new(source).file_name().expect("a name");
        let text = fs::read_to_string(workspace().join(source)).expect("a source file");
        fs::write(package.join(directory).join(name), edit(text)).expect("a file");
    }
}

fn cargo(package: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").expect("tests run under cargo"));
    command.current_dir(package).args(arguments).arg("--quiet");
    command
}

/// The assembly of every crate of the package, by file name.
fn assembly(package: &Path, profile: &str) -> BTreeMap<PathBuf, String> {
    let target = tempfile::tempdir().expect("a directory");
    let mut command = cargo(package, &["build", "--profile", profile]);
    let status = command.arg("--target-dir").arg(target.path()).env("RUSTFLAGS", "--emit=asm -Cdebuginfo=0").status();
    assert!(status.expect("cargo runs").success());
    let deps = target.path().join(if profile == "dev" { "debug" } else { profile }).join("deps");
    let files = fs::read_dir(deps).expect("a directory").map(|entry| entry.expect("an entry").path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "s"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("UTF-8");
            (path.file_name().expect("a name").into(), without_hashes(&text))
        })
        .collect()
}

/// The hash at the end of a symbol, `17h0123456789abcdefE`, takes in that a macro was expanded.
fn without_hashes(assembly: &str) -> String {
    let mut parts = assembly.split("17h");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_hash = part.get(..16).is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        text.push_str("17h");
        text.push_str(if is_hash { &part[16..] } else { part });
    }
    text
}

/// Takes away everything of ours, and leaves the rest on its lines.
fn without_attributes(text: String) -> String {
    let is_ours = |line: &str| {
        let line = line.trim();
        line.starts_with("use instr_runtime::") || line == "#[instrument_source]" || line == "#[signal_handler]"
    };
    let text: Vec<_> = text.lines().map(|line| if is_ours(line) { "" } else { line }).collect();
    let text = text.join("\n") + "\n";
    assert!(!text.contains("#[instr") && !text.contains("instr_runtime"), "{text}");
    text
}

fn assert_same_assembly(profile: &str) {
    let package = tempfile::tempdir().expect("a directory");
    write_package(package.path(), |text| text);
    let with = assembly(package.path(), profile);
    write_package(package.path(), without_attributes);
    let without = assembly(package.path(), profile);
    assert!(with.keys().eq(without.keys()) && with.len() >= SOURCES.len(), "{:?} {:?}", with.keys(), without.keys());
    for (file, text) in &with {
        let different = text.lines().zip(without[file].lines()).find(|(with, without)| with != without);
        assert!(*text == without[file], "{file:?}: {different:?}");
    }
}

#[test]
fn without_the_feature_a_debug_build_is_the_same_to_the_last_instruction() {
    assert_same_assembly("dev");
}

#[test]
fn without_the_feature_a_release_build_is_the_same_to_the_last_instruction() {
    assert_same_assembly("release");
}

/// Every file below a directory, but for what git and Cargo put there.
fn contents(directory: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with(".git") {
                contents(&path, into);
            }
        } else {
            into.insert(path.clone(), fs::read(path).expect("a readable file"));
        }
    }
}

#[test]
fn an_instrumented_build_changes_no_source_file() {
    let package = tempfile::tempdir().expect("a directory");
    write_package(package.path(), |text| text);
    let all = || {
        let mut all = BTreeMap::new();
        for crate_ in ["instr-format", "instr-macros", "instr-runtime", "examples"] {
            contents(&workspace().join(crate_), &mut all);
        }
        contents(&package.path().join("src"), &mut all);
        all
    };
    let before = all();
    let mut command = cargo(package.path(), &["check", "--features", "instr"]);
    let target = instr_tests::build::directory(instr_tests::build::INSTRUMENTED);
    assert!(command.arg("--target-dir").arg(target).status().expect("cargo runs").success());
    let after = all();
    let changed: Vec<_> = after.iter().filter(|(path, text)| before.get(*path) != Some(text)).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "{changed:?}");
}
