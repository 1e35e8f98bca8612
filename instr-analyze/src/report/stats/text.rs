//! Statistics for people.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::{NoPace, Pace, Stats};
use crate::model::duration::Duration;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::model::tally::Sum;
use crate::report::lines::cut;
use crate::report::naming;
use crate::report::number::{Bytes, Grouped};
use crate::report::paint::Paint;

// Output: 41,353 records of 3 threads in 1 run
//           5,878 records per second, over 7.0 s
//           4.1 MB of logs, 585.7 kB per second
//
//         most frequent statements
//           41,352  99.9 %  src/work.rs:7:9  demo::work::Job::run  step(self.n)?;
/// Writes the `top` most frequent ones of each sort.
///
/// # Errors
/// When the output cannot be written.
pub fn write(stats: &Stats<'_>, top: usize, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    head(stats, paint, out)?;
    let statements = stats.statements.iter().map(|(statement, sum)| (statement_cells(statement), *sum));
    table(stats, "statements", statements.take(top).collect(), stats.statements.len(), paint, out)?;
    let functions = stats.functions.iter().map(|(function, sum)| {
        let path = if function.module.is_empty() {
            function.name.clone()
        } else {
            format!("{}::{}", function.module, function.name)
        };
        (vec![path, short(&function.file)], *sum)
    });
    table(stats, "functions", functions.take(top).collect(), stats.functions.len(), paint, out)?;
    let several = stats.runs.len() > 1;
    let threads = stats.threads.iter().map(|((run, thread), sum)| {
        let of =
            if several { format!("{} (pid {})", naming::program(run), run.pid.unwrap_or(0)) } else { String::new() };
        (vec![format!("{} {}", thread.tid, thread.name), of], *sum)
    });
    table(stats, "threads", threads.take(top).collect(), stats.threads.len(), paint, out)?;
    savings(stats, paint, out)
}

fn head(stats: &Stats<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let strong = paint.strong;
    write!(out, "{strong}{}{strong:#}", counted(stats.total.records, "record"))?;
    if !stats.threads.is_empty() {
        write!(out, " of {}", counted(stats.threads.len() as u64, "thread"))?;
    }
    let (runs, recording) = (stats.runs.len() as u64, stats.recording_runs() as u64);
    write!(out, " in {}", counted(recording, "run"))?;
    if recording < runs {
        write!(out, "; {} without any", counted(runs - recording, "run"))?;
    }
    out.write_all(b"\n")?;
    match stats.pace {
        Ok(pace) => {
            let rate = pace.records_per_second() as u64;
            writeln!(out, "  {} per second, over {}", counted(rate, "record"), Duration(pace.ns))?;
        }
        Err(why) => writeln!(out, "  {}", why.words())?,
    }
    if stats.total.bytes > 0 {
        write!(out, "  {} of logs", Bytes(stats.total.bytes))?;
        if let Some(rate) = stats.pace.ok().and_then(Pace::bytes_per_second) {
            write!(out, ", {} per second", Bytes(rate as u64))?;
        }
        out.write_all(b"\n")?;
    }
    let missing =
        [(stats.overwritten, "overwritten"), (stats.filtered, "left out by filters"), (stats.dropped, "not written")];
    let missing: Vec<String> = missing
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", Grouped(*count)))
        .collect();
    if missing.is_empty() { Ok(()) } else { writeln!(out, "  besides: {}", missing.join(", ")) }
}

impl NoPace {
    pub(super) fn words(self) -> &'static str {
        match self {
            NoPace::NoTimes => "no times were recorded",
            NoPace::OneMoment => "all have the same time",
            NoPace::Overwritten => {
                "how many of the overwritten records were of these files is unknown, and so is how fast they came"
            }
        }
    }
}

fn statement_cells(statement: &Statement) -> Vec<String> {
    let place = format!("{}:{}:{}", short(&statement.file), statement.line, statement.column);
    vec![place, statement.path(), cut(&statement.snippet)]
}

/// So wide a column is at most; what is longer pushes the rest of its line.
const COLUMN_MAX: usize = 40;

fn table(
    stats: &Stats<'_>,
    what: &str,
    rows: Vec<(Vec<String>, Sum)>,
    all: usize,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some((_, most)) = rows.first() else { return Ok(()) };
    let number = Grouped(most.records).to_string().len();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(cells, sum)| {
            let cells: Vec<String> = cells.iter().map(|cell| Printable(cell.as_bytes()).to_string()).collect();
            (cells, sum)
        })
        .collect();
    let width = |column: usize| {
        let lengths = rows.iter().filter_map(|(cells, _)| cells.get(column)).map(|cell| cell.chars().count());
        lengths.filter(|length| *length <= COLUMN_MAX).max().unwrap_or(0)
    };
    let strong = paint.strong;
    writeln!(out, "\nmost frequent {what}")?;
    for (cells, sum) in &rows {
        let mut line = format!("  {strong}{:>number$}{strong:#}", Grouped(sum.records));
        line += &format!("  {:>7}", share(stats.percent(*sum)));
        for (column, cell) in cells.iter().enumerate() {
            line += &format!("  {cell:<0$}", width(column));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    match all - rows.len() {
        0 => Ok(()),
        more => writeln!(out, "  … and {} more", Grouped(more as u64)),
    }
}

fn savings(stats: &Stats<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if stats.savings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nwhat a filter would leave out")?;
    for saving in &stats.savings {
        let strong = paint.strong;
        write!(out, "  {:>7} of the records", share(stats.percent(saving.left_out)))?;
        if let Some(percent) = stats.percent_of_bytes(saving.left_out) {
            write!(out, ", {:>7} of the logs", share(percent))?;
        }
        writeln!(out, "  {strong}{}{strong:#}", Printable(saving.to_string().as_bytes()))?;
    }
    Ok(())
}

fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", Grouped(count), if count == 1 { "" } else { "s" })
}

fn share(percent: f64) -> String {
    match percent {
        ..0.1 => "<0.1 %".to_owned(),
        _ => format!("{:.1} %", percent),
    }
}
