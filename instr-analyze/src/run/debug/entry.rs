//! What the entry of a function says of it, and the entries that this one refers to: names, arguments and their types.

use std::sync::Arc;

use gimli::{
    DW_AT_MIPS_linkage_name, DW_AT_abstract_origin, DW_AT_declaration, DW_AT_linkage_name, DW_AT_name,
    DW_AT_specification, DW_AT_type, DW_TAG_formal_parameter, DwAt,
};

use super::unit::{Die, Entry, Value};
use super::{Argument, Info};

/// So many entries are followed from one to the next.
const STEPS_MAX: usize = 16;
/// So many arguments are told.
const ARGUMENTS_MAX: usize = 256;

/// What is known of a function.
pub(super) struct Described {
    /// What the linker calls it.
    pub(super) linkage_name: Option<String>,
    /// What the source calls it.
    pub(super) name: Option<String>,
    /// Where it is declared.
    pub(super) home: Die,
    /// The arguments, if those were asked for.
    pub(super) arguments: Vec<Argument>,
}

/// Describes the function with this entry.
pub(super) fn describe(info: &Info, die: Die, with_arguments: bool) -> Described {
    let mut described = Described { linkage_name: None, name: None, home: die, arguments: Vec::new() };
    for _ in 0..STEPS_MAX {
        let die = described.home.clone();
        let Some(entry) = die.unit.entry(die.offset) else { break };
        let string = |name: DwAt| entry.attr_value(name).and_then(|value| die.unit.string(value));
        described.linkage_name =
            described.linkage_name.or_else(|| string(DW_AT_linkage_name)).or_else(|| string(DW_AT_MIPS_linkage_name));
        described.name = described.name.or_else(|| string(DW_AT_name));
        // An inlined function has but the arguments that are left. The one that it comes from has all of them.
        if with_arguments && entry.attr_value(DW_AT_declaration).is_none() {
            let arguments = arguments(info, &die);
            if arguments.len() >= described.arguments.len() {
                described.arguments = arguments;
            }
        }
        match origin(info, &die, &entry) {
            Some(next) => described.home = next,
            None => break,
        }
    }
    described
}

/// What the entry completes.
fn origin(info: &Info, die: &Die, entry: &Entry) -> Option<Die> {
    let value = entry.attr_value(DW_AT_abstract_origin).or_else(|| entry.attr_value(DW_AT_specification))?;
    info.referred(die, value)
}

fn arguments(info: &Info, function: &Die) -> Vec<Argument> {
    let mut arguments = Vec::new();
    // What stands before damage counts.
    let _ = find_arguments(info, function, &mut arguments);
    arguments
}

fn find_arguments(info: &Info, function: &Die, arguments: &mut Vec<Argument>) -> gimli::Result<()> {
    let mut entries = function.unit.unit.entries_raw(Some(function.offset))?;
    let (mut entry, depth) = (Entry::null(), entries.next_depth());
    let Some(own) = entries.read_abbreviation()? else { return Ok(()) };
    entries.skip_attributes(own.attributes())?;
    while !entries.is_empty() && entries.next_depth() > depth && arguments.len() < ARGUMENTS_MAX {
        let (is_own, offset) = (entries.next_depth() == depth + 1, entries.next_offset());
        let Some(abbreviation) = entries.read_abbreviation()? else { continue };
        if !is_own || abbreviation.tag() != DW_TAG_formal_parameter {
            entries.skip_attributes(abbreviation.attributes())?;
            continue;
        }
        entries.read_attributes(abbreviation.attributes(), &mut entry.attrs)?;
        let die = Die { unit: Arc::clone(&function.unit), offset };
        arguments.push(argument(info, die, &entry));
    }
    Ok(())
}

fn argument(info: &Info, die: Die, entry: &Entry) -> Argument {
    let own = |die: &Die, entry: &Entry| {
        let name = entry.attr_value(DW_AT_name).and_then(|value| die.unit.string(value));
        let of_type = entry.attr_value(DW_AT_type).and_then(|value| type_name(info, die, value));
        Argument { name, type_name: of_type }
    };
    let mut argument = own(&die, entry);
    // Of an inlined function the name stands in the one that it comes from.
    if let Some(origin) = origin(info, &die, entry)
        && let Some(entry) = origin.unit.entry(origin.offset)
    {
        let of_origin = own(&origin, &entry);
        argument.name = argument.name.or(of_origin.name);
        argument.type_name = argument.type_name.or(of_origin.type_name);
    }
    argument
}

/// The name of a type; those of C that have none are put together.
fn type_name(info: &Info, die: &Die, value: Value) -> Option<String> {
    let (mut value, mut from) = (Some(value), die.clone());
    let (mut before, mut behind) = (String::new(), String::new());
    for _ in 0..STEPS_MAX {
        let Some(referred) = value else { return Some(format!("{before}void{behind}")) };
        from = info.referred(&from, referred)?;
        let entry = from.unit.entry(from.offset)?;
        if let Some(name) = entry.attr_value(DW_AT_name) {
            return Some(format!("{before}{}{behind}", from.unit.string(name)?));
        }
        match entry.tag {
            gimli::DW_TAG_pointer_type => behind.insert(0, '*'),
            gimli::DW_TAG_reference_type => behind.insert(0, '&'),
            gimli::DW_TAG_rvalue_reference_type => behind.insert_str(0, "&&"),
            gimli::DW_TAG_array_type => behind.insert_str(0, "[]"),
            gimli::DW_TAG_const_type => before.push_str("const "),
            gimli::DW_TAG_volatile_type => before.push_str("volatile "),
            gimli::DW_TAG_restrict_type => {}
            gimli::DW_TAG_subroutine_type => return Some(format!("{before}fn{behind}")),
            _ => return None,
        }
        value = entry.attr_value(DW_AT_type);
    }
    None
}
