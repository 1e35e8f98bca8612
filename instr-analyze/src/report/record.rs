//! Single records: an aligned line, an object of JSON, or the line of a log.

use std::io::{self, Write};

use clap::ValueEnum;
use instr_format::escape::Printable;
use instr_format::ring::Clock;
use instr_format::text::{LINE_MAX, SiteText, encode_record};
use instr_format::time::{TIMESTAMP_LEN, format_timestamp};
use serde::Serialize;

use super::object;
use super::paint::Paint;
use crate::model::record::{Record, Stamp, What};
use crate::model::sites::Sites;
use crate::model::statement::{NOWHERE, Statement, unknown};

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecordFormat {
    /// An aligned line for people
    Text,
    /// An object of JSON on one line
    Json,
    /// The line of a log, as it is there or would be
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
    unix_ns: Option<u64>,
    elapsed_ns: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    coarse: bool,
    #[serde(flatten)]
    statement: &'a Statement,
}

#[derive(Serialize)]
struct JsonMissed<'a> {
    tid: u64,
    thread: &'a str,
    overwritten: u64,
}

impl RecordWriter {
    /// Columns grow with what they hold, up to a limit.
    pub fn new(format: RecordFormat, paint: Paint) -> Self {
        RecordWriter { format, paint, widths: [16, 20, 20] }
    }

    /// How it writes them.
    pub(super) fn format(&self) -> RecordFormat {
        self.format
    }

    /// Its colours.
    pub(super) fn paint(&self) -> Paint {
        self.paint
    }

    /// Writes a record, which the thread of this name made.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write(&mut self, thread: &str, sites: &Sites, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            RecordFormat::Text => self.text(thread, record, sites, out),
            RecordFormat::Json => {
                json(thread, record, sites, out)?;
                out.write_all(b"\n")
            }
            RecordFormat::Raw => raw(record, sites, out),
        }
    }

    /// Says that records of a thread are missing here; raw lines are records and nothing else.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn missed(&self, (tid, thread): (u64, &str), count: u64, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            RecordFormat::Text => {
                let (bad, thread) = (self.paint.bad, Printable(thread.as_bytes()));
                writeln!(out, "{bad}{:TIMESTAMP_LEN$}  {tid} {thread}: {count} records overwritten{bad:#}", "…")
            }
            RecordFormat::Json => {
                object::write(&JsonMissed { tid, thread, overwritten: count }, out)?;
                out.write_all(b"\n")
            }
            RecordFormat::Raw => Ok(()),
        }
    }

    fn text(&mut self, thread: &str, record: &Record<'_>, sites: &Sites, out: &mut dyn Write) -> io::Result<()> {
        let faint = self.paint.faint;
        let time = record.stamp.unix_ns().map(format_timestamp);
        let time = time.as_ref().map_or("-", |time| str::from_utf8(time).unwrap_or("-"));
        write!(out, "{faint}{time:TIMESTAMP_LEN$}{faint:#}")?;
        let statement = Statement::of_record(record, sites);
        self.statement(record.stamp.moment.tid, thread, &statement, out)
    }

    fn statement(&mut self, tid: u64, thread: &str, statement: &Statement, out: &mut dyn Write) -> io::Result<()> {
        let faint = self.paint.faint;
        let place = format!("{}:{}:{}", statement.file, statement.line, statement.column);
        let cells = [format!("{tid} {thread}"), place, statement.path()];
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

/// Writes a record as an object of JSON.
pub(super) fn json(thread: &str, record: &Record<'_>, sites: &Sites, out: &mut dyn Write) -> io::Result<()> {
    let statement = Statement::of_record(record, sites);
    let Stamp { moment, clock } = record.stamp;
    let object = JsonRecord {
        pid: moment.pid,
        tid: moment.tid,
        thread,
        seq: moment.seq,
        unix_ns: record.stamp.unix_ns(),
        elapsed_ns: record.stamp.elapsed_ns(),
        coarse: clock == Clock::Coarse,
        statement: &statement,
    };
    object::write(&object, out)
}

fn raw(record: &Record<'_>, sites: &Sites, out: &mut dyn Write) -> io::Result<()> {
    match record.what {
        What::Line(line, _) => raw_line(line, out),
        What::Site(id) => {
            let mut line = [0; LINE_MAX];
            let moment = &record.stamp.moment;
            let len = match sites.text(id) {
                Some(site) => encode_record(&mut line, moment, &site),
                None => encode_record(&mut line, moment, &SiteText { snippet: unknown(id).as_bytes(), ..NOWHERE }),
            };
            let line = line.get(..len).unwrap_or_default();
            raw_line(line.strip_suffix(b"\n").unwrap_or(line), out)
        }
    }
}

fn raw_line(line: &[u8], out: &mut dyn Write) -> io::Result<()> {
    if line.iter().all(|byte| (b' '..0x7f).contains(byte)) {
        out.write_all(line)?;
    } else {
        // No runtime writes what this escapes.
        write!(out, "{}", Printable(line))?;
    }
    out.write_all(b"\n")
}
