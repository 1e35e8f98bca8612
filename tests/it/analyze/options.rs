//! `--output`, `--color`, and pipes that nobody reads.

use std::fs;
use std::process::Stdio;

use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use instr_tests::skip::{needing, without};
use tempfile::TempDir;

fn run(records: u64) -> TempDir {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let mut parts = vec![header(PID, 1, 0, b"demo")];
    parts.extend((1..=records).map(|seq| record(PID, seq, seq, &DEMO[0])));
    run.log("1.log", &parts);
    output
}

#[test]
fn an_existing_output_is_replaced_only_by_force() {
    let (runs, target) = (run(1), tempfile::tempdir().unwrap());
    let path = target.path().join("report.txt");
    let (runs, path) = (runs.path().to_str().unwrap(), path.to_str().unwrap());
    let written = analyzer::run([runs, "--output", path]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""));
    let report = fs::read_to_string(path).unwrap();
    assert!(report.starts_with("demo did not exit normally"), "{report}");

    fs::write(path, "dear to me, and longer than any report, or so I hope ".repeat(99)).unwrap();
    let refused = analyzer::run([runs, "--output", path]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("exists; name another file, or add --force"), "{}", refused.stderr);
    assert!(fs::read_to_string(path).unwrap().starts_with("dear to me"));

    assert_eq!(analyzer::run([runs, "--output", path, "--force"]).code, 0);
    assert_eq!(fs::read_to_string(path).unwrap(), report);
}

#[test]
fn colour_is_for_terminals_or_when_asked_for() {
    let runs = run(1);
    let runs = runs.path().to_str().unwrap();
    let has_colour = |more: &[&str]| analyzer::run([&[runs], more].concat()).stdout.contains('\u{1b}');
    assert!(!has_colour(&[]));
    assert!(!has_colour(&["--color", "never"]));
    assert!(has_colour(&["--color", "always"]));
}

#[test]
fn no_color_turns_the_terminals_colour_off() {
    needing("no_color_turns_the_terminals_colour_off", || without("script"), run_on_a_terminal);
}

fn run_on_a_terminal() {
    let runs = run(1);
    let on_terminal = |no_color: Option<&str>| {
        let mut script = analyzer::on_terminal([runs.path()]);
        if let Some(value) = no_color {
            script.env("NO_COLOR", value);
        }
        let output = script.output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().contains("\u{1b}[1m")
    };
    assert!(on_terminal(None));
    assert!(on_terminal(Some("")));
    assert!(!on_terminal(Some("1")));
}

#[test]
fn a_broken_pipe_ends_quietly() {
    let runs = run(10_000);
    for verb in ["report", "dump", "tail"] {
        let mut child = analyzer::command([verb.as_ref(), runs.path().as_os_str()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let outcome = analyzer::outcome(child.wait_with_output().unwrap());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{verb}");
    }
}
