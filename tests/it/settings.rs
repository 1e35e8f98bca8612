//! The environment: what each variable does to a run, and that none does anything to the program.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;

use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::run_json;
use instr_tests::report::Report;

/// How far the program counts.
const TURNS: &str = "100";

/// Runs the program whose statements are always as many.
fn steady(scene: &Scene, variables: &[(&str, &OsStr)]) -> Ended {
    let ended = run(scene.command(&program("steady", INSTRUMENTED)).arg(TURNS).envs(variables.iter().copied()));
    let plain = run(scene.command(&program("steady", PLAIN)).arg(TURNS));
    assert_eq!((ended.status, &ended.stdout), (plain.status, &plain.stdout));
    ended
}

/// The report on such a run that has nothing to say on stderr.
fn quiet_report(variables: &[(&str, &str)]) -> Report {
    let scene = Scene::new();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, OsStr::new(*value))).collect();
    assert_eq!(steady(&scene, &variables).stderr, "");
    scene.report()
}

/// How many statements the program reaches.
fn reached() -> u64 {
    quiet_report(&[]).sum("records")
}

fn counts(report: &Report, thread: &str) -> (u64, u64) {
    let thread = report.thread(thread);
    let count = |name: &str| thread[name].as_u64().expect("a number");
    (count("records"), count("filtered"))
}

#[test]
fn switched_off_it_makes_no_directory_and_the_program_does_the_same() {
    for off in ["0", "false", "off", "no", "OFF"] {
        let scene = Scene::new();
        assert_eq!(steady(&scene, &[("INSTR_ENABLE", OsStr::new(off))]).stderr, "");
        assert!(!scene.output().exists(), "{off}");
    }
}

#[test]
fn files_that_are_left_out_are_counted() {
    for (name, value) in [("INSTR_EXCLUDE", "count.rs"), ("INSTR_INCLUDE", "*/steady/[!c]*.rs")] {
        let report = quiet_report(&[(name, value)]);
        let (one, main) = (counts(&report, "one"), counts(&report, "main"));
        assert!(one.0 == 1 && one.1 > 100, "the thread's closure alone is in another file: {one:?}");
        assert!(main.0 > 1 && main.1 > 100, "{main:?}");
        assert_eq!(report.sum("records") + report.sum("filtered") + report.sum("dropped"), reached());
    }
}

#[test]
fn threads_that_are_left_out_are_counted() {
    let report = quiet_report(&[("INSTR_THREAD", "main, two")]);
    let [main, one, two] = ["main", "one", "two"].map(|name| counts(&report, name));
    assert!(main.0 > 0 && main.1 == 0, "{main:?}");
    assert!(one.0 == 0 && one.1 > 100, "{one:?}");
    assert!(two.0 > 100 && two.1 == 0, "{two:?}");
    assert_eq!(report.sum("records") + report.sum("filtered") + report.sum("dropped"), reached());
}

#[test]
fn the_last_statement_is_right_though_filters_leave_it_out() {
    for (name, value) in [("INSTR_EXCLUDE", "deaths.rs"), ("INSTR_INCLUDE", "places.rs"), ("INSTR_THREAD", "nobody")] {
        let scene = Scene::new();
        run(scene.command(&program("crasher", INSTRUMENTED)).args(["abort", "worker"]).env(name, value));
        let guilty = Place::marked("tests/crasher/src/deaths.rs", "guilty: abort");
        assert_eq!(Place::last_of(scene.report().thread("guilty")), guilty, "{name}");
    }
}

#[test]
fn empty_variables_are_unset() {
    let empty = instr_format::names::VARIABLES.map(|variable| (variable.name, ""));
    let lists_of_nothing = ["INSTR_INCLUDE", "INSTR_EXCLUDE", "INSTR_THREAD"].map(|name| (name, " ,,"));
    for variables in [&empty[..], &lists_of_nothing] {
        let report = quiet_report(variables);
        assert_eq!((report.sum("records"), report.sum("filtered")), (reached(), 0), "{variables:?}");
    }
}

#[test]
fn a_value_that_cannot_be_meant_is_said_in_one_line_and_the_default_holds() {
    let not_utf8 = OsString::from_vec(b"\xff".to_vec());
    let bad = [
        ("INSTR_ENABLE", OsStr::new("maybe")),
        ("INSTR_SINK", OsStr::new("tape")),
        ("INSTR_INCLUDE", OsStr::new("[")),
        ("INSTR_EXCLUDE", OsStr::new("*,[x")),
        ("INSTR_THREAD", &not_utf8),
        ("INSTR_ECHO_STDERR", OsStr::new("loud")),
    ];
    for variable in bad {
        let scene = Scene::new();
        let stderr = steady(&scene, &[variable]).stderr;
        let line = stderr.strip_suffix('\n').unwrap_or_default();
        assert!(line.starts_with(&format!("instr: {}", variable.0)) && !line.contains('\n'), "{stderr:?}");
        assert_eq!(scene.report().sum("records"), reached(), "{stderr}");
    }
}

#[test]
fn a_misspelled_variable_is_noted_in_the_run() {
    let scene = Scene::new();
    let misspelled = [("INSTR_OUTPUTDIR", OsStr::new("elsewhere")), ("INSTR_\"QUOTED", OsStr::new("x"))];
    assert_eq!(steady(&scene, &misspelled).stderr, "");
    let notes = run_json(&scene.runs()[0])["notes"].to_string();
    assert!(notes.contains("INSTR_OUTPUTDIR"), "{notes}");
}

#[test]
fn the_output_directory_may_name_the_program_and_the_process() {
    let scene = Scene::new();
    assert_eq!(steady(&scene, &[("INSTR_OUTPUT_DIR", OsStr::new("logs/%e/%p"))]).stderr, "");
    let mut found = std::fs::read_dir(scene.path().join("logs/steady")).expect("a directory named for the program");
    let process = found.next().expect("a directory named for the process").expect("an entry");
    let run = std::fs::read_dir(process.path()).expect("a directory").next().expect("a run").expect("an entry").path();
    assert_eq!(process.file_name().to_str(), Some(run_json(&run)["pid"].to_string().as_str()));
}
