//! LCOV's tracefile, which genhtml and most services read.

use std::collections::HashSet;
use std::io::{self, Write};

use super::{Shown, printable};
use crate::model::coverage::{Branch, File};

/// Writes a record for each file. What would end a line is escaped as for people: the format has no way for that.
///
/// # Errors
/// When the output cannot be written.
pub fn write(shown: &Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (name, file) in &shown.coverage.files {
        let path = shown.covered.source(name).map(|(path, _)| path.to_string_lossy().into_owned());
        writeln!(out, "TN:\nSF:{}", printable(path.as_deref().unwrap_or(name)))?;
        functions(file, out)?;
        branches(file, out)?;
        for (number, line) in &file.lines {
            writeln!(out, "DA:{number},{}", line.count())?;
        }
        let lines = file.totals().lines;
        writeln!(out, "LF:{}\nLH:{}\nend_of_record", lines.all, lines.hit)?;
    }
    Ok(())
}

fn functions(file: &File, out: &mut dyn Write) -> io::Result<()> {
    let (mut known, mut named) = (HashSet::new(), Vec::new());
    for function in &file.functions {
        // A comma would end the name, and those of one file are told apart by their names alone.
        let name = printable(&function.path).replace(',', ";");
        let name = if known.insert(name.clone()) { name } else { format!("{name}:{}", function.line) };
        named.push((function, name));
    }
    for (function, name) in &named {
        writeln!(out, "FN:{},{name}", function.line)?;
    }
    for (function, name) in &named {
        writeln!(out, "FNDA:{},{name}", function.hits.least)?;
    }
    let functions = file.totals().functions;
    writeln!(out, "FNF:{}\nFNH:{}", functions.all, functions.hit)
}

// Output: BRDA:12,0,1,-
/// Of each line the branches are numbered, and of each branch its ways; `-` says that nobody came there.
fn branches(file: &File, out: &mut dyn Write) -> io::Result<()> {
    let (mut newest, mut number) = (0, 0);
    for Branch { line, ways, .. } in &file.branches {
        number = if newest == *line { number + 1 } else { 0 };
        newest = *line;
        let was_reached = file.lines.get(line).is_some_and(|line| line.count() > 0);
        for (way, (_, hits)) in ways.iter().enumerate() {
            match hits.known() {
                Some(hits) if was_reached => writeln!(out, "BRDA:{line},{number},{way},{hits}")?,
                Some(_) => writeln!(out, "BRDA:{line},{number},{way},-")?,
                None => {}
            }
        }
    }
    match file.totals().branches {
        ways if ways.all > 0 => writeln!(out, "BRF:{}\nBRH:{}", ways.all, ways.hit),
        _ => Ok(()),
    }
}
