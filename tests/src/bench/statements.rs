//! The program whose statements are measured: `tests/benches/statements`.

use std::fs;
use std::path::{Path, PathBuf};

use instr_format::files::is_thread_log;

use super::kinds::WRITE;
use super::subject::Subject;
use crate::package::{Package, runtime};
use crate::program::Scene;
use crate::workspace;

/// How it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Built {
    /// With the feature.
    pub instrumented: bool,
    /// Optimized.
    pub release: bool,
}

/// Builds it.
///
/// # Panics
/// When it does not build.
pub fn program(built: Built) -> PathBuf {
    let kind = if built.instrumented { "statements" } else { "statements-off" };
    let package = Package::new(kind);
    let sources = workspace().join("tests/benches/statements");
    package.copy(&sources.join("program.rs"), "src/main.rs");
    for copy in ["plain", "instrumented"] {
        package.copy(&sources.join("work.rs"), &format!("src/{copy}.rs"));
    }
    package.annotate("src/instrumented.rs", "2024");
    let dependency = runtime(built.instrumented);
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"{kind}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ninstr-runtime = {dependency}\n"
        ),
    );
    let command = if built.release { &["build", "--release"][..] } else { &["build"] };
    package.build(command).0.remove(kind).expect("a program")
}

/// How many records a turn of one of its functions makes.
///
/// # Panics
/// When there are none.
pub fn records_per_turn(program: &Path, function: &str) -> f64 {
    let lines = |turns: &str| {
        let scene = Scene::new();
        WRITE.of(&Subject::new(program, &["instrumented", function, turns])).run_at(&scene);
        let [run] = &scene.runs()[..] else { panic!("not one run") };
        lines(run)
    };
    let records = lines("20") - lines("10");
    assert!(records > 0, "{function} makes no records");
    records as f64 / 10.0
}

fn lines(run: &Path) -> usize {
    let entries = fs::read_dir(run).expect("a run directory").map(|entry| entry.expect("an entry"));
    let logs = entries.filter(|entry| is_thread_log(&entry.file_name().to_string_lossy()));
    logs.map(|log| fs::read(log.path()).expect("a log").iter().filter(|byte| **byte == b'\n').count()).sum()
}
