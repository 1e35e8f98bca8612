//! Thread logs: whose a log is, and its records and damage one after the other.

use std::io::{self, BufRead, ErrorKind};

use instr_format::text::{self, BadHeader, LINE_MAX, LogHeader, Moment, VERSION, decode_header, decode_record};

use super::damage::{Damage, DamageKind};
use super::head::{Head, Kind};
use super::lines::{Line, Lines};
use super::record::{Entry, Record};
use super::statement::unescaped;

/// How many lines are searched for a record when the first line does not say whose log it is.
const SEARCHED: usize = 1000;
/// No more bytes than such lines can have: what has no lines at all would be read to its end.
const SEARCHED_BYTES: u64 = (SEARCHED * LINE_MAX) as u64;

/// Reads the beginning of the log `name`; `None` when nothing was written to it yet.
///
/// A log whose first line is damaged belongs to the thread that its first record names.
///
/// # Errors
/// Damage that leaves no record of the file readable.
pub fn identify(name: &str, input: impl BufRead) -> Result<Option<Head>, Damage> {
    let mut lines = Lines::new(input.take(SEARCHED_BYTES));
    let (mut head, mut empty) = (None, true);
    for _ in 0..SEARCHED {
        if !lines.advance().map_err(|error| unreadable(name, &error))? {
            break;
        }
        let text = lines.line().text.unwrap_or_default();
        if empty {
            empty = false;
            match decode_header(text) {
                Ok(LogHeader { pid, tid, reuse, segment, name }) => {
                    head = Some(Head {
                        pid,
                        tid,
                        reuse,
                        segment,
                        name: unescaped(name),
                        kind: Kind::Log { first_unix_ns: None },
                    });
                    continue;
                }
                Err(BadHeader::Version(found)) => return Err(Damage::version(name, found, VERSION)),
                Err(BadHeader::NotALog) => {}
            }
        }
        if let Some(text::Record { moment: Moment { pid, tid, unix_ns, .. }, .. }) = decode_record(text) {
            let unnamed =
                Head { pid, tid, reuse: 1, segment: 0, name: String::new(), kind: Kind::Log { first_unix_ns: None } };
            return Ok(Some(Head { kind: Kind::Log { first_unix_ns: Some(unix_ns) }, ..head.unwrap_or(unnamed) }));
        }
    }
    match (head, lines.unfinished()) {
        (Some(head), _) => Ok(Some(head)),
        (None, Some((0, end))) if end < SEARCHED_BYTES => Err(torn(name, 0, end)),
        (None, None) if empty => Ok(None),
        (None, _) => Err(Damage::of_file(DamageKind::Damaged, name, "has neither a header line nor a record")),
    }
}

/// Steps through a log.
pub struct LogReader<R> {
    name: String,
    pid: u64,
    tid: u64,
    lines: Lines<R>,
    /// Whether the zeros before the line have been given.
    zeros_given: bool,
}

impl<R: BufRead> LogReader<R> {
    /// Reads the log `name` of the thread that `head` names, from its beginning.
    pub fn new(name: &str, pid: u64, tid: u64, input: R) -> Self {
        LogReader { name: name.to_owned(), pid, tid, lines: Lines::new(input), zeros_given: false }
    }

    /// The next entry; `None` at the end of the log, for now.
    ///
    /// # Errors
    /// Damage that ends the reading.
    pub fn step(&mut self) -> Result<Option<Entry<'_>>, Damage> {
        while !std::mem::take(&mut self.zeros_given) {
            if !self.advance()? {
                return Ok(None);
            }
            if let Some(zeros) = self.zeros() {
                self.zeros_given = true;
                return Ok(Some(Entry::Damage(zeros)));
            }
            if !self.at_header() {
                break;
            }
        }
        let Line { start, end, text, .. } = self.lines.line();
        let damaged = |message: &str| Ok(Some(Entry::Damage(damaged(&self.name, start, end, message))));
        let Some(text) = text else { return damaged("a line longer than any record") };
        match Record::of_line(text) {
            Some(record) if record.stamp.moment.pid == self.pid && record.stamp.moment.tid == self.tid => {
                Ok(Some(Entry::Record(record)))
            }
            Some(_) => damaged("a record of another process or thread"),
            None => damaged("not a record"),
        }
    }

    fn advance(&mut self) -> Result<bool, Damage> {
        self.lines.advance().map_err(|error| unreadable(&self.name, &error))
    }

    fn at_header(&self) -> bool {
        let line = self.lines.line();
        line.behind_zeros == 0 && decode_header(line.text.unwrap_or_default()).is_ok()
    }

    /// The zeros before a record, which is none the worse for them.
    fn zeros(&self) -> Option<Damage> {
        let Line { start, behind_zeros, text, .. } = self.lines.line();
        let count = behind_zeros - start;
        if count == 0 || decode_record(text?).is_none() {
            return None;
        }
        let plural = if count == 1 { "" } else { "s" };
        Some(damaged(&self.name, start, behind_zeros, &format!("{count} zero byte{plural} before a record")))
    }

    /// The cut line that the log ends with.
    pub fn torn(&self) -> Option<Damage> {
        self.lines.unfinished().map(|(start, end)| torn(&self.name, start, end))
    }
}

/// The system does not read it, or it cannot be decompressed from here on.
fn unreadable(name: &str, error: &io::Error) -> Damage {
    match error.kind() {
        ErrorKind::InvalidData => Damage::of_file(DamageKind::Damaged, name, format!("damaged gzip file: {error}")),
        _ => Damage::unreadable(name, error),
    }
}

fn damaged(name: &str, start: u64, end: u64, message: &str) -> Damage {
    let damage = Damage::of_file(DamageKind::Damaged, name, message);
    Damage { start: Some(start), end: Some(end), ..damage }
}

fn torn(name: &str, start: u64, end: u64) -> Damage {
    let damage = Damage::of_file(DamageKind::Torn, name, "the last line is incomplete");
    Damage { start: Some(start), end: Some(end), ..damage }
}
