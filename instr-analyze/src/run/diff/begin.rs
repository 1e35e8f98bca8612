//! Where to begin when the oldest records of a thread were not kept.

use super::threads::Opened;
use crate::model::diff::meeting_of;
use crate::model::record::Kept;
use crate::model::thread::Thread;

/// So many records that are the same show that both threads are at the same place.
const ENOUGH: usize = 16;

/// Where the records of two threads begin that can be compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Beginning {
    /// The number of the first record.
    seq: u64,
    /// How many of those from there on are passed over.
    skip: u64,
}

impl Beginning {
    /// So many steps later.
    pub(super) fn after(self, steps: u64) -> Self {
        Beginning { skip: self.skip + steps, ..self }
    }

    /// The steps of a thread from here on.
    pub(super) fn of(self, steps: impl Iterator<Item = (u64, Kept)>) -> impl Iterator<Item = (u64, Kept)> {
        // More than any thread has.
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX);
        steps.skip_while(move |(_, kept)| kept.seq() < self.seq).skip(skip)
    }
}

/// `None`: with the first record of both. Otherwise threads that did the same have done it in records of the same numbers; where
/// they have not, the first records that they have in common are looked for.
pub(super) fn beginning(opened: &[Opened<'_>; 2], threads: [&Thread; 2]) -> Option<[Beginning; 2]> {
    if threads.iter().all(|thread| thread.overwritten == 0) {
        return None;
    }
    let first = |at: usize| opened[at].steps(threads[at]).next().map_or(0, |(_, kept)| kept.seq());
    let newest = |at: usize| threads[at].newest.map_or(0, |newest| newest.moment.seq);
    let (firsts, end) = ([first(0), first(1)], newest(0).min(newest(1)));
    let latest = firsts[0].max(firsts[1]);
    let from = if latest <= end { [latest; 2] } else { firsts }.map(|seq| Beginning { seq, skip: 0 });
    let steps = |at: usize| from[at].of(opened[at].steps(threads[at]));
    let keys = |at: usize| steps(at).take(ENOUGH).map(|(key, _)| key);
    if latest <= end && keys(0).eq(keys(1)) {
        return Some(from);
    }
    let after = meeting_of(steps(0), steps(1)).map_or([0; 2], |meeting| meeting.after);
    Some([0, 1].map(|at| from[at].after(after[at])))
}
