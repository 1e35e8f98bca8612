//! Line tables: at which place of the source an instruction is. They are read from front to back and not kept.

use std::collections::BTreeMap;

use gimli::ColumnType;

use super::unit::Unit;
use super::within;

/// A place, its file by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) file: u64,
    pub(super) line: u64,
    pub(super) column: u64,
}

/// The places of these addresses, which are sorted, as far as the unit's table has them.
pub(super) fn rows(unit: &Unit, wanted: &[u64]) -> BTreeMap<u64, Row> {
    let mut found = BTreeMap::new();
    let Some(program) = unit.unit.line_program.clone() else { return found };
    let mut rows = program.rows();
    let (mut before, mut is_removed): (Option<(u64, Row)>, bool) = (None, false);
    while let Ok(Some((_, row))) = rows.next_row() {
        match before {
            // Of several rows for an address the last one counts.
            Some((address, place)) if !is_removed => {
                for hit in within(wanted, address..row.address()) {
                    found.entry(*hit).or_insert(place);
                }
            }
            Some(_) => {}
            // The linker leaves no other address to what it has removed.
            None => is_removed = row.address() == 0,
        }
        let column = match row.column() {
            ColumnType::LeftEdge => 0,
            ColumnType::Column(column) => column.get(),
        };
        let place = Row { file: row.file_index(), line: row.line().map_or(0, |line| line.get()), column };
        before = (!row.end_sequence()).then_some((row.address(), place));
    }
    found
}

/// The path of a file of the unit's table, as far as that tells it.
pub(super) fn path(unit: &Unit, number: u64) -> Option<String> {
    let header = unit.unit.line_program.as_ref()?.header();
    let file = header.file(number)?;
    let mut path = unit.unit.comp_dir.as_ref().map(super::unit::text).unwrap_or_default();
    // 0 is the directory that the compiler was started in.
    if file.directory_index() != 0
        && let Some(directory) = file.directory(header)
    {
        push(&mut path, &unit.string(directory)?);
    }
    push(&mut path, &unit.string(file.path_name())?);
    Some(path)
}

fn push(path: &mut String, part: &str) {
    if part.starts_with('/') {
        path.clear();
    } else if !path.is_empty() && !path.ends_with('/') {
        path.push('/');
    }
    path.push_str(part);
}
