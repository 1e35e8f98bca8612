//! The figures of all kinds side by side.

use std::fmt::{self, Display, Formatter};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use instr_analyze::report::number::Bytes;

use super::kind::Kind;
use super::measure::Reason;
use super::rounds::Row;
use crate::command::signal;

/// Kinds that take longer than so many times the plain program have a next step.
const SLOW: f64 = 2.0;
/// The plain program's times are to lie within this part of their median.
const STEADY: f64 = 0.2;
/// With fewer hundredths of a second of the processors, a ratio says little.
const TELLING: u64 = 20;

const HEAD: [&str; 6] = ["", "seconds", "times plain", "spread", "processor", "on disk"];

/// What was measured.
#[derive(Debug)]
pub struct Table {
    /// The program's name.
    pub program: String,
    /// The profile by which it was built.
    pub profile: String,
    /// How often each kind ran.
    pub rounds: u32,
    /// A row for each kind, the plain program's first.
    pub rows: Vec<Row>,
}

impl Table {
    /// Why the figures may say less than they seem to, and what should not have happened.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let plain = &self.rows[0];
        let (median, least, most) = spread(&plain.walls);
        if most - least > STEADY * median {
            warnings.push(format!(
                "the plain program took {} to {} s: the machine is busy, or the program ends too soon; --rounds, or more work \
                 for the program, gives steadier figures",
                digits(least),
                digits(most)
            ));
        }
        for row in &self.rows[1..] {
            let differs = |end: &&ExitStatus| !plain.ends.contains(end);
            if let (Some(end), Some(usual)) = (row.ends.iter().find(differs), plain.ends.first()) {
                warnings.push(format!(
                    "{} ended with {}, the plain program with {}: if it does so by itself, this is a fault of instr, please \
                     report it",
                    row.kind.name(),
                    ending(*end),
                    ending(*usual)
                ));
            }
        }
        let recording: Vec<&Row> = self.rows.iter().filter(|row| row.kind.records()).collect();
        if recording.iter().all(|row| row.bytes == 0) {
            warnings.push("nothing was recorded: nothing that ran is instrumented".to_owned());
        }
        warnings
    }

    /// How many times as long as the plain program of the same round: the median, the least, the most.
    fn ratios(&self, row: &Row) -> (f64, f64, f64) {
        let plain = &self.rows[0].walls;
        if row.kind == Kind::Plain {
            let (median, least, most) = spread(plain);
            return (1.0, least / median, most / median);
        }
        spread(&row.walls.iter().zip(plain).map(|(wall, plain)| wall / plain).collect::<Vec<_>>())
    }

    fn cells(&self, row: &Row) -> [String; 6] {
        let name = row.kind.name().to_owned();
        let disk = if row.kind.records() { Bytes(row.bytes).to_string() } else { String::new() };
        if let Some((_, seconds)) = row.stopped {
            let times = seconds / spread(&self.rows[0].walls).0;
            let more = |number| format!("> {}", digits(number));
            return [name, more(seconds), more(times), String::new(), String::new(), format!("> {disk}")];
        }
        let (times, least, most) = self.ratios(row);
        let plain = self.rows[0].processor;
        let processor = match plain {
            TELLING.. => digits(row.processor as f64 / plain as f64),
            _ => "-".to_owned(),
        };
        let spread_of = format!("{} to {}", digits(least), digits(most));
        [name, digits(spread(&row.walls).0), digits(times), spread_of, processor, disk]
    }

    fn notes(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let name = row.kind.name();
            match row.stopped {
                Some((Reason::Time, seconds)) => {
                    writeln!(f, "{name} was stopped after {seconds:.0} s; --limit SECS gives it more")?;
                }
                Some((Reason::Space, _)) => writeln!(f, "{name} was stopped, as its records fill the disk")?,
                Some((Reason::Interrupted, _)) | None => {}
            }
        }
        // That a line for each statement takes its time is no surprise.
        let is_slow = |row: &Row| row.kind != Kind::Write && (row.stopped.is_some() || self.ratios(row).0 > SLOW);
        if self.rows[1..].iter().any(is_slow) {
            writeln!(
                f,
                "too slow? --exclude-file LIST leaves hot files out; --level block records less; INSTR_SINK=stack keeps no history; \
                 --stack builds a program that keeps none"
            )?;
        }
        Ok(())
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Table { program, profile, rounds, rows } = self;
        let plural = if *rounds == 1 { "" } else { "s" };
        let advice = if profile == "dev" { " (--release is what counts in production)" } else { "" };
        writeln!(f, "{program}, {profile} profile{advice}: medians of {rounds} round{plural}\n")?;
        let mut lines = vec![HEAD.map(str::to_owned)];
        lines.extend(rows.iter().map(|row| self.cells(row)));
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
        let widths: [usize; HEAD.len()] = std::array::from_fn(width);
        for line in &lines {
            let mut text = format!("{:width$}", line[0], width = widths[0]);
            for (cell, width) in line.iter().zip(widths).skip(1) {
                text.push_str(&format!("  {cell:>width$}"));
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        writeln!(f)?;
        self.notes(f)
    }
}

/// The median, the least and the most.
fn spread(numbers: &[f64]) -> (f64, f64, f64) {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else { return (0.0, 0.0, 0.0) };
    let middle = (sorted.len() - 1) / 2;
    ((sorted[middle] + sorted[sorted.len() / 2]) / 2.0, *least, *most)
}

/// With as many digits as tell something.
fn digits(number: f64) -> String {
    match number {
        ..1.0 => format!("{number:.3}"),
        ..10.0 => format!("{number:.2}"),
        ..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

fn ending(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(number), _) => signal(number),
        (None, code) => format!("exit code {}", code.unwrap_or_default()),
    }
}
