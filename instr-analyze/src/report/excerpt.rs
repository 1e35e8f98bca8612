//! Source lines around a statement, or why there are none.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::paint::Paint;
use crate::model::excerpt::Excerpt;
use crate::model::statement::Statement;
use crate::run::source::{Roots, Source, find};

/// Longest part of a source line that is shown, in characters.
const WIDTH: usize = 160;

/// Writes the source lines of a statement, `context` before and behind it.
pub(crate) fn write(
    roots: &Roots,
    statement: &Statement,
    context: u64,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let why = match find(roots, statement, context) {
        Source::Found(excerpt) => return lines(&excerpt, statement.line, paint, out),
        Source::Moved(excerpt, line) => {
            writeln!(out, "  the source on disk has changed; this statement is at line {line} now:")?;
            return lines(&excerpt, line, paint, out);
        }
        Source::Changed => "the source on disk no longer has this statement",
        Source::Missing => "source not found",
    };
    writeln!(out, "  {why}; recorded: {}", Printable(statement.snippet.as_bytes()))
}

/// Writes source lines, one of them marked.
pub(crate) fn lines(excerpt: &Excerpt, marked: u64, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for (number, line) in (excerpt.first..).zip(&excerpt.lines) {
        let (mark, style) = if number == marked { ('>', paint.strong) } else { (' ', paint.faint) };
        let text: String = line.replace('\t', "    ").chars().take(WIDTH).collect();
        writeln!(out, "  {style}{mark} {number:>5} | {}{style:#}", Printable(text.as_bytes()))?;
    }
    Ok(())
}
