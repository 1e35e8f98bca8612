//! Reports on tests: libtest's whole names, and which of them failed.

use std::fs;

use instr_format::test::Test;
use instr_tests::analyzer;
use instr_tests::fake_end::FakePanic;
use instr_tests::fake_run::{FakeRun, FakeSlot, PID, Site, header, record, sites_and_tests_file};
use tempfile::TempDir;

const fn site(line: u64, name: &'static str, snippet: &'static str) -> Site {
    Site { file: "src/lib.rs", line, col: 5, module: "app::tests", name, snippet }
}

/// The index of a statement is its id.
const SITES: [(Site, Option<Test<'static>>); 8] = [
    (site(10, "bad_parse_of_numbers", "let all = parse(text);"), Some(Test::Returns)),
    (site(20, "bad_parse_of_words", "let all = parse(text);"), Some(Test::Returns)),
    (site(30, "helps", "part.parse().unwrap()"), None),
    (site(40, "is_to_panic_at_once", "parse(\"x\");"), Some(Test::Panics)),
    (site(50, "says_what_is_wrong", "parse(\"y\");"), Some(Test::PanicsWith(b"of range"))),
    (site(60, "returns_what_it_got", "fs::read(path)?;"), Some(Test::Returns)),
    (site(70, "is_fine", "assert!(true);"), Some(Test::Returns)),
    (site(80, "bad", "assert!(false);"), Some(Test::Returns)),
];

/// A test's thread that has ended; `panicked`: in a panic from this statement.
fn ended(tid: u64, name: &'static [u8], panicked: Option<u32>, site: u32) -> FakeSlot {
    FakeSlot { panicked, ended: true, left: true, ..FakeSlot::inside(PID + tid, name, site) }
}

fn panic(tid: u64, statement: u32, message: &'static str) -> FakePanic {
    FakePanic { tid: PID + tid, statement, place: ("src/lib.rs", 33), message: Some(message) }
}

/// The report of a harness that says that a test failed.
fn report(slots: &[FakeSlot], panics: &[FakePanic], more: impl FnOnce(&FakeRun)) -> String {
    let output = tempfile::tempdir().unwrap();
    shown(&output, slots, panics, more)
}

fn shown(output: &TempDir, slots: &[FakeSlot], panics: &[FakePanic], more: impl FnOnce(&FakeRun)) -> String {
    let run = FakeRun::new(output.path(), "app-1");
    run.write("sites", sites_and_tests_file(&SITES));
    let main = FakeSlot { left: true, ..FakeSlot::inside(PID, b"app", 6) };
    run.last(Some(101), &[&[main], slots].concat());
    run.panics(panics);
    more(&run);
    let report = analyzer::run([output.path()]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    report.stdout
}

fn first_line(report: &str) -> &str {
    report.lines().next().unwrap()
}

#[test]
fn a_failed_test_has_its_whole_name() {
    let slots = [ended(1, b"tests::returns_", Some(2), 2), ended(2, b"tests::bad", Some(7), 7)];
    let report = report(&slots, &[panic(1, 2, "not\na number"), panic(2, 7, "false")], |_| ());
    let (first, second) = ("tests::returns_what_it_got", "tests::bad");
    assert!(first_line(&report).starts_with("demo failed 2 tests: "), "{report}");
    for (name, tid) in [(first, 4_500_001), (second, 4_500_002)] {
        assert!(first_line(&report).contains(name), "{report}");
        assert!(report.contains(&format!("\ntest {name} ({tid}): failed in app::tests::")), "{report}");
    }
    assert!(report.contains("\n  panicked at src/lib.rs:33:9: not\n    a number\n"), "{report}");
}

#[test]
fn a_panic_that_its_test_expects_is_no_failure() {
    let slots = [
        ended(1, b"tests::is_to_pa", Some(3), 3),
        ended(2, b"tests::says_wha", Some(4), 4),
        ended(3, b"tests::bad", Some(7), 7),
    ];
    let panics = [panic(1, 3, "any"), panic(2, 4, "out of range"), panic(3, 7, "false")];
    let shown = report(&slots, &panics, |_| ());
    assert_eq!(first_line(&shown), "demo failed 1 test: tests::bad");
    let others = "\n2 more tests ended: tests::is_to_panic_at_once, tests::says_what_is_wrong\n";
    assert!(shown.ends_with(others), "{shown}");
    // Another panic than the one it expects.
    let shown = report(&slots[1..2], &[panic(2, 4, "not a number")], |_| ());
    assert_eq!(first_line(&shown), "demo failed 1 test: tests::says_what_is_wrong");
}

#[test]
fn a_test_that_returns_and_should_panic_has_failed() {
    let report = report(&[ended(1, b"tests::is_to_pa", None, 3)], &[], |_| ());
    assert_eq!(first_line(&report), "demo failed 1 test: tests::is_to_panic_at_once");
    assert!(report.contains(": failed without the panic that it expects, last in app::tests::is_to"), "{report}");
    assert!(!report.contains("returned an error"), "{report}");
}

#[test]
fn tests_whose_names_begin_alike_are_told_apart_by_their_statements() {
    let slots = [ended(1, b"tests::bad_pars", Some(0), 0), ended(2, b"tests::bad_pars", Some(2), 2)];
    let panics = [panic(1, 0, "one"), panic(2, 2, "two")];
    let [numbers, words] = ["tests::bad_parse_of_numbers", "tests::bad_parse_of_words"];
    let recorded = report(&slots, &panics, |run| {
        let tid = PID + 2;
        let log =
            [header(tid, 1, 0, b"tests::bad_pars"), record(tid, 1, 1, &SITES[1].0), record(tid, 2, 2, &SITES[2].0)];
        run.log("2.log", &log);
    });
    for name in [numbers, words] {
        assert!(first_line(&recorded).starts_with("demo failed 2 tests: "), "{recorded}");
        assert!(first_line(&recorded).contains(name), "{recorded}");
        assert!(recorded.contains(&format!("\ntest {name} (")), "{recorded}");
    }
    // Whichever it was, it has failed.
    let unknown = report(&slots[1..], &panics[1..], |_| ());
    assert_eq!(first_line(&unknown), "demo failed 1 test: tests::bad_pars…");
}

#[test]
fn a_test_that_returned_an_error_is_found_by_its_last_statement() {
    let slots = [ended(1, b"tests::returns_", None, 5), ended(2, b"tests::is_fine", None, 6)];
    let report = report(&slots, &[], |_| ());
    let expected = "  no test ended in a panic, so one has returned an error\n  \
                    perhaps tests::returns_what_it_got, which ended at line 60: fs::read(path)?;\n";
    assert!(report.starts_with("demo exited with status 101\n") && report.contains(expected), "{report}");
    assert!(!report.contains("perhaps tests::is_fine"), "{report}");
}

/// Its test has none of the statements that are recorded, so that nobody can know which one it was.
#[test]
fn where_a_panic_may_have_ended_a_test_no_error_is_said_to_have_been_returned() {
    let slots = [ended(1, b"tests::returns_", None, 5), ended(2, b"unknown", Some(2), 2)];
    for panics in [&[][..], &[panic(2, 2, "two")], &[panic(9, 2, "in a thread without statements")]] {
        let report = report(&slots, panics, |_| ());
        assert!(!report.contains("returned an error"), "{report}");
    }
}

#[test]
fn a_panic_that_a_test_caught_is_no_failure() {
    let slots = [ended(1, b"tests::is_fine", None, 6), ended(2, b"tests::bad", Some(7), 7)];
    let report = report(&slots, &[panic(1, 2, "caught"), panic(2, 7, "false")], |_| ());
    assert_eq!(first_line(&report), "demo failed 1 test: tests::bad");
}

/// Of more panics than are kept.
#[test]
fn a_test_whose_panic_is_not_recorded_has_failed_all_the_same() {
    let output = tempfile::tempdir().unwrap();
    let slots = [ended(1, b"tests::bad", Some(7), 7), ended(2, b"tests::is_to_pa", Some(3), 3)];
    let report = shown(&output, &slots, &[], |run| fs::remove_file(run.dir.join("panic.json")).unwrap());
    assert_eq!(first_line(&report), "demo failed 1 test: tests::bad");
}

/// They have its name until they are given one of their own.
#[test]
fn threads_that_a_test_started_are_not_taken_for_it() {
    let slots = [ended(2, b"tests::bad", Some(2), 2), ended(1, b"tests::bad", Some(7), 7)];
    let report = report(&slots, &[panic(2, 2, "in a thread"), panic(1, 7, "joined")], |_| ());
    assert_eq!(first_line(&report), "demo failed 1 test: tests::bad");
    assert!(report.contains("\ntest tests::bad (4500001): failed in app::tests::bad at "), "{report}");
    assert!(
        report.contains("\nthread tests::bad (4500002): panicked and ended, last in app::tests::helps"),
        "{report}"
    );
}
