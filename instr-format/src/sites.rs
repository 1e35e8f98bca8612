//! The site text that the macros compile in, and the `sites` file that the runtime makes of it.
//!
//! A function's text is one string, so that it costs one relocation:
//!
//! ```text
//! MODULE NAME FILE[ :LINE[+LINES]][ (PARAMETERS)][ test| should_panic[=EXPECTED]]
//! LINE COL FLAG[CLOSURES][+LINES][<UP[.BLOCK]][:SHAPE][*][=FILE] SNIPPET[ PATTERN…]
//! …
//! ```
//!
//! A function stands in FILE from LINE on, and a statement begins at LINE; LINES is how many lines further they end, if any.
//! PARAMETERS are the names of the function's parameters, `self` included, with commas between them and `_` for a pattern;
//! without any, the word is left out. The last word of the first line is there for a test. CLOSURES says how many closures
//! and async blocks of the function are around the site, if any: its function's name goes on with as many `::{{closure}}`.
//! UP says how many sites before it the statement around it is, which may be the one that its closure stands in, BLOCK in
//! which of that one's blocks it stands, from 0, which is left out. SHAPE is a letter for each of its own blocks, in order (see
//! [`BlockKind`]), and a `?` for each such operator; behind the snippet stand the patterns of the arms among them. `*` says that it has a loop, whose header is recorded before every turn. A site names its file when its statement stands in another one than its function, as it does when it
//! came out of a macro. A function that stays as it is has no sites, and `LINE REASON` behind its first line.
//!
//! The file begins with `# instr-sites v6 count=N`; each function's text follows `@FIRST COUNT`, the id of its first site
//! and how many it has. Ids are dense but for gaps that the linker's padding may leave. Where statements of a function came
//! out of a macro, its first line ends in ` LINE COL FILE`, the place of the invocation. Version 5 had no SHAPE, no PATTERN,
//! no LINES and no LINE of functions, version 4 no PARAMETERS, version 3 none of UP, BLOCK and `*`, version 2 neither the word for tests nor CLOSURES, and version 1 no place of the
//! invocation either.

use core::fmt;

use crate::escape::Escaped;
use crate::names::MacroFlag;
use crate::number::parse_decimal;
use crate::test::Test;
use crate::text::SiteText;

/// What the site table begins with, whatever its version.
pub const MAGIC: &str = "# instr-sites v";
/// The version of the site table that this crate writes; it reads all from 1 to this.
pub const VERSION: u64 = 6;

/// The first line of a function's text, but for the module path before it, which only the compiler knows.
#[derive(Debug, Clone, Copy)]
pub struct FunctionLine<'a> {
    /// The function's name within its module.
    pub name: &'a str,
    /// The file that the function stands in.
    pub file: &'a str,
    /// Where in it, if that is known.
    pub lines: Option<Lines>,
    /// The names of its parameters, with commas between them; `_` for a pattern.
    pub parameters: &'a str,
    /// Of a test.
    pub test: Option<Test<'a>>,
}

impl fmt::Display for FunctionLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} {}", Escaped(self.name.as_bytes()), Escaped(self.file.as_bytes()))?;
        if let Some(lines) = self.lines {
            write!(f, " :{}", lines.first)?;
            write_further(f, lines.further)?;
        }
        if !self.parameters.is_empty() {
            write!(f, " ({})", Escaped(self.parameters.as_bytes()))?;
        }
        if let Some(test) = self.test {
            write!(f, " {test}")?;
        }
        f.write_str("\n")
    }
}

/// The lines that something stands in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines {
    /// The first one, from 1.
    pub first: u64,
    /// How many lines further the last one is.
    pub further: u64,
}

fn write_further(f: &mut fmt::Formatter<'_>, further: u64) -> fmt::Result {
    if further > 0 { write!(f, "+{further}") } else { Ok(()) }
}

