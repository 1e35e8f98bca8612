//! Places where records cannot be written, or only some of them: the program does as without us, and what is missing is
//! counted and said.

mod descriptors;
mod full_disk;
mod limits;
mod mapped;
mod names;
mod planted;
mod taken;
mod unusable;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Ended, Scene, run};
use instr_tests::report::Report;

/// Runs the program, which fails when `errno` changes under its feet, with and without the feature, and checks that it
/// does the same. What it says on stderr, it says because of us.
fn steady(scene: &Scene, turns: &str, configure: impl Fn(&mut Command)) -> Ended {
    let run = |build: Build| {
        let mut command = scene.command(&program("steady", build));
        command.arg(turns);
        configure(&mut command);
        run(&mut command)
    };
    let (plain, instrumented) = (run(PLAIN), run(INSTRUMENTED));
    assert_eq!((instrumented.status, &instrumented.stdout), (plain.status, &plain.stdout), "{instrumented:?}");
    assert_eq!((plain.status.code(), plain.stderr.as_str()), (Some(5), ""));
    instrumented
}

/// How many statements the program reaches.
fn reached(turns: &str) -> u64 {
    let scene = Scene::new();
    steady(&scene, turns, |_| ());
    scene.report().sum("records")
}

fn assert_one_line(ended: &Ended, reason: &str) {
    let line = ended.stderr.strip_suffix('\n').unwrap_or_default();
    assert!(line.starts_with("instr: nothing is recorded, as no directory can be created in "), "{ended:?}");
    assert!(line.contains(reason) && !line.contains('\n'), "{ended:?}");
}

/// `errno` of the records that each thread could not write.
fn errnos(report: &Report) -> Vec<&str> {
    let damage = report.threads().iter().flat_map(|thread| thread["damage"].as_array().expect("a list"));
    damage.filter(|damage| damage["kind"] == "write-failed").filter_map(|damage| damage["errno"].as_str()).collect()
}

/// Nobody but the owner may look into this run.
fn assert_private(run: &Path) {
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o7777;
    assert_eq!(mode(run), 0o700, "{run:?}");
    for entry in fs::read_dir(run).expect("a directory") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
}
