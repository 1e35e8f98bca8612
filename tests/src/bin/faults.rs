//! Runs the tests of the fault catalogue, and prints what each row of it has come to.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::Parser;
use instr_tests::faults::{FULL, Here, PARTS, Row, rows_of};
use instr_tests::machine::machine;
use instr_tests::skip::{COUNTS, SKIPS};

/// The document's part that `--markdown` writes.
const MARKS: [&str; 2] =
    ["<!-- written by `cargo run -p instr-tests --bin faults -- --markdown` -->\n", "<!-- end -->\n"];

#[derive(Parser)]
#[command(about)]
struct Options {
    /// Only these rows
    rows: Vec<u32>,
    /// Loops as often as it takes to be sure, instead of as often as every run of the tests has time for
    #[arg(long)]
    full: bool,
    /// Writes the table into docs/faults.md; only with all rows
    #[arg(long, conflicts_with = "rows")]
    markdown: bool,
}

/// What a row has come to.
struct Shown {
    passed: usize,
    /// What failed tests have printed.
    failed: Option<String>,
    skipped: String,
    counts: String,
    seconds: f64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let tests = tests();
    let (mut failures, mut table) = (Vec::new(), String::new());
    for part in PARTS {
        println!("{}", part.name);
        table += &format!(
            "\n**{}**\n\n| row | fault | provoked how | passed | counts |\n|---|---|---|---|---|\n",
            part.name
        );
        for row in part.rows.iter().filter(|row| options.rows.is_empty() || options.rows.contains(&row.number)) {
            let (how, shown) = match row.here {
                Here::Not(reason) => (reason, None),
                Here::Provoked(how) => (how, Some(show(row, &tests, options.full))),
            };
            let (passed, counts) = shown.as_ref().map_or(("not here".to_owned(), String::new()), words);
            let seconds = shown.as_ref().map_or(0.0, |shown| shown.seconds);
            println!("{:3} {:44} {passed:20} {seconds:6.1} s  {counts}", row.number, row.fault);
            table += &format!("| {} | {} | {how} | {passed} | {counts} |\n", row.number, row.fault);
            failures.extend(shown.and_then(|shown| shown.failed));
        }
    }
    failures.iter().for_each(|failure| println!("{failure}"));
    if options.markdown {
        write_document(&table);
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn words(shown: &Shown) -> (String, String) {
    let verdict = match (&shown.failed, shown.skipped.as_str()) {
        (Some(_), _) => "FAILED".to_owned(),
        (None, "") => format!("{} tests", shown.passed),
        (None, skipped) => format!("{} tests, {}", shown.passed, skipped),
    };
    (verdict, shown.counts.clone())
}

fn cargo_test() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(instr_tests::workspace()).args(["test", "-q", "-p", "instr-tests", "--test", "it", "--"]);
    command
}

/// Every test that shows a row.
fn tests() -> Vec<String> {
    let listed = cargo_test().arg("--list").output().expect("cargo runs");
    // Without names, a row would run all tests there are.
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    names.filter(|name| !rows_of(name).is_empty()).map(str::to_owned).collect()
}

fn show(row: &Row, tests: &[String], full: bool) -> Shown {
    let tests: Vec<_> = tests.iter().filter(|test| rows_of(test).contains(&row.number)).collect();
    assert!(!tests.is_empty(), "row {} has no test", row.number);
    let directory = tempfile::tempdir().expect("a directory");
    let [skips, counts] = [SKIPS, COUNTS].map(|name| directory.path().join(name));
    let mut command = cargo_test();
    command.args(["--exact", "--test-threads", "2"]).args(&tests).env(SKIPS, &skips).env(COUNTS, &counts);
    if full {
        command.env(FULL, "1");
    }
    let begin = Instant::now();
    let ended = command.output().expect("cargo runs");
    let lines = |path: PathBuf| fs::read_to_string(path).unwrap_or_default().trim_end().replace('\n', "; ");
    Shown {
        passed: tests.len(),
        failed: (!ended.status.success()).then(|| String::from_utf8_lossy(&ended.stdout).into_owned()),
        skipped: lines(skips),
        counts: lines(counts),
        seconds: begin.elapsed().as_secs_f64(),
    }
}

fn write_document(table: &str) {
    let path = instr_tests::workspace().join("docs/faults.md");
    let document = fs::read_to_string(&path).expect("the document");
    let (before, rest) = document.split_once(MARKS[0]).expect("the mark before the table");
    let (_, after) = rest.split_once(MARKS[1]).expect("the mark behind the table");
    fs::write(path, format!("{before}{}\n{}\n{table}\n{}{after}", MARKS[0], machine(), MARKS[1]))
        .expect("the document");
}