/// What a block of a statement is, or an arm of a `match`, which is one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// What runs if the condition of an `if` holds.
    If,
    /// The same of an `else if`.
    ElseIf,
    /// What runs if none of the conditions before it holds.
    Else,
    /// What runs if the pattern of a `let … else` does not match.
    LetElse,
    /// The first arm of a `match`.
    FirstArm,
    /// A further arm.
    Arm,
    /// The body of a `while` or `for` loop, which may turn not even once.
    Turns,
    /// The body of a `loop`.
    Loop,
    /// The body of a closure.
    Closure,
    /// An `async` block.
    Future,
    /// Any other.
    Plain,
}

impl BlockKind {
    const LETTERS: [(BlockKind, u8); 11] = [
        (BlockKind::If, b'i'),
        (BlockKind::ElseIf, b'j'),
        (BlockKind::Else, b'e'),
        (BlockKind::LetElse, b'n'),
        (BlockKind::FirstArm, b'm'),
        (BlockKind::Arm, b'a'),
        (BlockKind::Turns, b't'),
        (BlockKind::Loop, b'l'),
        (BlockKind::Closure, b'c'),
        (BlockKind::Future, b'y'),
        (BlockKind::Plain, b'b'),
    ];

    /// Its letter in the table.
    pub fn letter(self) -> char {
        Self::LETTERS.iter().find(|(kind, _)| *kind == self).map_or('b', |(_, letter)| char::from(*letter))
    }

    fn of_letter(letter: u8) -> Option<Self> {
        Self::LETTERS.iter().find(|(_, own)| *own == letter).map(|(kind, _)| *kind)
    }
}

/// In a shape, an operator that leaves the function if there is no value to go on with.
pub const TRY: char = '?';

/// The blocks of a statement, and its `?`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape<'a>(&'a [u8]);

impl Shape<'_> {
    /// What its blocks are, in the order of [`Nesting::block`].
    pub fn blocks(self) -> impl Iterator<Item = BlockKind> {
        self.0.iter().filter_map(|letter| BlockKind::of_letter(*letter))
    }

    /// How many `?` it has, those within its blocks not counted.
    pub fn tries(self) -> usize {
        self.0.iter().filter(|letter| char::from(**letter) == TRY).count()
    }
}

/// How a statement lies in the others of its function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nesting {
    /// How many sites before it the innermost statement around it is, if there is one.
    pub up: Option<u32>,
    /// In which block of that one it stands, from 0; an arm of a `match` is one too.
    pub block: u32,
    /// Whether it has a loop.
    pub has_loop: bool,
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
    /// How many closures and async blocks of the function are around the statement.
    pub closures: usize,
    /// How many lines further its last token is.
    pub further: u64,
    /// How the statement lies in others.
    pub nesting: Nesting,
    /// The letters of its blocks, and [`TRY`]s.
    pub shape: &'a str,
    /// The statement's text, shortened.
    pub snippet: &'a str,
    /// The patterns of its arms, shortened, in their order.
    pub patterns: &'a [&'a str],
    /// The file, if it is not the function's.
    pub other_file: Option<&'a str>,
}

impl fmt::Display for SiteLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SiteLine { line, col, macro_flag, closures, further, nesting, shape, snippet, patterns, other_file } = self;
        write!(f, "{line} {col} {}", macro_flag.letter())?;
        if *closures > 0 {
            write!(f, "{closures}")?;
        }
        write_further(f, *further)?;
        if let Some(up) = nesting.up {
            write!(f, "<{up}")?;
            if nesting.block > 0 {
                write!(f, ".{}", nesting.block)?;
            }
        }
        if !shape.is_empty() {
            write!(f, ":{shape}")?;
        }
        if nesting.has_loop {
            f.write_str("*")?;
        }
        if let Some(file) = other_file {
            write!(f, "={}", Escaped(file.as_bytes()))?;
        }
        write!(f, " {}", Escaped(snippet.as_bytes()))?;
        patterns.iter().try_for_each(|pattern| write!(f, " {}", Escaped(pattern.as_bytes())))?;
        f.write_str("\n")
    }
}

