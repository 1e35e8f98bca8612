//! What can be wrong with the file, where, and how that is said.

use core::fmt;

use instr_format::keys::{Key, Name};
use instr_format::value::{Value, Wrong};
use toml_parser::{Expected, ParseError};

/// Something that cannot be used, from the byte `start` of the text to the byte `end`.
#[derive(Debug, Clone)]
pub struct Error<'s> {
    /// Where it begins.
    pub start: usize,
    /// Behind its end.
    pub end: usize,
    /// What it is.
    pub problem: Problem<'s>,
}

/// What can be wrong.
#[derive(Debug, Clone)]
pub enum Problem<'s> {
    /// It is not TOML.
    Syntax(ParseError),
    /// There is no such table. The one that may be meant.
    UnknownTable(&'s str, Option<&'static str>),
    /// There is no such key. The name of the one in the same table that may be meant.
    UnknownKey(&'s str, Option<Name>),
    /// A key of this name stands in another table.
    ElsewhereKey(&'s str, Key),
    /// It has been given before, in this line.
    Twice(usize),
    /// `[run]` must be written for `[[run]]`, or the other way round.
    Brackets(&'static str, bool),
    /// This needs another type of value than that.
    Type(Value, &'static str),
    /// This is a string without quotes.
    Unquoted(&'s str),
    /// The value is none of the key's.
    Value(&'s str, Wrong<'s>),
    /// These are tables, each with `files`.
    NoTable(&'static str),
    /// It is for no files.
    NoFiles,
}

impl fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Syntax(error) => syntax(error, f),
            Problem::UnknownTable(name, Some(meant)) => write!(f, "unknown table `{name}`; did you mean `{meant}`?"),
            Problem::UnknownTable(name, None) => write!(f, "unknown table `{name}`"),
            Problem::UnknownKey(name, Some(meant)) => write!(f, "unknown key `{name}`; did you mean `{meant}`?"),
            Problem::UnknownKey(name, None) => write!(f, "unknown key `{name}`"),
            Problem::ElsewhereKey(name, key) => {
                write!(f, "unknown key `{name}`; `{}` belongs into `[{}]`", key.name(), key.table)
            }
            Problem::Twice(line) => write!(f, "given twice, first in line {line}"),
            Problem::Brackets(table, true) => write!(f, "`{table}` is an array of tables: write `[[{table}]]`"),
            Problem::Brackets(table, false) => write!(f, "`{table}` is one table: write `[{table}]`"),
            Problem::Type(expected, found) => write!(f, "expected {expected}, found {found}"),
            Problem::Unquoted(text) => write!(f, "strings need quotes: `\"{text}\"`"),
            Problem::Value(text, wrong @ Wrong::Expected(_)) => write!(f, "`{text}` cannot be used: {wrong}"),
            Problem::Value(_, wrong) => wrong.fmt(f),
            Problem::NoTable(table) => write!(f, "expected tables with `files`, such as `[[{table}]]` begins"),
            Problem::NoFiles => f.write_str("`files` is missing, the patterns of the files that this is for"),
        }
    }
}

fn syntax(error: &ParseError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(error.description())?;
    for (number, expected) in error.expected().unwrap_or_default().iter().enumerate() {
        f.write_str(if number == 0 { ", expected " } else { " or " })?;
        match expected {
            Expected::Literal("\n") => f.write_str("the end of the line")?,
            Expected::Literal(text) => write!(f, "`{text}`")?,
            Expected::Description(text) => f.write_str(text)?,
            _ => {}
        }
    }
    Ok(())
}

/// A place in a text, both numbers from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Number of the line.
    pub line: usize,
    /// Number of the character in it.
    pub column: usize,
}

impl Place {
    /// The place of a byte.
    pub fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Place { line: before.bytes().filter(|byte| *byte == b'\n').count() + 1, column: line.chars().count() + 1 }
    }
}

/// An error with its place: `instr.toml:3:1: …`, and in the form `{:#}` the line with a mark below.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The file's name, as it is shown.
    pub file: &'a str,
    /// What is in it.
    pub text: &'a str,
    /// What is wrong.
    pub error: &'a Error<'a>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shown { file, text, error } = self;
        let Place { line, column } = Place::of(text, error.start);
        write!(f, "{file}:{line}:{column}: {}", error.problem)?;
        if f.alternate() { self.line(line, column, f) } else { Ok(()) }
    }
}

impl Shown<'_> {
    // Output:
    //   |
    // 3 | snik = "ring"
    //   | ^^^^
    fn line(&self, line: usize, column: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { start, end, .. } = *self.error;
        let shown = self.text.lines().nth(line - 1).unwrap_or_default();
        let width = line.checked_ilog10().unwrap_or(0) as usize + 1;
        write!(f, "\n{:width$} |\n{line} | {shown}\n{:width$} | ", "", "")?;
        // Tabs are as wide below as above.
        let before = shown.chars().take(column - 1);
        before.into_iter().try_for_each(|letter| f.write_str(if letter == '\t' { "\t" } else { " " }))?;
        let marked = self.text.get(start..end).and_then(|marked| marked.lines().next()).unwrap_or_default();
        (0..marked.chars().count().max(1)).try_for_each(|_| f.write_str("^"))
    }
}
