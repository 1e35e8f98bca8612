//! Kills programs at random instants and behind every instruction of a probe, gives them signals behind every instruction,
//! and prints how often that went well.

use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use clap::Parser;
use instr_tests::build::{Build, INSTRUMENTED};
use instr_tests::stepped::{Case, Tally};
use instr_tests::{kills, stepped};

#[derive(Parser)]
#[command(about)]
struct Options {
    /// 2,000 kills per sink, and every instruction, in debug and release builds and with probes in Rust
    #[arg(long)]
    full: bool,
    /// Only this build: `debug`, `release` or `portable`
    #[arg(long)]
    build: Option<String>,
    /// Only the kills at random instants
    #[arg(long, conflicts_with = "stepped")]
    random: bool,
    /// Only behind every instruction
    #[arg(long)]
    stepped: bool,
    /// Only rows with this in their names
    #[arg(default_value = "")]
    only: String,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let builds = [
        ("debug", INSTRUMENTED),
        ("release", Build { profile: "release", ..INSTRUMENTED }),
        ("portable", Build { portable: true, ..INSTRUMENTED }),
    ];
    let builds: Vec<_> = match &options.build {
        Some(only) => builds.into_iter().filter(|(name, _)| name == only).collect(),
        None => builds.into_iter().take(if options.full { 3 } else { 1 }).collect(),
    };
    let (kills, most, near) = if options.full { (2_000, 4_000, 40) } else { (100, 200, 20) };
    let mut failed = Vec::new();
    if !options.stepped {
        println!(
            "random instants         build     way                        kills threads acknowledged   +1 torn   s"
        );
        for &(name, build) in &builds {
            for way in kills::WAYS.iter().filter(|way| way.name.contains(&options.only)) {
                let begin = format!("killed                  {name:9} {:26}", way.name);
                let row = row(&begin, move || {
                    let kills::Tally { kills, threads, acknowledged, one_more, torn } = kills::kill(way, build, kills);
                    format!("{kills:5} {threads:7} {acknowledged:12} {one_more:4} {torn:4}")
                });
                failed.extend(row);
            }
        }
    }
    if options.random {
        return end(&failed);
    }
    println!(
        "every instruction       build     case                                     instr. disturbed signals     steps   s"
    );
    for &(name, build) in &builds {
        for case in stepped::CASES.iter().filter(|case| case.name.contains(&options.only)) {
            let row = |what: &str, work: fn(&'static Case, Build, usize, usize) -> Tally| {
                row(&format!("{what:23} {name:9} {:40}", case.name), move || {
                    let Tally { instructions, disturbed, signals, steps } = work(case, build, most, near);
                    format!("{instructions:6} {disturbed:9} {signals:7} {steps:9}")
                })
            };
            failed.extend(row("a signal", |case, build, most, _| stepped::give_signals(case, build, most, 0)));
            if case.each == 1 {
                failed.extend(row("one within another", |case, build, _, near| {
                    stepped::give_signals(case, build, 1, near)
                }));
                failed.extend(row("killed", |case, build, most, _| stepped::kill(case, build, most / 4)));
            }
        }
    }
    end(&failed)
}

fn end(failed: &[String]) -> ExitCode {
    failed.iter().for_each(|row| println!("FAILED {row}"));
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a row, or returns its beginning if it does not come to its end.
fn row(begin: &str, work: impl FnOnce() -> String + Send + 'static) -> Option<String> {
    let start = Instant::now();
    // In a thread, so that one failure does not end the others.
    let outcome = thread::spawn(work).join();
    println!("{begin} {} {:3}", outcome.as_deref().unwrap_or("FAILED"), start.elapsed().as_secs());
    outcome.err().map(|_| begin.to_owned())
}