/// The end of a function's first line in the table: where the macro was invoked that statements came out of.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Line, from 1.
    pub line: u32,
    /// Column, in characters, from 1.
    pub col: u32,
    /// Path of the file, not escaped.
    pub file: &'a str,
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { line, col, file } = self;
        write!(f, " {line} {col} {}", Escaped(file.as_bytes()))
    }
}

/// What stands between the name of a macro and that of a function which it makes, where that stays as it is:
/// `MACRO!::TYPE::name`, with `$name` for what the macro is given.
pub const MADE_BY_MACRO: &str = "!::";

/// The line behind the first one of a function that stays as it is, which has no sites.
#[derive(Debug, Clone, Copy)]
pub struct UntouchedLine<'a> {
    /// Line of the function's name, from 1.
    pub line: usize,
    /// Why.
    pub reason: &'a str,
}

impl fmt::Display for UntouchedLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.line, self.reason)
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
    /// Of a test.
    pub test: Option<Test<'a>>,
    /// Where the macro was invoked that statements came out of. The text in the program does not say it.
    pub expanded_from: Option<Place<'a>>,
}

impl<'a> Function<'a> {
    /// Where the macro was invoked that this statement of the function came out of, if it did.
    pub fn invocation(&self, site: &SiteText<'_>) -> Option<Place<'a>> {
        self.expanded_from.filter(|_| site.macro_flag == MacroFlag::Expansion)
    }
}

/// A place in the source; the path is still escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Path of the file.
    pub file: &'a [u8],
    /// Line, from 1.
    pub line: u64,
    /// Column, in characters, from 1.
    pub col: u64,
}

/// Reads the first line of a function's text, without its newline. Async-signal-safe.
pub fn decode_function(line: &[u8]) -> Option<Function<'_>> {
    let mut words = line.split(|byte| *byte == b' ');
    let (module, name, file) = (words.next()?, words.next()?, words.next()?);
    let mut word = words.next();
    if word.and_then(lines).is_some() {
        word = words.next();
    }
    if word.and_then(parameters).is_some() {
        word = words.next();
    }
    let test = word.and_then(Test::decode);
    if test.is_some() {
        word = words.next();
    }
    let expanded_from = match word {
        Some(line) => {
            Some(Place { line: parse_decimal(line)?, col: parse_decimal(words.next()?)?, file: words.next()? })
        }
        None => None,
    };
    words.next().is_none().then_some(Function { module, name, file, test, expanded_from })
}

/// Reads the names of the parameters from the same line, still escaped; there are none where it does not tell them.
pub fn decode_parameters(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let names = line.split(|byte| *byte == b' ').skip(3).take(2).find_map(parameters);
    names.into_iter().flat_map(|names| names.split(|byte| *byte == b','))
}

/// Reads from the same line which lines of its file the function stands in; versions before 6 do not tell.
pub fn decode_lines(line: &[u8]) -> Option<Lines> {
    line.split(|byte| *byte == b' ').nth(3).and_then(lines)
}

fn lines(word: &[u8]) -> Option<Lines> {
    let mut numbers = word.strip_prefix(b":")?.splitn(2, |byte| *byte == b'+').map(parse_decimal);
    Some(Lines { first: numbers.next()??, further: numbers.next().flatten().unwrap_or(0) })
}

fn parameters(word: &[u8]) -> Option<&[u8]> {
    word.strip_prefix(b"(")?.strip_suffix(b")")
}

/// A function that stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untouched<'a> {
    /// Which one.
    pub function: Function<'a>,
    /// Line of its name.
    pub line: u64,
    /// Why.
    pub reason: &'a [u8],
}

/// Reads the text of a function without sites. Async-signal-safe.
pub fn decode_untouched(text: &[u8]) -> Option<Untouched<'_>> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let function = decode_function(lines.next()?)?;
    let (line, reason) = split_word(lines.next()?)?;
    Some(Untouched { function, line: parse_decimal(line)?, reason })
}

