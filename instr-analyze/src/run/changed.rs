//! Source files on disk that are not what was recorded: statements of the site table do not stand in them where they stood.

use std::collections::BTreeMap;
use std::fmt;

use instr_format::names::MacroFlag;
use serde::Serialize;

use super::source::Roots;
use crate::model::placed::{Placed, Text};
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::unescaped;

/// A source file that has been changed since, or that the build did not have.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its path, as recorded.
    pub file: String,
    /// How many statements it had.
    pub statements: usize,
    /// How many of them do not stand where they stood.
    pub misplaced: usize,
    /// The line of the first one of these.
    pub line: u64,
}

// Output: src/main.rs on disk is not what was recorded: 3 of 12 statements are not where they were, the first at line 7
impl fmt::Display for Changed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Changed { file, statements, misplaced, line } = self;
        let file = short(file);
        let are = if *misplaced == 1 { "is not where it was" } else { "are not where they were" };
        write!(formatter, "{file} on disk is not what was recorded: {misplaced} of {statements} statements {are}, ")?;
        write!(formatter, "the first at line {line}")
    }
}

/// Those of the files that are wanted. A file that is not there, or that has nothing of what was recorded, is none of them: it may be
/// another program's.
pub fn changed(roots: &Roots, sites: &Sites, is_wanted: impl Fn(&str) -> bool) -> Vec<Changed> {
    let mut files: BTreeMap<&[u8], Option<Vec<Placed>>> = BTreeMap::new();
    for site in (0..u32::try_from(sites.end()).unwrap_or(u32::MAX)).filter_map(|id| sites.text(id)) {
        let wanted = || is_wanted(&unescaped(site.file)).then(Vec::new);
        // Text that a macro has put together stands nowhere.
        if let Some(placed) = files.entry(site.file).or_insert_with(wanted)
            && site.macro_flag != MacroFlag::Expansion
        {
            placed.push(Placed { line: site.line, column: site.col, text: unescaped(site.snippet) });
        }
    }
    let of_file = |(file, placed): (&[u8], Option<Vec<Placed>>)| changed_file(roots, unescaped(file), placed?);
    files.into_iter().filter_map(of_file).collect()
}

fn changed_file(roots: &Roots, file: String, mut placed: Vec<Placed>) -> Option<Changed> {
    placed.sort();
    placed.dedup();
    let misplaced = |source: String| {
        let text = Text::new(&source);
        let lines: Vec<u64> = placed.iter().filter(|placed| !text.has(placed)).map(|placed| placed.line).collect();
        (lines.len() < placed.len() || text.knows_any(&placed)).then_some(lines)
    };
    let best = roots.sources(&file).filter_map(misplaced).min_by_key(Vec::len)?;
    let line = *best.first()?;
    Some(Changed { file, statements: placed.len(), misplaced: best.len(), line })
}
