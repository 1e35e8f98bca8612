//! Statistics for programs.

use std::io::{self, Write};

use instr_format::names::SCHEMA_VERSION;
use serde::Serialize;

use super::{Pace, Stats};
use crate::model::statement::Statement;
use crate::model::tally::Sum;
use crate::report::object;
use crate::run::load::Run;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    runs: Vec<JsonRun>,
    records: u64,
    overwritten: u64,
    filtered: u64,
    dropped: u64,
    /// Of log lines.
    bytes: Option<u64>,
    recorded_ns: Option<u64>,
    records_per_second: Option<f64>,
    bytes_per_second: Option<f64>,
    /// Why these are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_rate: Option<&'static str>,
    statements: Vec<Row<&'a Statement>>,
    functions: Vec<Row<JsonFunction<'a>>>,
    threads: Vec<Row<JsonThread<'a>>>,
    savings: Vec<JsonSaving<'a>>,
}

#[derive(Serialize)]
struct JsonRun {
    dir: String,
    pid: Option<u64>,
}

#[derive(Serialize)]
struct Row<T> {
    records: u64,
    percent: f64,
    #[serde(flatten)]
    of: T,
}

#[derive(Serialize)]
struct JsonFunction<'a> {
    file: &'a str,
    module: &'a str,
    function: &'a str,
}

#[derive(Serialize)]
struct JsonThread<'a> {
    pid: Option<u64>,
    tid: u64,
    name: &'a str,
}

#[derive(Serialize)]
struct JsonSaving<'a> {
    variable: &'static str,
    value: &'a str,
    records: u64,
    percent: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent_of_bytes: Option<f64>,
}

/// Writes the `top` most frequent ones of each sort.
///
/// # Errors
/// When the output cannot be written.
pub fn write(stats: &Stats<'_>, top: usize, out: &mut dyn Write) -> io::Result<()> {
    let total = stats.total;
    let pace = stats.pace.ok();
    let run = |run: &Run| JsonRun { dir: run.dir.to_string_lossy().into_owned(), pid: run.pid };
    let functions = stats.functions.iter().take(top).map(|(function, sum)| {
        let of = JsonFunction { file: &function.file, module: &function.module, function: &function.name };
        row(stats, *sum, of)
    });
    let threads =
        stats.threads.iter().take(top).map(|((run, thread), sum)| {
            row(stats, *sum, JsonThread { pid: run.pid, tid: thread.tid, name: &thread.name })
        });
    let savings = stats.savings.iter().map(|saving| JsonSaving {
        variable: saving.variable,
        value: &saving.value,
        records: saving.left_out.records,
        percent: stats.percent(saving.left_out),
        percent_of_bytes: stats.percent_of_bytes(saving.left_out),
    });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        runs: stats.runs.iter().map(run).collect(),
        records: total.records,
        overwritten: stats.overwritten,
        filtered: stats.filtered,
        dropped: stats.dropped,
        bytes: (total.bytes > 0).then_some(total.bytes),
        recorded_ns: pace.map(|pace| pace.ns),
        records_per_second: pace.map(|pace| pace.records_per_second()),
        bytes_per_second: pace.and_then(Pace::bytes_per_second),
        no_rate: stats.pace.err().map(|why| why.words()),
        statements: stats.statements.iter().take(top).map(|(statement, sum)| row(stats, *sum, statement)).collect(),
        functions: functions.collect(),
        threads: threads.collect(),
        savings: savings.collect(),
    };
    object::write_pretty(&document, out)
}

fn row<T>(stats: &Stats<'_>, sum: Sum, of: T) -> Row<T> {
    Row { records: sum.records, percent: stats.percent(sum), of }
}
