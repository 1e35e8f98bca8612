//! How often each statement was reached, most often first.

use std::io::{self, Write};

use instr_format::escape::Printable;
use serde::Serialize;

use super::number::Grouped;
use super::object;
use super::paint::Paint;
use crate::model::counts::Counts;
use crate::model::filter::Filter;
use crate::model::sites::Sites;
use crate::model::statement::Statement;

#[derive(Serialize)]
struct JsonHits<'a> {
    pid: Option<u64>,
    hits: u64,
    #[serde(flatten)]
    statement: &'a Statement,
}

/// Writes a line for each statement that was reached and that the filter takes; false when there is none.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    (counts, sites, filter): (&Counts, &Sites, &Filter<'_>),
    (json, pid): (bool, Option<u64>),
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let reached = counts.by_hits();
    let width = reached.first().map_or(0, |(_, hits)| Grouped(*hits).to_string().len());
    let mut any = false;
    for (id, hits) in reached {
        let statement = sites.statement(id).unwrap_or_else(|| Statement::unknown(id));
        if !filter.takes_file(&statement.file) {
            continue;
        }
        any = true;
        if json {
            object::write(&JsonHits { pid, hits, statement: &statement }, out)?;
            out.write_all(b"\n")?;
            continue;
        }
        let (strong, path) = (paint.strong, statement.path());
        let place = format!("{}:{}:{}", statement.file, statement.line, statement.column);
        let [place, path, snippet] =
            [&place, &path, &statement.snippet].map(|text| Printable(text.as_bytes()).to_string());
        writeln!(out, "{strong}{:>width$}{strong:#}  {place:<20}  {path:<20}  {snippet}", Grouped(hits))?;
    }
    Ok(any)
}
