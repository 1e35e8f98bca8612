//! The summary for people: how much of each file was reached, and what never ran.

use std::io::{self, Write};

use super::{Shown, percent, printable};
use crate::model::coverage::{Coverage, Ratio, Totals};
use crate::model::source_path::short;
use crate::report::number::Grouped;
use crate::report::paint::Paint;

/// So many functions that never ran are named.
const NAMED: usize = 20;

/// Writes the summary.
///
/// # Errors
/// When the output cannot be written.
pub fn write(shown: &Shown<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Shown { coverage, covered } = shown;
    let rows: Vec<(String, Totals)> =
        coverage.files.iter().map(|(file, found)| (printable(&short(file)), found.totals())).collect();
    let total = coverage.totals();
    let width = rows.iter().map(|(file, _)| file.chars().count()).max().unwrap_or(0).max("total".len());
    let (strong, faint) = (paint.strong, paint.faint);
    writeln!(out, "{faint}{:width$}  {:>23}  {:>23}  {:>23}{faint:#}", "", "lines", "functions", "branches")?;
    for (file, totals) in &rows {
        row(file, width, totals, out)?;
    }
    write!(out, "{strong}")?;
    row("total", width, &total, out)?;
    write!(out, "{strong:#}")?;
    never_ran(shown, paint, out)?;
    match covered.untouched.len() {
        0 => Ok(()),
        1 => writeln!(out, "\n1 function could not be instrumented and is not counted"),
        count => writeln!(out, "\n{} functions could not be instrumented and are not counted", Grouped(count as u64)),
    }
}

// Output: 12 of 20 lines were reached (60.0 %), 3 of 4 functions and 5 of 8 branches
/// The totals in a line.
pub fn in_a_line(coverage: &Coverage) -> String {
    let Totals { lines, functions, branches } = coverage.totals();
    let of = |ratio: Ratio| format!("{} of {}", Grouped(ratio.hit), Grouped(ratio.all));
    let percent = percent(lines).map_or_else(String::new, |percent| format!(" ({percent} %)"));
    format!("{} lines were reached{percent}, {} functions and {} branches", of(lines), of(functions), of(branches))
}

// Output: src/main.rs      12 of 20   60.0 %        3 of 4   75.0 %
fn row(file: &str, width: usize, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    let padding = width.saturating_sub(file.chars().count());
    write!(out, "{file}{:padding$}", "")?;
    for ratio in [totals.lines, totals.functions, totals.branches] {
        write!(out, "  {:>23}", cell(ratio))?;
    }
    writeln!(out)
}

fn cell(ratio: Ratio) -> String {
    match percent(ratio) {
        Some(percent) => {
            format!("{} of {}  {percent:>5} %", Grouped(ratio.hit), Grouped(ratio.all))
        }
        None => "none".to_owned(),
    }
}

fn never_ran(shown: &Shown<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let count = shown.coverage.never_ran().count();
    let faint = paint.faint;
    match count {
        0 => return Ok(()),
        1 => writeln!(out, "\n1 function never ran:")?,
        count => writeln!(out, "\n{} functions never ran:", Grouped(count as u64))?,
    }
    let places: Vec<(String, String)> = shown
        .coverage
        .never_ran()
        .take(NAMED)
        .map(|(file, function)| (format!("{}:{}", printable(&short(file)), function.line), printable(&function.path)))
        .collect();
    let width = places.iter().map(|(place, _)| place.chars().count()).max().unwrap_or(0);
    for (place, path) in places {
        let padding = width - place.chars().count();
        writeln!(out, "  {place}{:padding$}  {path}", "")?;
    }
    match count.saturating_sub(NAMED) {
        0 => Ok(()),
        more => writeln!(out, "  {faint}and {} more; --format json names them all{faint:#}", Grouped(more as u64)),
    }
}
