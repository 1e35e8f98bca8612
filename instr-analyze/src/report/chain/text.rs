//! Open statements for people: a line a call, outermost first, with recursion and the inside of dependencies folded.

use std::io::{self, Write};

use super::rows::{Row, blocks};
use super::short::shortened;
use crate::model::chain::Chain;
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
    let rows: Vec<Row> = shortened(blocks(chain, sites)).into_iter().flat_map(|block| block.rows).collect();
    let width = |column: fn(&Row) -> &str| {
        let widths = rows.iter().map(|row| column(row).chars().count() + row.indent());
        widths.filter(|width| *width <= COLUMN_MAX).max().unwrap_or(0)
    };
    let widths = [width(|row| &row.place), width(|row| &row.path)];
    rows.iter().try_for_each(|row| row.write(widths, paint, out))
}
