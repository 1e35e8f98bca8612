//! Programs built otherwise than by default: they die as their twins do, and are found where they were.

use std::path::{Path, PathBuf};
use std::process::Command;

use instr_tests::build::{INSTRUMENTED, PLAIN, directory, missing_for, program};
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, run, without_thread_ids};
use instr_tests::skip::needing;
use instr_tests::workspace;

const MUSL: &str = "x86_64-unknown-linux-musl";
const DEATHS: &str = "tests/crasher/src/deaths.rs";

/// The crasher, without and with the feature, by these arguments and variables for cargo. It lies at `path`.
fn crashers(name: &str, arguments: &[&str], variables: &[(&str, &str)], path: &str) -> [PathBuf; 2] {
    [PLAIN, INSTRUMENTED].map(|build| {
        let target = directory(build).join(name);
        let mut cargo = Command::new(std::env::var_os("CARGO").expect("tests run under cargo"));
        cargo.args(["build", "--quiet", "--package", "crasher", "--target-dir"]).arg(&target);
        cargo.args(arguments).envs(variables.iter().copied()).current_dir(workspace());
        if build.instrumented {
            cargo.args(["--features", "instr"]);
        }
        assert!(cargo.status().expect("cargo runs").success(), "{name}");
        target.join(path)
    })
}

/// The twins end in the same way, and each sink finds the thread in the statement.
fn die(twins: &[PathBuf; 2], arguments: &[&str], thread: &str, last: &Place, end: (&str, Option<&str>)) {
    for sink in ["write", "ring", "count"] {
        let scene = Scene::new();
        let ended = |program: &Path| {
            let ended = run(scene.command(program).args(arguments).env("INSTR_SINK", sink));
            Ended { stderr: without_thread_ids(&ended.stderr), ..ended }
        };
        assert_eq!(ended(&twins[1]), ended(&twins[0]), "{sink}");
        let report = scene.report();
        assert_eq!((report.end().0, report.signal()), end, "{sink} {arguments:?}");
        assert_eq!(Place::last_of(report.thread(thread)), *last, "{sink} {arguments:?}");
    }
}

fn by_fault_and_by_panic(twins: &[PathBuf; 2], panic: (&str, Option<&str>)) {
    let fault = ("signal", Some("SIGSEGV"));
    die(twins, &["null-dereference", "worker"], "guilty", &Place::marked(DEATHS, "guilty: null-dereference"), fault);
    die(twins, &["panic-in-thread", "main"], "main", &Place::marked(DEATHS, "guilty: panic-in-thread"), panic);
}

const UNWINDS: (&str, Option<&str>) = ("panic", None);
const ABORTS: (&str, Option<&str>) = ("signal", Some("SIGABRT"));

#[test]
fn panics_that_abort() {
    let variables = [("CARGO_PROFILE_DEV_PANIC", "abort")];
    by_fault_and_by_panic(&crashers("abort", &[], &variables, "debug/crasher"), ABORTS);
}

#[test]
fn optimized_across_all_crates() {
    let variables = [("CARGO_PROFILE_RELEASE_LTO", "fat"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")];
    by_fault_and_by_panic(&crashers("lto", &["--release"], &variables, "release/crasher"), UNWINDS);
}

#[test]
fn static_with_musl() {
    needing("static_with_musl", || missing_for(MUSL, &[]), die_with_musl);
}

fn die_with_musl() {
    let path = format!("{MUSL}/debug/crasher");
    // This libc tells nobody the exit status.
    by_fault_and_by_panic(&crashers("musl", &["--target", MUSL], &[], &path), ("unknown", None));
}

#[test]
fn with_an_allocator_of_its_own() {
    let twins = [PLAIN, INSTRUMENTED].map(|build| program("own_allocator", build));
    let place = |mark| Place::marked("tests/programs/src/bin/own_allocator.rs", mark);
    die(&twins, &["fault"], "worker", &place("faults"), ("signal", Some("SIGSEGV")));
    die(&twins, &["panic"], "worker", &place("panics"), ("exit", None));
}
