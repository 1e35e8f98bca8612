//! Many runs: merged, compared, refused, and followed while they go on.

use std::fs;
use std::path::Path;

use instr_format::coverage::{MARKS_AT, encode_header};
use instr_tests::analyzer::Outcome;
use instr_tests::fake_ring::{FakeTable, counts_file};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, START_NS, Site, sites_file};
use tempfile::TempDir;

use super::{killed, show, shown};

/// A run of the made-up program with these counts.
fn counted(output: &TempDir, name: &str, hits: [u64; 4]) -> FakeRun {
    let run = FakeRun::new(output.path(), name);
    run.last(Some(0), &[FakeSlot::inside(PID, b"demo", 0)]);
    run.write("counts", counts_file(4, &[FakeTable { tid: PID, reuse: 1, before: 0, hits: hits.to_vec() }]));
    run
}

/// A run that has marked what it reached.
fn marked(output: &TempDir, name: &str, marks: [u8; 4]) -> FakeRun {
    let run = FakeRun::new(output.path(), name);
    run.last(Some(0), &[FakeSlot::inside(PID, b"demo", 0)]);
    run.write("coverage", [encode_header(4).as_slice(), &marks].concat());
    run
}

fn output() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The hits of each line, by file and line.
fn lines(runs: &[&Path]) -> Vec<(String, u64, u64)> {
    let shown = shown(runs);
    let of_file = |file: &serde_json::Value| {
        let name = file["file"].as_str().unwrap().to_owned();
        let lines = file["lines"].as_array().unwrap().clone();
        lines
            .into_iter()
            .map(move |line| (name.clone(), line["line"].as_u64().unwrap(), line["hits"].as_u64().unwrap()))
    };
    shown["files"].as_array().unwrap().iter().flat_map(of_file).collect()
}

fn hits(runs: &[&Path]) -> Vec<u64> {
    lines(runs).into_iter().map(|(_, _, hits)| hits).collect()
}

#[test]
fn counts_add_up_in_any_order_and_marks_count_once() {
    let dir = output();
    let [one, two] = [counted(&dir, "one", [1, 0, 7, 0]), counted(&dir, "two", [1, 0, 3, 2])];
    let three = marked(&dir, "three", [1, 1, 0, 0]);
    // src/io.rs:3, src/main.rs:2, src/work.rs:7 and 12.
    assert_eq!(hits(&[&one.dir, &two.dir, &three.dir]), [2, 3, 1, 10]);
    assert_eq!(lines(&[&one.dir, &two.dir, &three.dir]), lines(&[&three.dir, &two.dir, &one.dir]));
    assert_eq!(lines(&[&one.dir, &two.dir, &three.dir]), lines(&[dir.path()]));
}

#[test]
fn filters_on_files_choose_what_counts() {
    let dir = output();
    let run = counted(&dir, "one", [1, 0, 7, 0]);
    let outcome = show(&["--include", "work.rs", "--format", "lcov"], &[&run.dir]);
    assert_eq!(outcome.stdout.matches("SF:").count(), 1, "{}", outcome.stdout);
    let nothing = show(&["--include", "nowhere.rs"], &[&run.dir]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (1, ""));
    assert!(nothing.stderr.contains("no statement matches --include and --exclude"), "{}", nothing.stderr);
    let thread = show(&["--thread", "main"], &[&run.dir]);
    assert_eq!(thread.code, 2);
    assert!(thread.stderr.contains("leave out --thread"), "{}", thread.stderr);
}

#[test]
fn runs_without_coverage_are_named_with_the_way_out() {
    let dir = output();
    let none = FakeRun::new(dir.path(), "none");
    none.last(Some(0), &[FakeSlot::inside(PID, b"demo", 0)]);
    let alone = show(&[], &[&none.dir]);
    assert_eq!((alone.code, alone.stdout.as_str()), (1, ""));
    assert!(alone.stderr.contains("INSTR_COVERAGE=1"), "{}", alone.stderr);
    let run = counted(&dir, "one", [1, 0, 7, 0]);
    let both = show(&[], &[&none.dir, &run.dir]);
    assert_eq!(both.code, 0);
    assert!(both.stderr.contains("none; run the program with INSTR_COVERAGE=1, or with `cargo instr test --coverage`"));
}

fn mismatched(outcome: &Outcome, names: [&str; 2], file: &str) {
    let expected = format!("{} were built from different sources: {file}", names.join(" and "));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains(&expected), "{expected} in {}", outcome.stderr);
}

#[test]
fn other_builds_are_refused_by_name() {
    let dir = output();
    let one = counted(&dir, "one", [1, 0, 7, 0]);
    let two = counted(&dir, "two", [1, 0, 7, 0]);
    let names = [&one, &two].map(|run| run.dir.to_str().unwrap());
    let mut sites = DEMO;
    sites[2] = Site { snippet: "n / (n - 4)", ..sites[2] };
    two.write("sites", sites_file(&sites));
    mismatched(&show(&[], &[&one.dir, &two.dir]), names, "src/work.rs");
    let diff = show(&["--diff", names[0], names[1]], &[]);
    mismatched(&diff, names, "src/work.rs");
    // A statement that is only in one of them.
    sites = DEMO;
    sites[3] = Site { line: 4, ..sites[3] };
    two.write("sites", sites_file(&sites));
    mismatched(&show(&[], &[&one.dir, &two.dir]), names, "src/io.rs");
}

