//! The `counts` file: how often each statement was reached, and how many statements each thread.

use std::collections::BTreeMap;

use instr_format::counts::{BadCounts, HeaderCopy, VERSION, decode_counters, decode_header, decode_table_head};

use super::damage::{Damage, DamageKind};

/// Reads the header of the file named `name`.
///
/// # Errors
/// What makes it unreadable.
pub fn header(name: &str, file: &[u8]) -> Result<HeaderCopy, Damage> {
    decode_header(file).map_err(|bad| match bad {
        BadCounts::Version(found) => Damage::version(name, found.into(), VERSION.into()),
        BadCounts::NotCounts => {
            Damage::of_file(DamageKind::Damaged, name, "not a file of counts, or one from another kind of machine")
        }
    })
}

/// What the tables of a run hold, summed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts {
    /// How often each statement was reached by all threads together, by its id.
    pub hits: Vec<u64>,
    /// How many statements each thread that has a table now has reached, by its id and its number among the threads with that id.
    pub threads: BTreeMap<(u64, u64), u64>,
}

impl Counts {
    /// Of so many sites.
    pub fn new(sites: usize) -> Self {
        Counts { hits: vec![0; sites], threads: BTreeMap::new() }
    }

    /// Adds the bytes of a table. Threads that go on counting make sums that held at no single instant.
    pub fn add(&mut self, table: &[u8]) {
        let Some(head) = decode_table_head(table) else { return };
        let mut sum = 0_u64;
        for (hits, counter) in self.hits.iter_mut().zip(decode_counters(table)) {
            *hits = hits.saturating_add(counter);
            sum = sum.saturating_add(counter);
        }
        self.threads.entry((head.tid, head.reuse.into())).or_insert(sum.saturating_sub(head.before));
    }

    /// What a thread has counted that has its table still.
    pub fn of_thread(&self, tid: u64, reuse: u64) -> Option<u64> {
        self.threads.get(&(tid, reuse)).copied()
    }

    /// The ids of the statements that were reached, most often first, with how often.
    pub fn by_hits(&self) -> Vec<(u32, u64)> {
        let mut reached: Vec<(u32, u64)> = (0..).zip(self.hits.iter().copied()).filter(|(_, hits)| *hits > 0).collect();
        reached.sort_by_key(|(id, hits)| (std::cmp::Reverse(*hits), *id));
        reached
    }
}
