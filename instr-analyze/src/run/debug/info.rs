//! The debug information of a file: its units, those that were split off, and what they share with others.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gimli::{DebugInfoOffset, DwarfPackage, Reader as _};

use super::elf::{Elf, Reader};
use super::unit::{Die, Dwarf, Unit, Value};
use super::walk::Inside;
use super::{files, lines, walk};

/// So many units are kept that others refer to.
const KEPT_MAX: usize = 64;

/// The debug information of a file.
pub(super) struct Info {
    dwarf: Arc<Dwarf>,
    /// What is shared with other files.
    shared: Option<Arc<Dwarf>>,
    /// Where units begin: in `dwarf`, and in `shared`.
    starts: [Vec<DebugInfoOffset>; 2],
    package: Option<DwarfPackage<Reader>>,
    /// Where units that were split off may lie, besides where they say.
    directories: Vec<PathBuf>,
    /// Units that others refer to, by where they begin and whether they are shared.
    kept: RefCell<HashMap<(bool, usize), Arc<Unit>>>,
    missing: RefCell<Option<PathBuf>>,
}

/// A function that an address is in, and the place there.
pub(super) struct Located {
    /// None: there is a place, but no function.
    pub(super) function: Option<Die>,
    pub(super) file: Option<String>,
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Info {
    /// Reads what `info` has for `elf`, which may be the same.
    pub(super) fn read(elf: &Elf, info: &Elf) -> io::Result<Self> {
        let mut dwarf = Dwarf::load(|id| info.section(Some(id.name())))?;
        let mut shared = None;
        if let Some(file) = files::shared(info) {
            dwarf.load_sup(|id| file.section(Some(id.name())))?;
            shared = dwarf.sup.clone();
        }
        let package = files::package(elf, info).and_then(|file| {
            let empty = file.section(None).ok()?;
            let section = |id: gimli::SectionId| file.section(id.dwo_name()).map_err(|_| gimli::Error::Io);
            DwarfPackage::load(section, empty).ok()
        });
        let directories = [elf, info].iter().filter_map(|file| file.path().parent().map(Path::to_owned)).collect();
        let starts = [starts(&dwarf), shared.as_deref().map(starts).unwrap_or_default()];
        let (kept, missing) = (RefCell::default(), RefCell::default());
        Ok(Info { dwarf: Arc::new(dwarf), shared, starts, package, directories, kept, missing })
    }

    /// The file of a unit that was split off and could not be found, if there was one.
    pub(super) fn missing(&self) -> Option<PathBuf> {
        self.missing.borrow().clone()
    }

    /// The functions that these addresses are in, innermost first.
    pub(super) fn look_up(&self, wanted: &BTreeSet<u64>) -> BTreeMap<u64, Vec<Located>> {
        let mut found: BTreeMap<u64, Vec<Located>> = BTreeMap::new();
        let [starts, _] = &self.starts;
        for start in starts {
            // One that has a line and no function may be in another unit's function still.
            let is_known =
                |address: &u64| found.get(address).is_some_and(|all| all.iter().any(|one| one.function.is_some()));
            let left: Vec<u64> = wanted.iter().filter(|address| !is_known(address)).copied().collect();
            if left.is_empty() {
                break;
            }
            let Ok(skeleton) = Unit::at(&self.dwarf, *start) else { continue };
            let here = skeleton.covered(&left);
            if here.is_empty() {
                continue;
            }
            let rows = lines::rows(&skeleton, &here);
            let unit = self.whole(&skeleton);
            let mut chains = walk::functions(&unit, &here);
            for address in here {
                let (chain, row) = (chains.remove(&address).unwrap_or_default(), rows.get(&address));
                if !chain.is_empty() || (row.is_some() && !found.contains_key(&address)) {
                    found.insert(address, located(&skeleton, &unit, &chain, row));
                }
            }
        }
        found
    }

    /// What an attribute of an entry refers to.
    pub(super) fn referred(&self, from: &Die, value: Value) -> Option<Die> {
        let is_main = Arc::ptr_eq(&from.unit.dwarf, &self.dwarf);
        let is_shared = self.shared.as_ref().is_some_and(|shared| Arc::ptr_eq(&from.unit.dwarf, shared));
        match value {
            Value::UnitRef(offset) => Some(Die { unit: Arc::clone(&from.unit), offset }),
            Value::DebugInfoRef(offset) if is_main => self.at(offset, false),
            Value::DebugInfoRef(offset) if is_shared => self.at(offset, true),
            Value::DebugInfoRef(offset) => {
                // Within a unit that was split off.
                let offset = offset.to_unit_offset(&from.unit.unit.header)?;
                Some(Die { unit: Arc::clone(&from.unit), offset })
            }
            Value::DebugInfoRefSup(offset) => self.at(offset, true),
            _ => None,
        }
    }

    fn at(&self, offset: DebugInfoOffset, is_shared: bool) -> Option<Die> {
        let dwarf = if is_shared { self.shared.as_ref()? } else { &self.dwarf };
        let starts = self.starts.get(usize::from(is_shared))?;
        let before = starts.partition_point(|start| *start <= offset).checked_sub(1)?;
        let start = *starts.get(before)?;
        let known = self.kept.borrow().get(&(is_shared, start.0)).cloned();
        let unit = match known {
            Some(unit) => unit,
            None => {
                let unit = Unit::at(dwarf, start).ok()?;
                let mut kept = self.kept.borrow_mut();
                if kept.len() >= KEPT_MAX {
                    kept.clear();
                }
                kept.insert((is_shared, start.0), Arc::clone(&unit));
                unit
            }
        };
        let offset = offset.to_unit_offset(&unit.unit.header)?;
        Some(Die { unit, offset })
    }

    /// The unit that was split off from this one, or else itself.
    fn whole(&self, skeleton: &Arc<Unit>) -> Arc<Unit> {
        let name = skeleton.unit.dwo_name().ok().flatten();
        let Some((name, id)) = name.zip(skeleton.unit.dwo_id) else { return Arc::clone(skeleton) };
        let packed = self.package.as_ref().and_then(|package| package.find_cu(id, &self.dwarf).ok().flatten());
        if let Some(unit) = packed.and_then(|dwarf| split_off(dwarf, skeleton)) {
            return unit;
        }
        let path = skeleton.dwarf.attr_string(&skeleton.unit, name).ok();
        let path = PathBuf::from(path.as_ref().map(bytes).unwrap_or_default());
        let own = skeleton.unit.comp_dir.as_ref().map(|directory| PathBuf::from(bytes(directory)).join(&path));
        let beside = self.directories.iter().filter_map(|directory| Some(directory.join(path.file_name()?)));
        for candidate in own.into_iter().chain(beside) {
            if let Ok(file) = Elf::open(&candidate)
                && let Ok(mut dwarf) = Dwarf::load(|id| file.section(id.dwo_name()))
            {
                dwarf.make_dwo(&self.dwarf);
                if let Some(unit) = split_off(dwarf, skeleton) {
                    return unit;
                }
            }
        }
        self.missing.borrow_mut().get_or_insert(path);
        Arc::clone(skeleton)
    }
}

/// The unit of a skeleton in what was split off from it.
fn split_off(dwarf: Dwarf, skeleton: &Unit) -> Option<Arc<Unit>> {
    let header = dwarf.units().next().ok()??;
    let mut unit = dwarf.unit(header).ok()?;
    if unit.dwo_id != skeleton.unit.dwo_id {
        return None;
    }
    unit.copy_relocated_attributes(&skeleton.unit);
    Some(Arc::new(Unit { dwarf: Arc::new(dwarf), unit }))
}

fn bytes(text: &Reader) -> OsString {
    OsString::from_vec(text.to_slice().map(|bytes| bytes.into_owned()).unwrap_or_default())
}

/// Where units begin; what stands before damage counts.
fn starts(dwarf: &Dwarf) -> Vec<DebugInfoOffset> {
    let mut units = dwarf.units();
    std::iter::from_fn(|| units.next().ok().flatten()).filter_map(|header| header.debug_info_offset()).collect()
}

/// The functions of a chain, innermost first, each with the place in it.
fn located(skeleton: &Unit, unit: &Arc<Unit>, chain: &[Inside], row: Option<&lines::Row>) -> Vec<Located> {
    let mut place = row.copied();
    let mut all = Vec::new();
    let functions = chain.iter().rev().map(|inside| (Some(inside.function), inside.call));
    let none = chain.is_empty().then_some((None, None));
    for (function, call) in functions.chain(none) {
        all.push(Located {
            function: function.map(|offset| Die { unit: Arc::clone(unit), offset }),
            file: place.and_then(|place| lines::path(skeleton, place.file)),
            line: place.map_or(0, |place| place.line),
            column: place.map_or(0, |place| place.column),
        });
        place = call;
    }
    all
}
