//! Goes through the entries of a unit: which functions addresses are in, and in what entries stand.

use std::collections::{BTreeMap, BTreeSet};

use gimli::{
    DW_AT_call_column, DW_AT_call_file, DW_AT_call_line, DW_AT_name, DW_TAG_class_type, DW_TAG_enumeration_type,
    DW_TAG_inlined_subroutine, DW_TAG_interface_type, DW_TAG_module, DW_TAG_namespace, DW_TAG_structure_type,
    DW_TAG_subprogram, DW_TAG_union_type, DwTag, UnitOffset,
};

use super::lines::Row;
use super::unit::{Entry, Unit, Value};

/// So many functions are inlined into each other at most; what lies deeper is left out.
const INLINED_MAX: usize = 512;
/// So many scopes lie in each other at most.
const SCOPES_MAX: usize = 256;

/// A function that an address is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inside {
    pub(super) function: UnitOffset,
    /// Where it is called, if it is inlined.
    pub(super) call: Option<Row>,
}

/// A function that has some of the addresses.
struct Open {
    depth: isize,
    function: UnitOffset,
    hits: Vec<u64>,
}

/// The functions that these addresses, which are sorted, are in, outermost first.
pub(super) fn functions(unit: &Unit, wanted: &[u64]) -> BTreeMap<u64, Vec<Inside>> {
    let mut found = BTreeMap::new();
    // What stands before damage counts.
    let _ = find_functions(unit, wanted, &mut found);
    found
}

fn find_functions(unit: &Unit, wanted: &[u64], found: &mut BTreeMap<u64, Vec<Inside>>) -> gimli::Result<()> {
    let mut entries = unit.unit.entries_raw(None)?;
    let (mut entry, mut open): (_, Vec<Open>) = (Entry::null(), Vec::new());
    while !entries.is_empty() {
        let (depth, function) = (entries.next_depth(), entries.next_offset());
        let Some(abbreviation) = entries.read_abbreviation()? else { continue };
        while open.last().is_some_and(|last| last.depth >= depth) {
            open.pop();
        }
        if ![DW_TAG_subprogram, DW_TAG_inlined_subroutine].contains(&abbreviation.tag()) {
            entries.skip_attributes(abbreviation.attributes())?;
            continue;
        }
        entries.read_attributes(abbreviation.attributes(), &mut entry.attrs)?;
        let hits = match abbreviation.tag() {
            gimli::DW_TAG_subprogram => {
                let mut hits = unit.hits(&entry, wanted);
                // Of functions that share their code the first one counts, but not before one that is declared within it.
                hits.retain(|hit| {
                    found.get(hit).is_none_or(|known| {
                        known.first().is_some_and(|outer| open.iter().any(|open| open.function == outer.function))
                    })
                });
                for hit in &hits {
                    found.insert(*hit, vec![Inside { function, call: None }]);
                }
                hits
            }
            _ => {
                let Some(around) = open.last() else { continue };
                let mut hits = unit.hits(&entry, &around.hits);
                let call = call(&entry);
                hits.retain(|hit| {
                    let Some(chain) = found.get_mut(hit) else { return false };
                    let is_next = chain.last().is_some_and(|last| last.function == around.function);
                    let fits = is_next && chain.len() < INLINED_MAX;
                    if fits {
                        chain.push(Inside { function, call: Some(call) });
                    }
                    fits
                });
                hits
            }
        };
        if !hits.is_empty() {
            open.push(Open { depth, function, hits });
        }
    }
    Ok(())
}

fn call(entry: &Entry) -> Row {
    let number = |name| entry.attr_value(name).and_then(|value: Value| value.udata_value());
    let file = match entry.attr_value(DW_AT_call_file) {
        Some(Value::FileIndex(file)) => Some(file),
        other => other.and_then(|value| value.udata_value()),
    };
    Row {
        file: file.unwrap_or(0),
        line: number(DW_AT_call_line).unwrap_or(0),
        column: number(DW_AT_call_column).unwrap_or(0),
    }
}

/// What an entry stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// Its path.
    pub(super) path: String,
    /// Whether that is a type.
    pub(super) is_type: bool,
}

/// What these entries stand in.
pub(super) fn scopes(unit: &Unit, wanted: &BTreeSet<UnitOffset>) -> BTreeMap<UnitOffset, Scope> {
    let mut found = BTreeMap::new();
    // What stands before damage counts.
    let _ = find_scopes(unit, wanted, &mut found);
    found
}

fn find_scopes(
    unit: &Unit,
    wanted: &BTreeSet<UnitOffset>,
    found: &mut BTreeMap<UnitOffset, Scope>,
) -> gimli::Result<()> {
    let mut entries = unit.unit.entries_raw(None)?;
    let (mut entry, mut open): (_, Vec<(isize, DwTag, UnitOffset)>) = (Entry::null(), Vec::new());
    while !entries.is_empty() && found.len() < wanted.len() {
        let (depth, offset) = (entries.next_depth(), entries.next_offset());
        let Some(abbreviation) = entries.read_abbreviation()? else { continue };
        entries.skip_attributes(abbreviation.attributes())?;
        while open.last().is_some_and(|(last, ..)| *last >= depth) {
            open.pop();
        }
        if wanted.contains(&offset) {
            let names: Vec<String> = open.iter().filter_map(|(.., scope)| name(unit, *scope, &mut entry)).collect();
            let is_type = open.last().is_some_and(|(_, tag, _)| *tag != DW_TAG_namespace && *tag != DW_TAG_module);
            if !names.is_empty() {
                found.insert(offset, Scope { path: names.join("::"), is_type });
            }
        }
        if abbreviation.has_children() && is_scope(abbreviation.tag()) && open.len() < SCOPES_MAX {
            open.push((depth, abbreviation.tag(), offset));
        }
    }
    Ok(())
}

fn is_scope(tag: DwTag) -> bool {
    [
        DW_TAG_namespace,
        DW_TAG_module,
        DW_TAG_structure_type,
        DW_TAG_class_type,
        DW_TAG_union_type,
        DW_TAG_enumeration_type,
        DW_TAG_interface_type,
    ]
    .contains(&tag)
}

fn name(unit: &Unit, offset: UnitOffset, entry: &mut Entry) -> Option<String> {
    unit.unit.entries_raw(Some(offset)).ok()?.read_entry(entry).ok()?;
    unit.string(entry.attr_value(DW_AT_name)?)
}
