//! The text record: one line per statement, and the first line of a thread log.
//!
//! ```text
//! # instr-log v1 pid=… tid=… reuse=… segment=… name=…
//! pid=… tid=… seq=… ts=… elapsed_ns=… file=… line=… col=… func=… macro=… snippet=…
//! ```
//!
//! Values are escaped (see [`crate::escape`]), so a space always ends a value and a newline always ends a record.

use crate::names::MacroFlag;
use crate::number::{Decimal, parse_decimal};
use crate::time::{format_timestamp, parse_timestamp};

/// What every thread log begins with, whatever its version.
pub const MAGIC: &str = "# instr-log v";
/// The version of the record line that this crate writes and reads.
pub const VERSION: u64 = 1;
/// No record and no first line is longer, its newline included.
pub const LINE_MAX: usize = 2048;
/// The longest escaped file path that a record holds whole; of a longer one the end is kept.
pub const FILE_MAX: usize = 768;
/// The longest escaped function path that a record holds whole.
pub const FUNC_MAX: usize = 512;
/// The longest escaped snippet that a record holds whole.
pub const SNIPPET_MAX: usize = 512;
/// What the name of a function goes on with for each closure or async block in it that the statement is in.
pub const CLOSURE: &str = "::{{closure}}";
/// A function's name goes on with [`CLOSURE`] no more often than this.
pub const CLOSURES_MAX: u64 = 8;

/// What of a record changes from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Process id.
    pub pid: u64,
    /// Kernel thread id.
    pub tid: u64,
    /// Number of the record within its thread, from 1.
    pub seq: u64,
    /// UTC, nanoseconds since 1970.
    pub unix_ns: u64,
    /// Monotonic time since the run began, in nanoseconds.
    pub elapsed_ns: u64,
}

/// What a record says of its site; the texts are escaped already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteText<'a> {
    /// Path of the source file, as the compiler was given it.
    pub file: &'a [u8],
    /// Line of the statement's first token, from 1.
    pub line: u64,
    /// Column of the statement's first token, in characters, from 1.
    pub col: u64,
    /// `module_path!()` of the function; empty in a decoded record, where `name` holds the whole path.
    pub module: &'a [u8],
    /// The function's name within its module: `name`, `Type::name`, `outer::inner`.
    pub name: &'a [u8],
    /// How often the name goes on with [`CLOSURE`]; 0 in a decoded record, where `name` holds it.
    pub closures: u64,
    /// Relation to macros.
    pub macro_flag: MacroFlag,
    /// The statement's text, shortened.
    pub snippet: &'a [u8],
}

/// A line that is being put together. What does not fit is cut, which the limits above rule out.
struct Line<'a> {
    buffer: &'a mut [u8; LINE_MAX],
    len: usize,
}

impl Line<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.buffer.get_mut(self.len..).and_then(|room| room.get_mut(..bytes.len())) {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    /// What is put is known at compile time, but for the number.
    #[inline(always)]
    fn number(&mut self, key: &'static str, value: u64) {
        self.put(key.as_bytes());
        let decimal = Decimal::new(value);
        let (digits, len) = decimal.padded();
        if let Some(room) = self.buffer.get_mut(self.len..).and_then(|room| room.first_chunk_mut()) {
            *room = *digits;
            self.len += len;
        }
    }
}

/// The longest head of an escaped text that fits into `max` bytes and splits neither character nor escape.
fn head(text: &[u8], max: usize) -> &[u8] {
    if text.len() <= max {
        return text;
    }
    let mut end = 0;
    for (start, width) in units(text) {
        if start + width > max {
            break;
        }
        end = start + width;
    }
    text.get(..end).unwrap_or_default()
}

