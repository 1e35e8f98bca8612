//! How often each of two runs has reached a statement, where that is all they kept.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::text::SIDES;
use crate::model::diff::hits::HitsDifference;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::report::number::Grouped;
use crate::report::paint::Paint;

/// So many statements are told of each sort.
const STATEMENTS: usize = 10;

/// Writes the statements that one run has reached more often.
pub(super) fn write(found: &HitsDifference, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let strong = paint.strong;
    for (side, only) in SIDES.iter().zip(&found.only) {
        if !only.is_empty() {
            writeln!(out, "{strong}{} statements reached only in {side}{strong:#}", Grouped(only.len() as u64))?;
        }
        for (statement, hits) in only.iter().take(STATEMENTS) {
            line(&format!("x{}", Grouped(*hits)), statement, out)?;
        }
        more(only.len(), out)?;
    }
    if !found.both.is_empty() {
        writeln!(out, "{strong}{} statements reached differently often{strong:#}", Grouped(found.both.len() as u64))?;
    }
    for (statement, [a, b]) in found.both.iter().take(STATEMENTS) {
        line(&format!("x{} in A, x{} in B", Grouped(*a), Grouped(*b)), statement, out)?;
    }
    more(found.both.len(), out)?;
    match found.equal {
        0 => Ok(()),
        1 => writeln!(out, "1 statement reached equally often"),
        equal => writeln!(out, "{} statements reached equally often", Grouped(equal)),
    }
}

fn more(count: usize, out: &mut dyn Write) -> io::Result<()> {
    match count.saturating_sub(STATEMENTS) {
        0 => Ok(()),
        left_out => writeln!(out, "    … {left_out} more, which --format json shows"),
    }
}

fn line(hits: &str, statement: &Statement, out: &mut dyn Write) -> io::Result<()> {
    let (file, path) = (short(&statement.file), statement.path());
    let place = format!("{}:{}:{}", file, statement.line, statement.column);
    let [place, path, snippet] = [&place, &path, &statement.snippet].map(|text| Printable(text.as_bytes()).to_string());
    writeln!(out, "    {hits}  {place}  {path}  {snippet}")
}
