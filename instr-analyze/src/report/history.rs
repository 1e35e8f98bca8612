//! What a thread did before, with its loops folded.

use std::io::{self, Write};

use instr_format::escape::Printable;
use serde::Serialize;

use super::json::JsonLast;
use super::number::Grouped;
use super::options::Options;
use super::paint::Paint;
use crate::model::fold::{Item, Loop};
use crate::model::history::Part;
use crate::model::record::Kept;
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::Statement;

/// Writes the parts below each other; `whose` is `its`, or names the thread.
pub(crate) fn write(
    (whose, parts): (&str, &[Part]),
    sites: &Sites,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let paint = options.paint;
    let mut text = Vec::new();
    for part in parts {
        match part {
            Part::Item(found) => item(found, sites, 2, paint, &mut text)?,
            Part::Missing(count) => {
                writeln!(text, "    {0}… {1} records are missing here{0:#}", paint.bad, Grouped(*count))?;
            }
        }
    }
    if text.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {whose} last steps, the newest last:")?;
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let left_out = options.history_lines.map_or(0, |max| lines.len().saturating_sub(max));
    if left_out > 0 {
        writeln!(out, "    … {left_out} more lines, which --history {} shows", parts.len())?;
    }
    lines.iter().skip(left_out).try_for_each(|line| out.write_all(line))
}

/// Writes an item in lines so deep.
pub(super) fn item(
    item_: &Item<Kept>,
    sites: &Sites,
    depth: usize,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "{:1$}", "", 2 * depth)?;
    match item_ {
        Item::Step(step) => statement(&step.value, sites, out),
        Item::Loop(Loop { times, body, .. }) => {
            write!(out, "{0}x{1}{0:#}", paint.strong, Grouped(*times))?;
            if let [Item::Step(step)] = body.as_slice() {
                out.write_all(b"  ")?;
                return statement(&step.value, sites, out);
            }
            out.write_all(b"\n")?;
            body.iter().try_for_each(|inner| item(inner, sites, depth + 1, paint, out))
        }
    }
}

/// Writes the line of a record.
pub(super) fn statement(kept: &Kept, sites: &Sites, out: &mut dyn Write) -> io::Result<()> {
    let statement = Statement::of_record(&kept.record(), sites);
    let (path, file) = (statement.path(), short(&statement.file));
    write!(out, "{}:{}:{}  ", Printable(file.as_bytes()), statement.line, statement.column)?;
    writeln!(out, "{}  {}", Printable(path.as_bytes()), Printable(statement.snippet.as_bytes()))
}

/// A part as JSON.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum JsonPart {
    Step(JsonLast),
    Loop { times: u64, records: u64, body: Vec<JsonPart> },
    Missing { missing: u64 },
}

impl JsonPart {
    pub(crate) fn new(part: &Part, sites: &Sites) -> Self {
        match part {
            Part::Item(item) => JsonPart::of_item(item, sites),
            Part::Missing(count) => JsonPart::Missing { missing: *count },
        }
    }

    pub(super) fn of_item(item: &Item<Kept>, sites: &Sites) -> Self {
        match item {
            Item::Step(step) => JsonPart::Step(JsonLast::of_record(&step.value.record(), sites)),
            Item::Loop(Loop { times, body, .. }) => {
                let body = body.iter().map(|item| JsonPart::of_item(item, sites)).collect();
                JsonPart::Loop { times: *times, records: item.steps(), body }
            }
        }
    }
}