/// Reads the line of one site of `function`, without its newline. Async-signal-safe.
pub fn decode_site<'a>(function: &Function<'a>, line: &'a [u8]) -> Option<SiteText<'a>> {
    let (number, rest) = split_word(line)?;
    let (col, rest) = split_word(rest)?;
    let (flag, rest) = split_word(rest)?;
    let snippet = split_word(rest).map_or(rest, |(snippet, _)| snippet);
    let (letter, lie) = flag.split_at_checked(1)?;
    let mut parts = lie.splitn(2, |byte| *byte == b'=');
    let closures = match parts.next()?.split(|byte| is_mark(*byte)).next()? {
        [] => 0,
        digits => parse_decimal(digits)?,
    };
    Some(SiteText {
        line: parse_decimal(number)?,
        col: parse_decimal(col)?,
        macro_flag: MacroFlag::from_letter(letter)?,
        snippet,
        file: parts.next().unwrap_or(function.file),
        module: function.module,
        name: function.name,
        closures,
    })
}

/// The word of a site's line that says how its statement lies, without the letter before it and the file behind.
fn lie(line: &[u8]) -> &[u8] {
    let word = line.splitn(4, |byte| *byte == b' ').nth(2).unwrap_or_default();
    word.get(1..).unwrap_or_default().split(|byte| *byte == b'=').next().unwrap_or_default()
}

/// What divides such a word.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'+' | b'<' | b':' | b'*')
}

/// What stands behind this mark in such a word, up to the next one.
fn marked(lie: &[u8], mark: u8) -> Option<&[u8]> {
    let from = lie.iter().position(|byte| *byte == mark)? + 1;
    lie.get(from..)?.split(|byte| is_mark(*byte)).next()
}

/// Reads from the same line how the statement lies in others.
pub fn decode_nesting(line: &[u8]) -> Nesting {
    let lie = lie(line);
    let mut numbers = marked(lie, b'<').unwrap_or_default().splitn(2, |byte| *byte == b'.').map(parse_decimal);
    let mut number = || numbers.next().flatten().and_then(|number| u32::try_from(number).ok());
    Nesting { up: number(), block: number().unwrap_or(0), has_loop: lie.ends_with(b"*") }
}

/// Reads from the same line how many lines further the statement's last token is; versions before 6 do not tell.
pub fn decode_further(line: &[u8]) -> u64 {
    marked(lie(line), b'+').and_then(parse_decimal).unwrap_or(0)
}

/// Reads from the same line what blocks the statement has; versions before 6 do not tell.
pub fn decode_shape(line: &[u8]) -> Shape<'_> {
    Shape(marked(lie(line), b':').unwrap_or_default())
}

/// Reads from the same line the patterns of the statement's arms, still escaped; versions before 6 do not tell.
pub fn decode_patterns(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b' ').skip(4)
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

/// Calls `each` with the id and the text of every site of a table, and with its function.
///
/// # Errors
/// Where the table is no table or breaks off; every site before that has been given to `each`.
pub fn decode_table<'a>(
    table: &'a [u8],
    mut each: impl FnMut(u32, SiteText<'a>, &Function<'a>),
) -> Result<(), BadTable> {
    let unfinished = !table.ends_with(b"\n");
    let end = table.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let mut lines = table.get(..end).unwrap_or_default().split(|byte| *byte == b'\n').zip(1..);
    let (header, _) = lines.next().ok_or(BadTable::NotATable)?;
    let rest = header.strip_prefix(MAGIC.as_bytes()).ok_or(BadTable::NotATable)?;
    let version = rest.split(|byte| *byte == b' ').next().and_then(parse_decimal).ok_or(BadTable::NotATable)?;
    if !(1..=VERSION).contains(&version) {
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
            let site = decode_site(&function, line).ok_or(BadTable::Line(at))?;
            each(id, site, &function);
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
