//! The rings of threads that have ended: the newest stay, the oldest make room, so that a program of many short threads does
//! not fill the disk.

use core::sync::atomic::Ordering::{AcqRel, Relaxed};
use core::sync::atomic::{AtomicU32, AtomicU64};

/// How many rings of ended threads stay.
const KEPT: u32 = 128;
/// Somewhat more, as threads may end at the same moment.
const PLACES: usize = 160;

/// A queue of threads that have ended. All zeros: it is empty.
pub(crate) struct EndedRings {
    /// Thread id, and in the upper half which of the threads with this id; 0: nothing.
    places: [AtomicU64; PLACES],
    given: AtomicU32,
    taken: AtomicU32,
}

impl EndedRings {
    /// Adds a thread whose ring has been closed. Returns the one whose place it takes, if more threads end at the same moment
    /// than there are places. Async-signal-safe.
    pub(crate) fn give(&self, tid: u32, reuse: u32) -> Option<(u32, u32)> {
        let number = self.given.fetch_add(1, AcqRel);
        let place = self.places.get(number as usize % PLACES)?;
        thread(place.swap(u64::from(tid) | u64::from(reuse) << 32, AcqRel))
    }

    /// Takes the oldest if there are too many. Async-signal-safe.
    pub(crate) fn take(&self) -> Option<(u32, u32)> {
        let taken = self.taken.load(Relaxed);
        if self.given.load(Relaxed).wrapping_sub(taken) <= KEPT {
            return None;
        }
        self.taken.compare_exchange(taken, taken.wrapping_add(1), AcqRel, Relaxed).ok()?;
        thread(self.places.get(taken as usize % PLACES)?.swap(0, AcqRel))
    }
}

fn thread(place: u64) -> Option<(u32, u32)> {
    (place != 0).then_some((place as u32, (place >> 32) as u32))
}
