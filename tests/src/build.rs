//! The programs that the tests run, built as any user builds his: with and without the feature `instr`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use crate::package::build_directory;
use crate::program::Scene;

/// How a program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Build {
    /// With the feature.
    pub instrumented: bool,
    /// The Cargo profile.
    pub profile: &'static str,
    /// With the runtime's probes in Rust, as other machines have them.
    pub portable: bool,
}

/// Built with the feature.
pub const INSTRUMENTED: Build = Build { instrumented: true, profile: "dev", portable: false };
/// Built without it.
pub const PLAIN: Build = Build { instrumented: false, profile: "dev", portable: false };

/// Path of the program `name`. The first call for a build makes all of them.
///
/// # Panics
/// When they cannot be built.
pub fn program(name: &str, build: Build) -> PathBuf {
    static BUILT: Mutex<BTreeMap<Build, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().expect("an earlier build went well");
    built.entry(build).or_insert_with(|| make(build)).join(name)
}

fn make(build: Build) -> PathBuf {
    let directory = directory(build);
    let cargo = std::env::var_os("CARGO").expect("tests run under cargo");
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "crasher", "--package", "programs", "--package", "instr-examples"]);
    command.args(["--profile", build.profile]).arg("--target-dir").arg(&directory);
    if build.instrumented {
        command.args(["--features", "instr"]);
    }
    if build.portable {
        command.env("RUSTFLAGS", "--cfg instr_portable");
    }
    let status = command.current_dir(crate::workspace()).status().expect("cargo runs");
    assert!(status.success(), "{build:?}");
    directory.join(if build.profile == "dev" { "debug" } else { build.profile })
}

/// The target directory of a build: beside what this program itself was built to.
pub fn directory(build: Build) -> PathBuf {
    build_directory().join(match build {
        Build { portable: true, .. } => "portable",
        Build { instrumented: true, .. } => "instrumented",
        _ => "plain",
    })
}

/// Why no program can be built for a target here, if none can: one is tried.
///
/// # Panics
/// When the compiler cannot be run.
pub fn missing_for(target: &str, options: &[&str]) -> Option<String> {
    let scene = Scene::new();
    let source = scene.path().join("empty.rs");
    fs::write(&source, "fn main() {}\n").expect("a file");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let tried = rustc.args(["--target", target]).args(options).arg(&source).current_dir(scene.path()).output();
    let said = String::from_utf8_lossy(&tried.expect("the compiler runs").stderr).into_owned();
    let error = said.lines().find(|line| line.starts_with("error"));
    error.map(|error| format!("nothing can be built for {target}: {error}"))
}
