//! Names that are not UTF-8, or that nobody says.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::cargo_instr::runs;
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};
use instr_tests::report::Report;
use instr_tests::sandbox;
use instr_tests::skip::{needing, skip};

use super::{reached, steady};

const NOT_UTF8: &[u8] = b"st\xff dy\n";

#[test]
fn an_output_directory_that_is_not_utf8_holds_all_records() {
    let scene = Scene::new();
    let ended = steady(&scene, "10", |command| _ = command.env("INSTR_OUTPUT_DIR", OsStr::from_bytes(NOT_UTF8)));
    assert_eq!(ended.stderr, "");
    let output = scene.path().join(OsStr::from_bytes(NOT_UTF8));
    let [run] = runs(&output).try_into().expect("one run");
    assert_eq!(Report::of(&run).sum("records"), reached("10"));
}

#[test]
fn row_66_a_program_whose_name_is_not_utf8_is_recorded() {
    let scene = Scene::new();
    let path = scene.path().join(OsStr::from_bytes(NOT_UTF8));
    // Not by ourselves: children of other tests would inherit the open file, and nobody could execute it meanwhile.
    let copied = Command::new("/bin/cp").arg(program("steady", INSTRUMENTED)).arg(&path).status();
    assert!(copied.expect("coreutils").success());
    assert_eq!(run(scene.command(&path).arg("10")).status.code(), Some(5));
    let report = scene.report();
    let end = Place::marked("tests/programs/src/bin/steady/main.rs", "end");
    assert_eq!((report.sum("records"), Place::last_of(report.thread("main"))), (reached("10"), end));
}

/// As in a root of its own to which nobody has given one.
#[test]
fn without_proc_the_run_bears_the_programs_name() {
    needing("without_proc_the_run_bears_the_programs_name", sandbox::missing, run_without_proc);
}

fn run_without_proc() {
    let scene = Scene::new();
    let script = "mount -t tmpfs tmpfs /proc || exit 77; status=0; \"$0\" 10 || status=$?; exit $status";
    let ended = run(&mut sandbox::command(&scene, script, &program("steady", INSTRUMENTED)));
    if ended.status.code() == Some(77) {
        return skip("without_proc_the_run_bears_the_programs_name", &ended.stderr);
    }
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(5), ""));
    let runs = scene.runs();
    let name = runs[0].file_name().expect("a name").to_string_lossy();
    assert!(name.starts_with("steady-"), "{name}");
    assert_eq!(scene.report().sum("records"), reached("10"));
}
