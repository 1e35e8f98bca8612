//! Which functions and places of the source addresses in a file are, from its debug information, wherever that lies.
//!
//! The files may be hostile. They are read from front to back for all addresses at once, and what is kept of them grows with
//! these addresses: no table of a file is, whose parts could refer to each other so that it outgrows the memory.

mod elf;
mod entry;
mod files;
mod info;
mod lines;
mod unit;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

pub(crate) use self::elf::{BadFile, Elf};
use self::entry::{Described, describe};
pub(crate) use self::files::Places;
use self::info::{Info, Located};
use self::unit::Die;
use super::symbols::Function;

/// A program or a library.
pub(crate) struct Program {
    elf: Elf,
    info: Option<Info>,
    /// The file with the debug information, if that is another one.
    split_off: Option<Elf>,
}

/// A function that an address is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// It, and the place in it.
    pub function: Function,
    /// What else is known of it, if that was asked for.
    pub details: Details,
}

/// What debug information says of a function besides its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Details {
    /// What the linker calls it.
    pub linkage_name: Option<String>,
    /// The namespace or type that it is declared in.
    pub scope: Option<String>,
    /// The type that it is declared in.
    #[serde(rename = "type")]
    pub of_type: Option<String>,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Argument {
    /// Its name; patterns have none.
    pub name: Option<String>,
    /// The name of its type.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
}

/// What a file tells of addresses in it.
pub(crate) struct Told {
    /// The functions by address, innermost first; none of which nothing is known.
    pub(crate) functions: BTreeMap<u64, Vec<Found>>,
    /// The file of a unit that was split off and could not be found.
    pub(crate) missing: Option<PathBuf>,
}

impl Program {
    /// Opens a file, and the one with its debug information.
    pub(crate) fn open(path: &Path) -> Result<Self, BadFile> {
        Program::new(Elf::open(path)?, Places::Everywhere)
    }

    /// Finds the debug information of a file.
    pub(crate) fn new(elf: Elf, places: Places) -> Result<Self, BadFile> {
        if elf.is_unlinked() {
            return Err(BadFile::Object);
        }
        let split_off = if elf.has_debug_information() { None } else { files::split_off(&elf, places) };
        let with_info = split_off.as_ref().or_else(|| elf.has_debug_information().then_some(&elf));
        let info = with_info.map(|file| Info::read(&elf, file)).transpose().map_err(BadFile::Unreadable)?;
        Ok(Program { elf, info, split_off })
    }

    /// The file itself.
    pub(crate) fn elf(&self) -> &Elf {
        &self.elf
    }

    /// The file with the debug information, if that is another one.
    pub(crate) fn debug_file(&self) -> Option<&Path> {
        self.split_off.as_ref().map(Elf::path)
    }

    /// Whether there is debug information.
    pub(crate) fn has_information(&self) -> bool {
        self.info.is_some()
    }

    /// What addresses are, as in the file.
    pub(crate) fn look_up(&self, addresses: &BTreeSet<u64>, with_details: bool) -> Told {
        let located = self.info.as_ref().map(|info| (info, info.look_up(addresses)));
        let mut functions = located.map(|(info, located)| named(info, located, with_details)).unwrap_or_default();
        self.add_symbols(addresses, &mut functions);
        Told { functions, missing: self.info.as_ref().and_then(Info::missing) }
    }

    /// Without debug information there are still names; and where that says little, the symbols of Rust have whole paths.
    fn add_symbols(&self, addresses: &BTreeSet<u64>, functions: &mut BTreeMap<u64, Vec<Found>>) {
        let needs = |address: &&u64| {
            let outermost = functions.get(address).and_then(|found| found.last());
            outermost.is_none_or(|found| found.details.linkage_name.is_none())
        };
        let nameless: Vec<u64> = addresses.iter().filter(needs).copied().collect();
        let mut symbols = self.elf.symbols(&nameless);
        if let Some(split_off) = &self.split_off {
            // What is stripped has left its own there.
            symbols.extend(split_off.symbols(&nameless));
        }
        for (address, symbol) in symbols {
            let (found, is_rust) =
                (functions.entry(address).or_default(), rustc_demangle::try_demangle(&symbol).is_ok());
            let name = Some(demangled(&symbol));
            match found.last_mut() {
                Some(outermost) if is_rust || outermost.function.name.is_none() => {
                    (outermost.function.name, outermost.details.linkage_name) = (name, Some(symbol));
                }
                Some(_) => {}
                None => {
                    let details = Details { linkage_name: Some(symbol), ..Details::default() };
                    found.push(Found { function: Function { name, file: None, line: None, column: None }, details });
                }
            }
        }
    }
}

