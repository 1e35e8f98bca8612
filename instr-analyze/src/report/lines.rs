//! Texts of a run's own as lines of a report.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::paint::Paint;
use crate::model::damage::Damage;

/// Longest part of a statement or a message that a line shows, in characters.
const WIDTH: usize = 100;

/// The first line of a text, or its beginning.
pub(super) fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(WIDTH).collect();
    if shown.len() < text.trim_end().len() && !shown.ends_with('…') {
        shown.push('…');
    }
    Printable(shown.as_bytes()).to_string()
}

/// Whether [`cut`] takes nothing from a text.
pub(super) fn is_short(text: &str) -> bool {
    text.lines().count() <= 1 && text.chars().count() <= WIDTH
}

/// Writes a text of several lines with each below the other.
pub(super) fn indented(before: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    for (number, line) in text.lines().enumerate() {
        let before = if number == 0 { before } else { "  " };
        writeln!(out, "  {before}{}", Printable(line.as_bytes()))?;
    }
    Ok(())
}

/// Writes a line for each piece of damage.
pub(super) fn damage_lines(damage: &[Damage], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let bad = paint.bad;
    for damage in damage {
        writeln!(out, "  {bad}damage:{bad:#} {}", Printable(damage.to_string().as_bytes()))?;
    }
    Ok(())
}