#[test]
fn too_little_fails_and_says_both_numbers() {
    let dir = output();
    let run = counted(&dir, "one", [1, 0, 7, 0]);
    for (asked, code) in [("50", 0), ("50.1", 1), ("100", 1), ("0", 0)] {
        let outcome = show(&["--fail-under", asked], &[&run.dir]);
        assert_eq!(outcome.code, code, "{asked}: {}", outcome.stderr);
        assert!(outcome.stdout.contains("total"), "{}", outcome.stdout);
        if code == 1 {
            let expected = format!("50.0 % of the lines were reached (2 of 4), less than --fail-under {asked} %");
            assert!(outcome.stderr.contains(&expected), "{}", outcome.stderr);
        }
    }
    assert_eq!(show(&["--fail-under", "101"], &[&run.dir]).code, 2);
}

#[test]
fn a_difference_is_what_only_the_second_run_reached() {
    let scenes = [killed(0, &[("INSTR_COVERAGE", "1")]), killed(9, &[("INSTR_COVERAGE", "1")])];
    let [a, b] = scenes.each_ref().map(|scene| scene.output().to_str().unwrap().to_owned());
    let outcome = show(&["--diff", &a, &b], &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert!(outcome.stdout.starts_with("only B has reached:\n"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("covering::ways::half  line 45\n"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("covering::ways::never"), "{}", outcome.stdout);
    let same = show(&["--diff", &b, &b], &[]);
    assert_eq!((same.code, same.stdout.as_str()), (0, "B has reached nothing that A has not\n"));
}

#[test]
fn each_run_has_a_file_of_its_own_if_asked() {
    let dir = output();
    counted(&dir, "one", [1, 0, 7, 0]);
    marked(&dir, "two", [0, 0, 0, 1]);
    let target = output();
    let files = target.path().join("files");
    let arguments = ["--per-run", "--format", "lcov", "--output", files.to_str().unwrap()];
    let outcome = show(&arguments, &[dir.path()]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let [one, two] = ["one.info", "two.info"].map(|name| fs::read_to_string(files.join(name)).unwrap());
    assert!(one.contains("DA:12,7\n") && two.contains("DA:12,0\n") && two.contains("DA:3,1\n"), "{one}{two}");
    assert_eq!(fs::read_dir(&files).unwrap().count(), 2);
    let again = show(&arguments, &[dir.path()]);
    assert!(again.code == 2 && again.stderr.contains("exists"), "{again:?}");
    assert_eq!(show(&[&arguments[..], &["--force"]].concat(), &[dir.path()]).code, 0);
}

#[test]
fn a_source_that_has_changed_since_is_said() {
    let dir = output();
    let run = counted(&dir, "one", [1, 0, 7, 0]);
    let sources = output();
    run.json(PID, START_NS, sources.path(), &[]);
    fs::create_dir(sources.path().join("src")).unwrap();
    let text = format!("{}        step(self.n)?;\n", "\n".repeat(6));
    fs::write(sources.path().join("src/work.rs"), text).unwrap();
    let outcome = show(&["--format", "lcov"], &[&run.dir]);
    assert_eq!(outcome.code, 0);
    let said = "one: src/work.rs on disk is not what was recorded: 1 of 2 statements is not where it was";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    let path = sources.path().canonicalize().unwrap().join("src/work.rs");
    assert!(outcome.stdout.contains(&format!("SF:{}\n", path.display())), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("SF:src/io.rs\n"), "{}", outcome.stdout);
}

#[test]
fn what_is_damaged_is_said_and_the_rest_shown() {
    let dir = output();
    let one = counted(&dir, "one", [1, 0, 7, 0]);
    one.write("coverage", [encode_header(4).as_slice(), &[1, 1]].concat());
    let outcome = show(&[], &[&one.dir]);
    assert_eq!(outcome.code, 0);
    assert!(outcome.stderr.contains("coverage: incomplete"), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("2 of 4"), "{}", outcome.stdout);
    let mut other = encode_header(4);
    other[8] = 9;
    one.write("coverage", [other.as_slice(), &[1; 4]].concat());
    let outcome = show(&[], &[&one.dir]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("coverage: version 9, but this instr-analyze reads version 1"), "{outcome:?}");
    // A header that promises more than any program has.
    one.write("coverage", encode_header(u64::MAX));
    assert!(show(&[], &[&one.dir]).stderr.contains("coverage: incomplete"));
    for cut in 0..MARKS_AT + 4 {
        let whole = [encode_header(4).as_slice(), &[1, 0, 1, 0]].concat();
        one.write("coverage", &whole[..cut]);
        assert!([0, 2].contains(&show(&["--format", "json"], &[&one.dir]).code), "cut at {cut}");
    }
}
