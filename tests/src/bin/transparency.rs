//! Runs the own tests of published crates plain and instrumented, and shows what differs: nothing should.

use std::process::ExitCode;
use std::thread;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use instr_tests::machine::machine;
use instr_tests::published::{CRATES, Crate, Row, SINKS, TEXT_SINK, markdown, text};

/// The document's part that `--markdown` writes.
const MARKS: [&str; 2] =
    ["<!-- written by `cargo run -p instr-tests --bin transparency -- --markdown` -->\n", "<!-- end -->\n"];

#[derive(Parser)]
#[command(about)]
struct Options {
    /// Only these crates
    crates: Vec<String>,
    /// Only those that every run of the tests has time for
    #[arg(long)]
    quick: bool,
    /// What records the statements: passed on as INSTR_SINK
    #[arg(long, value_parser = PossibleValuesParser::new(SINKS), default_value = TEXT_SINK)]
    sink: String,
    /// Writes the table into docs/transparency.md; crates that do not run keep the lines that they have there
    #[arg(long)]
    markdown: bool,
    /// Runs nothing, and pins the versions of what the crates depend on
    #[arg(long)]
    pin: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    for name in &options.crates {
        if Crate::find(name).is_none() {
            eprintln!("no crate `{name}` in the list (tests/src/published/list.rs)");
            return ExitCode::from(2);
        }
    }
    let chosen = |listed: &&Crate| {
        (options.crates.is_empty() || options.crates.iter().any(|name| name == listed.name))
            && (listed.quick || !options.quick)
    };
    if options.pin {
        CRATES.iter().filter(chosen).for_each(Crate::pin);
        return ExitCode::SUCCESS;
    }
    let sink = SINKS.into_iter().find(|sink| *sink == options.sink).expect("one of them");
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for listed in CRATES.iter().filter(chosen) {
        // In a thread, so that one crate that cannot be had does not end the others.
        match thread::spawn(move || listed.check(sink)).join() {
            Ok(checked) => {
                print!("{}", text(&checked));
                rows.extend(checked);
            }
            Err(_) => failed.push(listed.name),
        }
    }
    println!("\n{}", text(&rows));
    for name in &failed {
        println!("{name} could not be tested");
    }
    if options.markdown {
        write_document(&rows);
    }
    let same = failed.is_empty() && rows.iter().all(|row| row.differences.is_empty());
    if same { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write_document(rows: &[Row]) {
    let path = instr_tests::workspace().join("docs/transparency.md");
    let document = std::fs::read_to_string(&path).expect("the document");
    let (before, rest) = document.split_once(MARKS[0]).expect("the mark before the table");
    let (old, after) = rest.split_once(MARKS[1]).expect("the mark behind the table");
    let written = format!("{before}{}\n{}\n\n{}\n{}{after}", MARKS[0], machine(), markdown(rows, old), MARKS[1]);
    std::fs::write(path, written).expect("the same document");
}
