//! Single records: an aligned line, an object of JSON, or the line of the log as it is.

use std::io::{self, Write};

use clap::ValueEnum;
use instr_format::escape::Printable;
use instr_format::text::{Record, decode_record};
use instr_format::time::format_timestamp;
use serde::Serialize;

use super::paint::Paint;
use crate::model::sites::Sites;
use crate::model::statement::Statement;

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecordFormat {
    /// An aligned line for people
    Text,
    /// An object of JSON on one line
    Json,
    /// The line of the log as it is
    Raw,
}

/// Columns are no wider than this; what is longer pushes the rest of its line.
const COLUMN_MAX: usize = 40;

/// Writes records one below the other.
pub struct RecordWriter {
    format: RecordFormat,
    paint: Paint,
    widths: [usize; 3],
}

#[derive(Serialize)]
struct JsonRecord<'a> {
    pid: u64,
    tid: u64,
    thread: &'a str,
    seq: u64,
    unix_ns: u64,
    elapsed_ns: u64,
    file: &'a str,
    line: u64,
    column: u64,
    module: &'a str,
    function: &'a str,
    r#macro: &'static str,
    snippet: &'a str,
}

impl RecordWriter {
    /// Columns grow with what they hold, up to a limit.
    pub fn new(format: RecordFormat, paint: Paint) -> Self {
        RecordWriter { format, paint, widths: [16, 20, 20] }
    }

    /// Writes the record of `line`, which the thread of this name made.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write(&mut self, thread: &str, sites: &Sites, line: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let Some(record) = decode_record(line) else { return Ok(()) };
        match self.format {
            RecordFormat::Text => self.text(thread, &record, sites, out),
            RecordFormat::Json => json(thread, &record, sites, out),
            RecordFormat::Raw => out.write_all(&[line, b"\n"].concat()),
        }
    }

    fn text(&mut self, thread: &str, record: &Record<'_>, sites: &Sites, out: &mut dyn Write) -> io::Result<()> {
        let statement = Statement::of_record(&record.site, sites);
        let place = format!("{}:{}:{}", statement.file, statement.line, statement.column);
        let cells = [format!("{} {thread}", record.moment.tid), place, statement.path()];
        let faint = self.paint.faint;
        write!(out, "{faint}{}{faint:#}", Printable(&format_timestamp(record.moment.unix_ns)))?;
        for (cell, width) in cells.iter().zip(&mut self.widths) {
            let cell = Printable(cell.as_bytes()).to_string();
            *width = cell.chars().count().clamp(*width, COLUMN_MAX);
            write!(out, "  {cell:<0$}", *width)?;
        }
        write!(out, "  {}", Printable(statement.snippet.as_bytes()))?;
        if let Some(place) = &statement.expanded_from {
            write!(out, "  {faint}(expanded from {}){faint:#}", Printable(place.as_bytes()))?;
        }
        writeln!(out)
    }
}

fn json(thread: &str, record: &Record<'_>, sites: &Sites, out: &mut dyn Write) -> io::Result<()> {
    let statement = Statement::of_record(&record.site, sites);
    let moment = record.moment;
    let object = JsonRecord {
        pid: moment.pid,
        tid: moment.tid,
        thread,
        seq: moment.seq,
        unix_ns: moment.unix_ns,
        elapsed_ns: moment.elapsed_ns,
        file: &statement.file,
        line: statement.line,
        column: statement.column,
        module: &statement.module,
        function: &statement.function,
        r#macro: statement.macro_flag.word(),
        snippet: &statement.snippet,
    };
    serde_json::to_writer(&mut *out, &object)?;
    out.write_all(b"\n")
}
