//! A program dies: its exit code is kept, and the report says where.

use std::fs;
use std::process::Output;

use instr_tests::cargo_instr::{Workspace, runs};

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The number of the only line of a source that holds `text`.
fn line(pair: &Workspace, file: &str, text: &str) -> usize {
    let source = fs::read_to_string(pair.path().join(file)).expect("a source");
    let mut lines = source.lines().enumerate().filter(|(_, line)| line.contains(text)).map(|(index, _)| index + 1);
    let (Some(line), None) = (lines.next(), lines.next()) else { panic!("not one `{text}` in {file}") };
    line
}

#[test]
fn the_report_names_function_and_line_and_shows_it() {
    let pair = Workspace::new("pair", "deaths");
    let cases = [
        ("segv", 139, "one::ways::write_to", "unsafe { *pointer = 1 };"),
        ("abort", 134, "one::ways::give_up", "std::process::abort();"),
        ("panic", 101, "one::ways::find", "found.expect(\"a needle\")"),
    ];
    for (way, code, function, statement) in cases {
        let output = pair.output(way);
        let mut command = pair.instr(&["run", "-q", "-p", "one", "--", way]);
        let ended = command.env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
        let said = stderr(&ended);
        assert_eq!(ended.status.code(), Some(code), "{said}");
        let place = format!("{function} at one/src/ways.rs:{}", line(&pair, "one/src/ways.rs", statement));
        assert!(said.contains(&place), "{place} is not in\n{said}");
        assert!(said.lines().any(|line| line.contains("| ") && line.contains(statement)), "{said}");
        assert!(said.contains(&format!("all records are in {}", output.display())), "{said}");
        assert_eq!(runs(&output).len(), 1, "{said}");
    }
}

#[test]
fn what_goes_well_is_not_spoken_of() {
    let pair = Workspace::new("pair", "well");
    let ended =
        pair.instr(&["run", "-q", "-p", "one", "--bin", "another", "--", "a", "--", "-b"]).output().expect("it");
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "another [\"a\", \"--\", \"-b\"]\n");
    assert_eq!((stderr(&ended).as_str(), ended.status.code()), ("", Some(0)));
    assert!(!pair.path().join("instr-logs").exists());
}

/// Also with a status of its own.
#[test]
fn what_fails_is_reported() {
    let pair = Workspace::new("pair", "fails");
    let ended = pair.instr(&["run", "-q", "-p", "one", "--", "3"]).output().expect("cargo runs");
    assert_eq!(ended.status.code(), Some(3));
    let said = stderr(&ended);
    assert!(said.contains("one exited with status 3") && said.contains("one::main at one/src/main.rs:"), "{said}");
}

/// The output directory of someone who collects: what has died before is not what died now.
#[test]
fn earlier_deaths_are_not_reported_again() {
    let pair = Workspace::new("pair", "earlier");
    let output = pair.output("all");
    let run = |way| {
        let mut command = pair.instr(&["run", "-q", "-p", "one", "--", way]);
        command.env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs")
    };
    let first = run("segv");
    assert!(stderr(&first).contains("one::ways::write_to at"), "{}", stderr(&first));
    let second = run("abort");
    assert!(stderr(&second).contains("one::ways::give_up at"), "{}", stderr(&second));
    assert!(!stderr(&second).contains("one::ways::write_to at"), "{}", stderr(&second));
}

/// `%p` and `%e` stand for the process and the program.
#[test]
fn an_output_directory_of_each_process_is_found() {
    let pair = Workspace::new("pair", "patterns");
    let output = pair.output("of each");
    let mut command = pair.instr(&["run", "-q", "-p", "one", "--", "segv"]);
    let ended = command.env("INSTR_OUTPUT_DIR", output.join("%e-%p/logs")).output().expect("cargo runs");
    assert_eq!(ended.status.code(), Some(139));
    assert!(stderr(&ended).contains("one::ways::write_to at"), "{}", stderr(&ended));
}

/// Cargo itself goes on to its end, and what has died is a process of it.
#[test]
fn a_test_that_dies() {
    let pair = Workspace::new("pair", "test that dies");
    let arguments = ["test", "-q", "-p", "one", "--test", "deadly", "--", "--include-ignored", "--test-threads=1"];
    let ended = pair.instr(&arguments).output().expect("cargo runs");
    assert_eq!(ended.status.code(), Some(101));
    assert!(stderr(&ended).contains("in one::ways::give_up at one/src/ways.rs"), "{}", stderr(&ended));
}

#[test]
fn a_death_without_records_is_spoken_of() {
    let pair = Workspace::new("pair", "unrecorded");
    let arguments = ["r", "-q", "-p", "one", "--include-function", "no::such::function", "--", "segv"];
    let ended = pair.instr(&arguments).output().expect("cargo runs");
    assert_eq!(ended.status.code(), Some(139));
    let expected = "warning: no function matches --include-function no::such::function; nothing is instrumented\n";
    assert_eq!(stderr(&ended), expected);
    let mut command = pair.instr(&["r", "-q", "-p", "one", "--", "segv"]);
    let ended = command.env("INSTR_ENABLE", "0").output().expect("cargo runs");
    assert_eq!(ended.status.code(), Some(139));
    assert_eq!(stderr(&ended), "warning: nothing was recorded: INSTR_ENABLE=0 turns it off\n");
}
