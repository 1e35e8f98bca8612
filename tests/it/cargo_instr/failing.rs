//! What `cargo instr` says of tests that fail, and of a closure that crashes.

use std::fs;

use instr_tests::cargo_instr::Workspace;
use instr_tests::program::run;

/// The place of the only statement of a source that begins so.
fn place(workspace: &Workspace, file: &str, statement: &str) -> String {
    let source = fs::read_to_string(workspace.path().join(file)).expect("a source");
    let mut lines = (1..).zip(source.lines()).filter_map(|(line, text)| Some((line, text.find(statement)? + 1)));
    let (Some((line, column)), None) = (lines.next(), lines.next()) else { panic!("not one `{statement}` in {file}") };
    format!("{file}:{line}:{column}")
}

#[test]
fn failed_tests_are_reported_by_name_and_statement() {
    let workspace = Workspace::new("failing", "failed by panics");
    let ended = run(&mut workspace.instr(&["test", "-q", "--lib"]));
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    let report = &ended.stderr;
    let at = |statement| place(&workspace, "src/lib.rs", statement);
    let failed = [
        ("tests::withdraws_too_much", "tests::withdraws_too_much", at("let nothing = account.withdraw(3)")),
        ("tests::parses_other_numbers", "tests::parses_other_numbers", at("assert_eq!(numbers")),
        ("tests::parses_other_words", "parse_all::{{closure}}", at("part.trim().parse().unwrap()")),
    ];
    for (name, function, place) in failed {
        let title = report.lines().find(|line| line.starts_with(&format!("test {name} ("))).expect(report);
        assert!(title.ends_with(&format!("): failed in failing::{function} at {place}")), "{report}");
    }
    let first = report.lines().find(|line| line.starts_with("failing failed 3 tests: tests::")).expect(report);
    assert!(!first.contains("expects_a_panic"), "{report}");
    let of_others: Vec<&str> = report.lines().filter(|line| line.contains("expects_a_panic")).collect();
    assert!(of_others.len() == 1 && of_others[0].starts_with("3 more tests ended: "), "{report}");
}

#[test]
fn a_test_that_returned_an_error_is_reported() {
    let workspace = Workspace::new("failing", "failed by errors");
    let mut command = workspace.instr(&["test", "-q", "--lib", "an_error"]);
    let ended = run(command.env("ERROR", "1"));
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    let report = &ended.stderr;
    assert!(report.contains("  no test ended in a panic, so one has returned an error\n"), "{report}");
    assert!(report.contains("\n  perhaps tests::returns_an_error, which ended at line "), "{report}");
}

#[test]
fn a_crash_in_a_closure_says_who_called_it() {
    let workspace = Workspace::new("failing", "crashing closure");
    let ended = run(&mut workspace.instr(&["run", "-q"]));
    assert_eq!(ended.status.code(), Some(139), "{ended:?}");
    let at = place(&workspace, "src/main.rs", "place.read_volatile()");
    let title = format!("): crashed in failing::watch::{{{{closure}}}} at {at}\n");
    assert!(ended.stderr.contains(&title), "{}", ended.stderr);
    // Its caller stands right before it.
    let open: Vec<&str> =
        ended.stderr.lines().skip_while(|line| !line.contains("open statements, outermost")).collect();
    let caller = open.iter().position(|line| line.contains("failing::fill::{{closure}}")).expect(&ended.stderr);
    assert!(open[caller].contains(&place(&workspace, "src/main.rs", "u32::from(hook(row))")), "{}", ended.stderr);
    assert!(open[caller + 1].starts_with(&format!("  > {at} ")), "{}", ended.stderr);
}
