//! What only one side has reached, for people and for programs.

use std::io::{self, Write};

use instr_format::names::SCHEMA_VERSION;
use serde::Serialize;

use super::printable;
use crate::model::coverage::diff::OnlyThere;
use crate::model::source_path::short;
use crate::report::object;
use crate::report::paint::Paint;

#[derive(Serialize)]
struct JsonDiff<'a> {
    schema_version: u32,
    differs: bool,
    only_b: Vec<JsonOnly<'a>>,
}

#[derive(Serialize)]
struct JsonOnly<'a> {
    file: &'a str,
    function: Option<&'a str>,
    line: Option<u64>,
    /// Whether A has not entered the function at all.
    is_new: bool,
    lines: Vec<JsonLine>,
}

#[derive(Serialize)]
struct JsonLine {
    line: u64,
    hits: u64,
}

/// Writes the document.
///
/// # Errors
/// When the output cannot be written.
pub fn json(found: &[OnlyThere], out: &mut dyn Write) -> io::Result<()> {
    let only_b = found.iter().map(json_only).collect();
    object::write_pretty(&JsonDiff { schema_version: SCHEMA_VERSION, differs: !found.is_empty(), only_b }, out)
}

fn json_only(only: &OnlyThere) -> JsonOnly<'_> {
    let known = !only.function.is_empty();
    JsonOnly {
        file: &only.file,
        function: known.then_some(only.function.as_str()),
        line: known.then_some(only.line),
        is_new: only.is_new,
        lines: only.lines.iter().map(|(line, hits)| JsonLine { line: *line, hits: *hits }).collect(),
    }
}

// Output: src/parse.rs:88  demo::parse  lines 90-93, 101
//         src/write.rs:12  demo::flush  never ran in A; lines 13-20
/// Writes a line for each function.
///
/// # Errors
/// When the output cannot be written.
pub fn text(found: &[OnlyThere], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if found.is_empty() {
        return writeln!(out, "B has reached nothing that A has not");
    }
    let strong = paint.strong;
    writeln!(out, "{strong}only B has reached:{strong:#}")?;
    let rows: Vec<(String, &OnlyThere)> = found.iter().map(|only| (place(only), only)).collect();
    let width = rows.iter().map(|(place, _)| place.chars().count()).max().unwrap_or(0);
    for (place, only) in rows {
        let padding = width - place.chars().count();
        let never = if only.is_new { "never ran in A; " } else { "" };
        let function = if only.function.is_empty() { "?".to_owned() } else { printable(&only.function) };
        writeln!(out, "  {place}{:padding$}  {function}  {never}{}", "", ranges(&only.lines))?;
    }
    Ok(())
}

fn place(only: &OnlyThere) -> String {
    let file = printable(&short(&only.file));
    if only.function.is_empty() { file } else { format!("{file}:{}", only.line) }
}

// Input:  [90, 91, 92, 101]
// Output: lines 90-92, 101
fn ranges(lines: &[(u64, u64)]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for (line, _) in lines {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*line) => *last = *line,
            _ => ranges.push((*line, *line)),
        }
    }
    let range = |(first, last): &(u64, u64)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    let word = if lines.len() == 1 { "line" } else { "lines" };
    format!("{word} {}", ranges.iter().map(range).collect::<Vec<_>>().join(", "))
}
