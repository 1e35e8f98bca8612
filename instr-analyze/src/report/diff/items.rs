//! Records and loops, as lines and as JSON.

use std::io::{self, Write};

use instr_format::escape::Printable;
use serde::Serialize;

use crate::model::fold::{Item, Loop};
use crate::model::record::Kept;
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::report::json::JsonLast;
use crate::report::number::Grouped;
use crate::report::paint::Paint;

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

/// An item as JSON.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum JsonItem {
    Step(JsonLast),
    Loop { times: u64, records: u64, body: Vec<JsonItem> },
}

impl JsonItem {
    pub(super) fn new(item: &Item<Kept>, sites: &Sites) -> Self {
        match item {
            Item::Step(step) => JsonItem::Step(JsonLast::of_record(&step.value.record(), sites)),
            Item::Loop(Loop { times, body, .. }) => {
                let body = body.iter().map(|item| JsonItem::new(item, sites)).collect();
                JsonItem::Loop { times: *times, records: item.steps(), body }
            }
        }
    }
}
