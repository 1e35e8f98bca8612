//! Tests, doc tests, options, and builds beside each other.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use instr_tests::cargo_instr::{Workspace, runs};
use instr_tests::package::succeed;
use instr_tests::program::{Scene, run};

use super::{build, play};

#[test]
fn tests_run_and_the_report_names_the_one_that_dies() {
    let app = Workspace::new("edges", "edges tests");
    let output = app.output("dying");
    let mut command = app.instr(&["--sancov", "test", "-p", "app", "--", "--test-threads=1"]);
    let ended = command.env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(101), "{said}");
    assert!(said.contains("died of SIGABRT"), "{said}");
    assert!(said.contains("app::tests::dies at "), "{said}");
    assert_eq!(runs(&output).len(), 1, "{said}");
}

#[test]
fn options_that_are_for_statements_are_refused_by_name() {
    let app = Workspace::new("edges", "edges options");
    for option in ["--stack", "--deps", "--level=block", "--with-dep=looping", "--include-file=main.rs"] {
        let ended = app.instr(&["--sancov", option, "build"]).output().expect("cargo runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        let name = option.split('=').next().unwrap_or(option);
        assert_eq!(ended.status.code(), Some(2), "{said}");
        assert!(said.contains("'--sancov' cannot be used with") && said.contains(name), "{said}");
    }
    let ended = app.instr(&["--sancov", "build", "--target=i686-unknown-linux-gnu"]).output().expect("cargo runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("--sancov is for x86_64 Linux alone, not for i686-unknown-linux-gnu"), "{said}");
}

/// What plain `cargo instr` builds is not mixed with it, whichever comes first.
#[test]
fn other_builds_are_not_touched() {
    let app = Workspace::new("edges", "edges others");
    let first = build(&app, &["-p", "app"]);
    succeed(&mut app.instr(&["build", "-q", "-p", "app"]));
    let scene = Scene::new();
    run(&mut scene.command(&app.path().join("target/instr/debug/app")));
    let [plain] = scene.runs().try_into().expect("one run");
    assert!(!plain.join("edges").exists());
    assert_eq!(build(&app, &["-p", "app"]), first);
    let scene = Scene::new();
    assert!(play(&scene, &first, "nothing").status.success());
    let [run] = scene.runs().try_into().expect("one run");
    assert!(run.join("edges").exists());
}

#[test]
fn libraries_keep_their_lints_and_doc_tests() {
    let app = Workspace::new("edges", "edges documented");
    let output = app.output("documented");
    let mut command = app.instr(&["--sancov", "test", "-p", "documented"]);
    let ended = command.env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
    let (said, printed) = (String::from_utf8_lossy(&ended.stderr), String::from_utf8_lossy(&ended.stdout));
    assert!(ended.status.success() && !said.contains("warning"), "{said}{printed}");
    assert!(printed.contains("test documented/src/lib.rs - quadruple (line 6) ... ok"), "{printed}");
    // The program of the unit tests, and that of the doc test.
    assert_eq!(runs(&output).len(), 2, "{said}{printed}");
}

/// One whose LLVM does not know the pass, and one that makes nothing of it.
#[test]
fn a_compiler_without_the_pass_is_refused() {
    let app = Workspace::new("edges", "edges compilers");
    let refuses = "-Cpasses=*) echo \"error: unknown pass name 'sancov-module'\" >&2; exit 1;;";
    let ignores = "-Cpasses=*|-Cllvm-args=*) continue;;";
    for (number, (what, said_by_it)) in [(refuses, "unknown pass name"), (ignores, "")].into_iter().enumerate() {
        let script = format!(
            "#!/bin/bash\nkept=()\nfor each; do\n    case $each in {what} esac\n    kept+=(\"$each\")\ndone\n\
             exec rustc \"${{kept[@]}}\"\n"
        );
        let name = format!("target/compiler-{number}");
        app.write(&name, &script);
        let compiler = app.path().join(&name);
        fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).expect("a file of ours");
        let ended = app.instr(&["--sancov", "build"]).env("RUSTC", &compiler).output().expect("cargo runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(101), "{said}");
        let message = "cargo instr: --sancov needs a compiler whose LLVM has SanitizerCoverage, and rustc 1.";
        assert!(said.contains(message) && said.contains(said_by_it), "{said}");
    }
}

#[test]
fn what_hangs_is_ended_and_told_with_what_the_kernel_says() {
    let app = Workspace::new("edges", "edges limit");
    // Built before, so that the time is the program's.
    build(&app, &["-p", "app"]);
    let ended = app.instr(&["--sancov", "--limit=1", "run", "-q", "--bin=app", "--", "loop"]).output().expect("cargo");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(137), "{said}");
    assert!(said.contains("app was killed by SIGKILL at its limit of 1 s\n"), "{said}");
    assert!(said.contains("said the kernel\n") && said.contains("last edge in "), "{said}");
}