/// The longest tail, likewise.
fn tail(text: &[u8], max: usize) -> &[u8] {
    let skip = text.len().saturating_sub(max);
    let start = units(text).map(|(start, _)| start).find(|start| *start >= skip).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

/// Start and width of each character or escape of an escaped text.
fn units(text: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    core::iter::from_fn(move || {
        let start = at;
        let width = match text.get(start)? {
            b'\\' if text.get(start + 1) == Some(&b'x') => 4,
            b'\\' => 2,
            _ => 1 + text.get(start + 1..)?.iter().take_while(|byte| **byte & 0xc0 == 0x80).count(),
        };
        at = start + width;
        Some((start, width))
    })
}

/// Writes a record line into `buffer` and returns its length. Async-signal-safe.
#[inline]
pub fn encode_record(buffer: &mut [u8; LINE_MAX], moment: &Moment, site: &SiteText<'_>) -> usize {
    let mut line = Line { buffer, len: 0 };
    line.number("pid=", moment.pid);
    line.number(" tid=", moment.tid);
    line.number(" seq=", moment.seq);
    line.put(b" ts=");
    line.put(&format_timestamp(moment.unix_ns));
    line.number(" elapsed_ns=", moment.elapsed_ns);
    line.put(b" file=");
    line.put(tail(site.file, FILE_MAX));
    line.number(" line=", site.line);
    line.number(" col=", site.col);
    line.put(b" func=");
    let closures = site.closures.min(CLOSURES_MAX) as usize;
    let name_max = FUNC_MAX - 2 - closures * CLOSURE.len();
    let name = head(site.name, name_max);
    let module = head(site.module, name_max - name.len());
    if !module.is_empty() {
        line.put(module);
        line.put(b"::");
    }
    line.put(name);
    for _ in 0..closures {
        line.put(CLOSURE.as_bytes());
    }
    line.put(b" macro=");
    line.put(site.macro_flag.word().as_bytes());
    line.put(b" snippet=");
    line.put(head(site.snippet, SNIPPET_MAX));
    line.put(b"\n");
    line.len
}

/// What the first line of a thread log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHeader<'a> {
    /// Process id.
    pub pid: u64,
    /// Kernel thread id.
    pub tid: u64,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: u64,
    /// Number of the segment within the thread's log, from 0.
    pub segment: u64,
    /// Name of the thread, escaped.
    pub name: &'a [u8],
}

/// Writes the first line of a thread log into `buffer` and returns its length. Async-signal-safe.
pub fn encode_header(buffer: &mut [u8; LINE_MAX], header: &LogHeader<'_>) -> usize {
    let mut line = Line { buffer, len: 0 };
    line.number(MAGIC, VERSION);
    line.number(" pid=", header.pid);
    line.number(" tid=", header.tid);
    line.number(" reuse=", header.reuse);
    line.number(" segment=", header.segment);
    line.put(b" name=");
    line.put(head(header.name, FUNC_MAX));
    line.put(b"\n");
    line.len
}

/// Why a first line could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadHeader {
    /// Not the first line of a thread log.
    NotALog,
    /// A log, but of this other version.
    Version(u64),
}

/// Reads the first line of a thread log, without its newline.
///
/// # Errors
/// When it is no such line, or one of another version.
pub fn decode_header(line: &[u8]) -> Result<LogHeader<'_>, BadHeader> {
    let rest = line.strip_prefix(MAGIC.as_bytes()).ok_or(BadHeader::NotALog)?;
    let mut fields = Fields(rest);
    let version = fields.until_space().and_then(parse_decimal).ok_or(BadHeader::NotALog)?;
    if version != VERSION {
        return Err(BadHeader::Version(version));
    }
    let header = (|| {
        Some(LogHeader {
            pid: fields.number("pid=")?,
            tid: fields.number("tid=")?,
            reuse: fields.number("reuse=")?,
            segment: fields.number("segment=")?,
            name: fields.last("name=")?,
        })
    })();
    header.ok_or(BadHeader::NotALog)
}

/// A record as its line holds it. The texts are still escaped; `site.name` holds `module::path::function`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Which thread, when.
    pub moment: Moment,
    /// Which statement.
    pub site: SiteText<'a>,
}

/// Reads a record line, without its newline. `None`: it is torn or damaged.
pub fn decode_record(line: &[u8]) -> Option<Record<'_>> {
    let mut fields = Fields(line);
    let (pid, tid, seq) = (fields.number("pid=")?, fields.number("tid=")?, fields.number("seq=")?);
    let unix_ns = parse_timestamp(fields.value("ts=")?)?;
    let elapsed_ns = fields.number("elapsed_ns=")?;
    let file = fields.value("file=")?;
    let (line, col) = (fields.number("line=")?, fields.number("col=")?);
    let name = fields.value("func=")?;
    let macro_flag = MacroFlag::from_word(fields.value("macro=")?)?;
    let snippet = fields.last("snippet=")?;
    Some(Record {
        moment: Moment { pid, tid, seq, unix_ns, elapsed_ns },
        site: SiteText { file, line, col, module: b"", name, closures: 0, macro_flag, snippet },
    })
}

/// What is left of a line of `key=value` words.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn until_space(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == b' ')?;
        let (value, rest) = (self.0.get(..end)?, self.0.get(end + 1..)?);
        self.0 = rest;
        Some(value)
    }

    fn key(&mut self, key: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(key.as_bytes())?;
        Some(())
    }

    fn value(&mut self, key: &str) -> Option<&'a [u8]> {
        self.key(key)?;
        self.until_space()
    }

    fn number(&mut self, key: &str) -> Option<u64> {
        parse_decimal(self.value(key)?)
    }

    fn last(&mut self, key: &str) -> Option<&'a [u8]> {
        self.key(key)?;
        (!self.0.contains(&b' ')).then_some(self.0)
    }
}
