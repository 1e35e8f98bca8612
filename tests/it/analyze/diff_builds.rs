//! `diff` of runs of two builds, and of runs that are larger than the memory.

use instr_format::files::SITES;
use instr_tests::analyzer::{self, Outcome};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, Site, header, record, sites_file};
use instr_tests::limits::limit;
use tempfile::TempDir;

/// More than the analyzer takes, and less than the records of a run do.
const MEMORY: u64 = 80 << 20;

/// A run of main with these statements, of a program that has them at these places.
fn run(output: &TempDir, name: &str, sites: [Site; 4], reached: &[usize]) -> String {
    let run = FakeRun::new(output.path(), name);
    run.write(SITES, sites_file(&sites));
    run.last(Some(0), &[FakeSlot::inside(PID, b"demo", 0)]);
    let records = (1..).zip(reached).map(|(seq, site)| record(PID, seq, seq, &sites[*site]));
    run.log("1.log", &[vec![header(PID, 1, 0, b"demo")], records.collect()].concat());
    run.dir.to_str().unwrap().to_owned()
}

fn diff(a: &str, b: &str) -> Outcome {
    let outcome = analyzer::run(["diff", a, b]);
    assert_eq!(outcome.stderr, "");
    outcome
}

#[test]
fn statements_that_have_moved_are_the_same() {
    let output = tempfile::tempdir().unwrap();
    let moved = DEMO.map(|site| Site { line: site.line + 100, col: site.col + 4, ..site });
    let (a, b) = (run(&output, "demo-1", DEMO, &[0, 1, 2, 3]), run(&output, "demo-2", moved, &[0, 1, 2, 3]));
    let outcome = diff(&a, &b);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "the threads of demo do the same in A and B\n"));
}

#[test]
fn equal_statements_of_one_function_are_told_apart_by_their_order() {
    let output = tempfile::tempdir().unwrap();
    let mut sites = DEMO;
    sites[2] = Site { line: 9, ..sites[1] };
    let (a, b) = (run(&output, "demo-1", sites, &[0, 1, 3]), run(&output, "demo-2", sites, &[0, 2, 3]));
    let outcome = diff(&a, &b);
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("\n  A > src/work.rs:7:9  ") && outcome.stdout.contains("\n  B > src/work.rs:9:9  ")
    );
}

#[test]
fn a_statement_that_was_edited_is_a_difference_of_the_source_first() {
    let output = tempfile::tempdir().unwrap();
    let mut edited = DEMO;
    edited[2].snippet = "n.checked_div(n - 3)";
    let (a, b) = (run(&output, "demo-1", DEMO, &[0, 1, 2, 3]), run(&output, "demo-2", edited, &[0, 1, 2, 3]));
    let outcome = diff(&a, &b);
    assert_eq!(outcome.code, 1);
    let source = "the sources differ: 1 statements only in A, 1 only in B (demo::work::step)\n";
    assert!(outcome.stdout.contains(source), "{}", outcome.stdout);
    // Not reached, it is no difference of the runs.
    let (a, b) = (run(&output, "demo-3", DEMO, &[0, 1]), run(&output, "demo-4", edited, &[0, 1]));
    let outcome = diff(&a, &b);
    assert_eq!(outcome.code, 0);
    assert!(outcome.stdout.contains(source), "{}", outcome.stdout);
}

#[test]
fn runs_are_not_held_in_memory() {
    let output = tempfile::tempdir().unwrap();
    // Turns that are all different, so that nothing folds.
    let mut state = 1_u32;
    let mut reached: Vec<usize> = (0..400_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as usize >> 30
        })
        .collect();
    let a = run(&output, "demo-1", DEMO, &reached);
    let len = reached.len();
    reached[len / 2] ^= 1;
    let b = run(&output, "demo-2", DEMO, &reached);
    let mut command = analyzer::command(["diff", &a, &b]);
    limit(&mut command, libc::RLIMIT_AS, MEMORY);
    let outcome = analyzer::outcome(command.output().unwrap());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert!(
        outcome.stdout.contains("thread main: 200,000 statements in common, then they part\n"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.contains("\n  together again after 1 statement of each, up to the end, from\n"),
        "{}",
        outcome.stdout
    );
}
