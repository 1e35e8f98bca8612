//! The site text that the macros compile in, and the `sites` file that the runtime makes of it.
//!
//! A function's text is one string, so that it costs one relocation:
//!
//! ```text
//! MODULE NAME FILE
//! LINE COL FLAG[=FILE] SNIPPET
//! …
//! ```
//!
//! A site names its file when its statement stands in another one than its function, as it does when it came out of a
//! macro.
//! The file begins with `# instr-sites v1 count=N`; each function's text follows `@FIRST COUNT`, the id of its first
//! site and how many it has. Ids are dense but for gaps that the linker's padding may leave.

use core::fmt;

use crate::escape::Escaped;
use crate::names::MacroFlag;
use crate::number::parse_decimal;
use crate::text::SiteText;

/// What the site table begins with, whatever its version.
pub const MAGIC: &str = "# instr-sites v";
/// The version of the site table that this crate writes and reads.
pub const VERSION: u64 = 1;

/// The first line of a function's text, but for the module path before it, which only the compiler knows.
#[derive(Debug, Clone, Copy)]
pub struct FunctionLine<'a> {
    /// The function's name within its module.
    pub name: &'a str,
    /// The file that the function stands in.
    pub file: &'a str,
}

impl fmt::Display for FunctionLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, " {} {}", Escaped(self.name.as_bytes()), Escaped(self.file.as_bytes()))
    }
}

/// The line of one site.
#[derive(Debug, Clone, Copy)]
pub struct SiteLine<'a> {
    /// Line of the statement's first token, from 1.
    pub line: usize,
    /// Column of the statement's first token, in characters, from 1.
    pub col: usize,
    /// Relation to macros.
    pub macro_flag: MacroFlag,
    /// The statement's text, shortened.
    pub snippet: &'a str,
    /// The file, if it is not the function's.
    pub other_file: Option<&'a str>,
}

impl fmt::Display for SiteLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SiteLine { line, col, macro_flag, snippet, other_file } = self;
        write!(f, "{line} {col} {}", macro_flag.letter())?;
        if let Some(file) = other_file {
            write!(f, "={}", Escaped(file.as_bytes()))?;
        }
        writeln!(f, " {}", Escaped(snippet.as_bytes()))
    }
}

/// The first line of a function's text, decoded; the texts are still escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function<'a> {
    /// `module_path!()`.
    pub module: &'a [u8],
    /// The function's name within its module.
    pub name: &'a [u8],
    /// The file that the function stands in.
    pub file: &'a [u8],
}

/// Reads the first line of a function's text, without its newline. Async-signal-safe.
pub fn decode_function(line: &[u8]) -> Option<Function<'_>> {
    let mut words = line.split(|byte| *byte == b' ');
    let function = Function { module: words.next()?, name: words.next()?, file: words.next()? };
    words.next().is_none().then_some(function)
}

/// Reads the line of one site of `function`, without its newline. Async-signal-safe.
pub fn decode_site<'a>(function: &Function<'a>, line: &'a [u8]) -> Option<SiteText<'a>> {
    let (number, rest) = split_word(line)?;
    let (col, rest) = split_word(rest)?;
    let (flag, snippet) = split_word(rest)?;
    let (letter, file) = flag.split_at_checked(1)?;
    let file = if file.is_empty() { function.file } else { file.strip_prefix(b"=")? };
    Some(SiteText {
        line: parse_decimal(number)?,
        col: parse_decimal(col)?,
        macro_flag: MacroFlag::from_letter(letter)?,
        snippet,
        file,
        module: function.module,
        name: function.name,
    })
}

/// What is before and what is behind the first space.
#[inline]
fn split_word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|byte| *byte == b' ')?;
    Some((line.get(..at)?, line.get(at + 1..)?))
}

/// The first line of the site table.
#[derive(Debug, Clone, Copy)]
pub struct TableHeader {
    /// How many sites there are.
    pub count: usize,
}

impl fmt::Display for TableHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{MAGIC}{VERSION} count={}", self.count)
    }
}

/// The line before each function's text.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Id of the function's first site.
    pub first: usize,
    /// How many sites the function has.
    pub count: usize,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "@{} {}", self.first, self.count)
    }
}

/// Why a site table could not be read, or not to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadTable {
    /// Not a site table.
    NotATable,
    /// A site table of this other version.
    Version(u64),
    /// Broken or cut at this line, counted from 1.
    Line(usize),
}

/// Calls `each` with the id and the text of every site of a table.
///
/// # Errors
/// Where the table is no table or breaks off; every site before that has been given to `each`.
pub fn decode_table<'a>(table: &'a [u8], mut each: impl FnMut(u32, SiteText<'a>)) -> Result<(), BadTable> {
    let unfinished = !table.ends_with(b"\n");
    let end = table.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let mut lines = table.get(..end).unwrap_or_default().split(|byte| *byte == b'\n').zip(1..);
    let (header, _) = lines.next().ok_or(BadTable::NotATable)?;
    let rest = header.strip_prefix(MAGIC.as_bytes()).ok_or(BadTable::NotATable)?;
    let version = rest.split(|byte| *byte == b' ').next().and_then(parse_decimal).ok_or(BadTable::NotATable)?;
    if version != VERSION {
        return Err(BadTable::Version(version));
    }
    let mut last_line = 1;
    while let Some((range, at)) = lines.next() {
        let (first, count) = decode_range(range).ok_or(BadTable::Line(at))?;
        let (function, at) = lines.next().ok_or(BadTable::Line(at + 1))?;
        let function = decode_function(function).ok_or(BadTable::Line(at))?;
        last_line = at;
        for id in (first..).take(count as usize) {
            let (line, at) = lines.next().ok_or(BadTable::Line(last_line + 1))?;
            each(id, decode_site(&function, line).ok_or(BadTable::Line(at))?);
            last_line = at;
        }
    }
    if unfinished { Err(BadTable::Line(last_line + 1)) } else { Ok(()) }
}

fn decode_range(line: &[u8]) -> Option<(u32, u32)> {
    let mut words = line.strip_prefix(b"@")?.split(|byte| *byte == b' ').map(parse_decimal);
    let (first, count) = (u32::try_from(words.next()??).ok()?, u32::try_from(words.next()??).ok()?);
    first.checked_add(count)?;
    words.next().is_none().then_some((first, count))
}
