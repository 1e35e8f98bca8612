//! The `last` file: mapped, and grown while threads come.

use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64};

use instr_format::files;
use instr_format::last::{Header, MAGIC, SLOT_SIZE, Slot, VERSION};

use crate::sys::{self, CName, Errno};

/// The file as it is mapped. All zeros: there is none.
pub(super) struct LastFile {
    start: AtomicPtr<Header>,
    /// How many slots threads have taken.
    slots: AtomicU32,
    /// The highest thread id so far.
    highest_tid: AtomicU32,
    /// How many bytes have room on the disk.
    len: AtomicU64,
}

/// What the file grows by: 512 slots.
const STEP: u64 = 512 * SLOT_SIZE as u64;
/// Address space for slots of 131,071 threads.
const MAX: u64 = 16 << 20;

fn name() -> CName<64> {
    CName::new(format_args!("{}", files::LAST))
}

impl LastFile {
    /// Creates the file in an open directory, and moves into it what was counted before.
    pub(super) fn create(&self, directory: i32, unattributed: &AtomicU64) -> Result<(), Errno> {
        let file = sys::create_in(directory, &name(), false)?;
        let mapped = sys::reserve(file, 0, STEP).and_then(|()| sys::map_shared(file, MAX as usize));
        sys::close(file);
        let start = mapped?.cast::<Header>();
        self.len.store(STEP, Relaxed);
        // SAFETY: the file's first bytes are there, zeroed, and a header is valid in any state.
        let header = unsafe { start.as_ref() };
        header.unattributed.store(unattributed.swap(0, Relaxed), Relaxed);
        header.version.store(VERSION, Relaxed);
        header.magic.store(MAGIC, Release);
        self.start.store(start.as_ptr(), Release);
        Ok(())
    }

    pub(super) fn header(&self) -> Option<&Header> {
        // SAFETY: null, or the start of a mapping that is never undone.
        unsafe { self.start.load(Acquire).as_ref() }
    }

    /// A slot for the thread with this id. `None`: the file is not there or cannot grow. Async-signal-safe.
    pub(super) fn take_slot(&self, directory: i32, tid: u32) -> Option<&'static Slot> {
        let number = self.slots.fetch_add(1, Relaxed);
        if !self.has_room(number) && !self.grow(directory, number) {
            return None;
        }
        let slot = self.slot(number)?;
        slot.tid.store(u64::from(tid), Relaxed);
        slot.reuse.store(self.count_before(tid, number) + 1, Relaxed);
        Some(slot)
    }

    /// How many threads before the one with this slot had its id. The kernel counts ids up before it begins again, so
    /// there is seldom anything to look through.
    fn count_before(&self, tid: u32, number: u32) -> u32 {
        if self.highest_tid.fetch_max(tid, Relaxed) < tid {
            return 0;
        }
        let same = |slot: &&Slot| slot.tid.load(Relaxed) == u64::from(tid);
        (0..number).filter_map(|number| self.slot(number)).filter(same).count() as u32
    }

    fn has_room(&self, number: u32) -> bool {
        end_of(number) <= self.len.load(Acquire)
    }

    fn slot(&self, number: u32) -> Option<&'static Slot> {
        let start = self.start.load(Acquire);
        if start.is_null() || !self.has_room(number) {
            return None;
        }
        let at = end_of(number) as usize - SLOT_SIZE;
        // SAFETY: within the mapping and within the file, whose bytes began as zeros; a slot is valid in any state.
        unsafe { start.byte_add(at).cast::<Slot>().as_ref() }
    }

    /// Gives the file room for a slot. Threads that come here together do the same work twice.
    fn grow(&self, directory: i32, number: u32) -> bool {
        let from = self.len.load(Acquire);
        let to = end_of(number).next_multiple_of(STEP);
        if from == 0 || to > MAX {
            return false;
        }
        let Ok(file) = sys::open_in(directory, &name()) else { return false };
        let grown = sys::reserve(file, from, to.saturating_sub(from)).is_ok();
        sys::close(file);
        if grown {
            self.len.fetch_max(to, AcqRel);
        }
        grown
    }
}

/// Where a slot ends in the file; the header is as large as a slot.
fn end_of(number: u32) -> u64 {
    (u64::from(number) + 2) * SLOT_SIZE as u64
}
