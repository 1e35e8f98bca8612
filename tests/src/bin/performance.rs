//! Runs the benches and writes docs/performance.md from what they find.

use std::fs;
use std::process::{Command, ExitCode};

use clap::Parser;
use instr_tests::bench::document::{PATH, Part, document};
use instr_tests::bench::results::Results;
use instr_tests::bench::tables::TABLES;
use instr_tests::workspace;

#[derive(Parser)]
#[command(about)]
struct Options {
    /// Only these benches; of the others, what their last run here has found, or what the document says
    benches: Vec<String>,
    /// Runs none
    #[arg(long, conflicts_with = "benches")]
    kept: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut benches: Vec<&str> = TABLES.iter().map(|table| table.bench).collect();
    benches.dedup();
    if let Some(unknown) = options.benches.iter().find(|bench| !benches.contains(&bench.as_str())) {
        eprintln!("no bench `{unknown}`, there are {}", benches.join(", "));
        return ExitCode::from(2);
    }
    let is_wanted =
        |bench: &&str| !options.kept && (options.benches.is_empty() || options.benches.iter().any(|b| b == bench));
    for bench in benches.into_iter().filter(is_wanted) {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["bench", "-p", "instr-tests", "--bench", bench]).current_dir(workspace());
        if !cargo.status().is_ok_and(|status| status.success()) {
            eprintln!("the bench `{bench}` failed");
            return ExitCode::FAILURE;
        }
    }
    match write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{PATH}: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<(), String> {
    let path = workspace().join(PATH);
    let before = fs::read_to_string(&path).unwrap_or_default();
    let part = |table| match Results::kept(table) {
        Ok(results) => Ok(Part::of(&results)),
        Err(reason) => Part::shown(table, &before).ok_or(reason),
    };
    let parts = TABLES.iter().map(|table| part(table)).collect::<Result<Vec<_>, _>>()?;
    fs::write(path, document(&parts)).map_err(|error| error.to_string())
}
