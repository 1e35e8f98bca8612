//! One compilation unit, with the sections that it refers to.

use std::ops::Range;
use std::sync::Arc;

use gimli::{AttributeValue, DebugInfoOffset, Reader as _, UnitOffset};

use super::elf::Reader;
use super::within;

pub(super) type Dwarf = gimli::Dwarf<Reader>;
pub(super) type Value = AttributeValue<Reader>;
pub(super) type Entry = gimli::DebuggingInformationEntry<Reader>;

/// Longest part of a name that is kept.
const TEXT_MAX: usize = 8 << 10;

/// A compilation unit.
pub(super) struct Unit {
    pub(super) dwarf: Arc<Dwarf>,
    pub(super) unit: gimli::Unit<Reader>,
}

/// An entry of a unit.
#[derive(Clone)]
pub(super) struct Die {
    pub(super) unit: Arc<Unit>,
    pub(super) offset: UnitOffset,
}

impl Unit {
    /// The unit that begins there.
    pub(super) fn at(dwarf: &Arc<Dwarf>, offset: DebugInfoOffset) -> gimli::Result<Arc<Self>> {
        let unit = dwarf.unit(dwarf.unit_header(offset)?)?;
        Ok(Arc::new(Unit { dwarf: Arc::clone(dwarf), unit }))
    }

    /// Which of these addresses, which are sorted, are in it; all, if it does not say.
    pub(super) fn covered(&self, wanted: &[u64]) -> Vec<u64> {
        let Ok(mut ranges) = self.dwarf.unit_ranges(&self.unit) else { return Vec::new() };
        let (mut hits, mut says) = (Hits::new(wanted), false);
        while let Ok(Some(range)) = ranges.next() {
            if range.begin < range.end {
                says = true;
                hits.add(range.begin..range.end);
            }
        }
        if says { hits.take() } else { wanted.to_vec() }
    }

    /// Which of these addresses, which are sorted, are in the entry.
    pub(super) fn hits(&self, entry: &Entry, wanted: &[u64]) -> Vec<u64> {
        let mut hits = Hits::new(wanted);
        if let Ok(mut ranges) = self.dwarf.die_ranges(&self.unit, entry) {
            while let Ok(Some(range)) = ranges.next() {
                hits.add(range.begin..range.end);
            }
        }
        hits.take()
    }

    pub(super) fn string(&self, value: Value) -> Option<String> {
        self.dwarf.attr_string(&self.unit, value).ok().map(|found| text(&found))
    }

    pub(super) fn entry(&self, offset: UnitOffset) -> Option<Entry> {
        self.unit.entry(offset).ok()
    }
}

/// Text that a section holds, cut where it is too long.
pub(super) fn text(reader: &Reader) -> String {
    let mut reader = reader.clone();
    if reader.len() > TEXT_MAX {
        // It is that long.
        let _ = reader.truncate(TEXT_MAX);
    }
    reader.to_string_lossy().map(|text| text.into_owned()).unwrap_or_default()
}

/// Those of the wanted addresses that ranges have: of any number of ranges, never more than are wanted.
struct Hits<'a> {
    wanted: &'a [u64],
    found: std::collections::BTreeSet<u64>,
}

impl<'a> Hits<'a> {
    fn new(wanted: &'a [u64]) -> Self {
        Hits { wanted, found: std::collections::BTreeSet::new() }
    }

    /// The linker lets what it has removed begin at 0.
    fn add(&mut self, range: Range<u64>) {
        if range.start > 0 && self.found.len() < self.wanted.len() {
            self.found.extend(within(self.wanted, range));
        }
    }

    fn take(self) -> Vec<u64> {
        self.found.into_iter().collect()
    }
}
