//! Open statements for people: a line a call, outermost first, with recursion and the inside of dependencies folded.

use std::io::{self, Write};

use super::rows::{Block, Row, blocks, mark_innermost};
use super::short::shortened;
use crate::model::chain::{Chain, Part};
use crate::model::sites::Sites;
use crate::report::number::Grouped;
use crate::report::paint::Paint;

/// Columns are no wider than this; what is longer pushes the rest of its line.
const COLUMN_MAX: usize = 48;

// Output:   3 open statements, outermost first:
// Output:     src/main.rs:28:9  demo::main  worker.join()
// Output:     x5,441  src/main.rs:26:5  demo::work  work(n - 1)
// Output:   > src/log.rs:11:9   demo::log   writeln!(out, "{session}")
/// Writes the chain of a thread. One call alone says nothing that the thread's title does not.
pub(crate) fn write(chain: &Chain, sites: &Sites, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if chain.depth <= 1 {
        return Ok(());
    }
    let what = if chain.at_panic { "statements were open when it panicked" } else { "open statements" };
    write!(out, "  {} {what}, outermost first", Grouped(chain.depth))?;
    match chain.inherited {
        0 => {}
        1 => write!(out, "; the outermost one is the parent's, from before the fork")?,
        count => write!(out, "; the outermost {} are the parent's, from before the fork", Grouped(count))?,
    }
    out.write_all(b":\n")?;
    let mut blocks = blocks(&chain.parts, sites);
    // Where the innermost calls are missing, nobody knows which one the thread is in.
    if !matches!(chain.parts.last(), Some(Part::Missing(_))) {
        mark_innermost(&mut blocks);
    }
    rows(blocks, paint, out)
}

/// Writes these parts of a chain, of which the first ones are the outermost, the other way round.
pub(crate) fn innermost_first(parts: Vec<Part>, sites: &Sites, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let parts: Vec<Part> = parts.into_iter().rev().map(Part::reversed).collect();
    rows(blocks(&parts, sites), paint, out)
}

fn rows(blocks: Vec<Block>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Row> = shortened(blocks).into_iter().flat_map(|block| block.rows).collect();
    let width = |column: fn(&Row) -> &str| {
        let widths = rows.iter().map(|row| column(row).chars().count() + row.indent());
        widths.filter(|width| *width <= COLUMN_MAX).max().unwrap_or(0)
    };
    let widths = [width(|row| &row.place), width(|row| &row.path)];
    rows.iter().try_for_each(|row| row.write(widths, paint, out))
}