fn named(info: &Info, located: BTreeMap<u64, Vec<Located>>, with_details: bool) -> BTreeMap<u64, Vec<Found>> {
    let describe = |one: Located| {
        let described = one.function.map(|die| describe(info, die, with_details));
        let number = |number: u64| u32::try_from(number).ok().filter(|number| *number > 0);
        let (line, column) = (number(one.line), number(one.column));
        (described, Function { name: None, file: one.file, line, column: column.filter(|_| line.is_some()) })
    };
    let all: Vec<(u64, Vec<_>)> =
        located.into_iter().map(|(address, chain)| (address, chain.into_iter().map(describe).collect())).collect();
    let scopes = if with_details {
        scopes(all.iter().flat_map(|(_, chain)| chain).filter_map(|(described, _)| described.as_ref()))
    } else {
        HashMap::new()
    };
    let finish = |(described, function): (Option<Described>, Function)| {
        let Some(described) = described else { return Found { function, details: Details::default() } };
        let scope = scopes.get(&key(&described.home));
        let name = match (&described.linkage_name, &described.name, scope) {
            (Some(linkage), ..) => Some(demangled(linkage)),
            (None, Some(name), Some(scope)) => Some(format!("{}::{name}", scope.path)),
            (None, name, _) => name.clone(),
        };
        let details = Details {
            linkage_name: described.linkage_name,
            scope: scope.map(|scope| scope.path.clone()),
            of_type: scope.filter(|scope| scope.is_type).map(|scope| scope.path.clone()),
            arguments: described.arguments,
        };
        Found { function: Function { name, ..function }, details }
    };
    all.into_iter().map(|(address, chain)| (address, chain.into_iter().map(finish).collect())).collect()
}

/// Tells entries apart; their units are there as long as they are.
fn key(die: &Die) -> (*const unit::Unit, gimli::UnitOffset) {
    (Arc::as_ptr(&die.unit), die.offset)
}

/// What the functions are declared in. Each unit is gone through once.
fn scopes<'a>(
    functions: impl Iterator<Item = &'a Described>,
) -> HashMap<(*const unit::Unit, gimli::UnitOffset), walk::Scope> {
    let mut by_unit: HashMap<*const unit::Unit, (&Arc<unit::Unit>, BTreeSet<gimli::UnitOffset>)> = HashMap::new();
    for Described { home, .. } in functions {
        let (_, wanted) = by_unit.entry(Arc::as_ptr(&home.unit)).or_insert_with(|| (&home.unit, BTreeSet::new()));
        wanted.insert(home.offset);
    }
    let of_unit = |(unit, wanted): (&Arc<unit::Unit>, BTreeSet<gimli::UnitOffset>)| {
        let pointer = Arc::as_ptr(unit);
        walk::scopes(unit, &wanted).into_iter().map(move |(offset, scope)| ((pointer, offset), scope))
    };
    by_unit.into_values().flat_map(of_unit).collect()
}

/// The name that the source has for a symbol of Rust, without its hash; any other as it is.
fn demangled(symbol: &str) -> String {
    rustc_demangle::try_demangle(symbol).map_or_else(|_| symbol.to_owned(), |name| format!("{name:#}"))
}

/// Those of the addresses, which are sorted, that are in the range.
fn within(sorted: &[u64], range: Range<u64>) -> &[u64] {
    let start = sorted.partition_point(|address| *address < range.start);
    let rest = sorted.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|address| *address < range.end)).unwrap_or_default()
}
