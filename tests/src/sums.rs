//! How many statements a run's threads have recorded, whatever took the records, and how many not.

use std::path::Path;

use instr_format::files::COUNTS;

use crate::rings::{Ring, rings, slots, tables};

/// Sums over all threads of a run whose records are in rings or counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// Numbered in rings, or counted.
    pub recorded: u64,
    /// Not recorded.
    pub dropped: u64,
}

/// Reads them.
pub fn sums(run: &Path) -> Sums {
    let recorded = if run.join(COUNTS).exists() {
        tables(run).iter().flat_map(|table| &table.counters).sum()
    } else {
        rings(run).iter().filter(|ring| ring.header.segment == 0).map(newest).sum()
    };
    Sums { recorded, dropped: slots(run).iter().map(|slot| slot.dropped).sum() }
}

/// The number of a ring's newest record; 0 if it has none.
pub fn newest(ring: &Ring) -> u64 {
    ring.records(0).last().map_or(0, |record| record.seq)
}

/// `errno` of each thread that has dropped something, each once.
pub fn errnos(run: &Path) -> Vec<i32> {
    let mut errnos: Vec<_> = slots(run).iter().filter(|slot| slot.dropped > 0).map(|slot| slot.errno as i32).collect();
    errnos.sort_unstable();
    errnos.dedup();
    errnos
}
