//! The `last` file: mapped piece by piece while threads come.

use core::ptr::{NonNull, null_mut};
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64};

use instr_format::files;
use instr_format::last::{Header, SLOT_SIZE, Slot, encode_begin};

use crate::sys::{self, CName, Errno};

/// The file as it is mapped. All zeros: there is none.
pub(super) struct LastFile {
    pieces: [AtomicPtr<u8>; PIECES],
    /// How many slots threads have taken.
    slots: AtomicU32,
    /// The highest thread id so far.
    highest_tid: AtomicU32,
}

/// Whole pages on every machine, 512 slots.
const PIECE: usize = 64 << 10;
const SLOTS_PER_PIECE: usize = PIECE / SLOT_SIZE;
/// Slots for 131,071 threads.
const PIECES: usize = 256;

fn name() -> CName<64> {
    CName::new(format_args!("{}", files::LAST))
}

impl LastFile {
    /// Creates the file in an open directory, and moves into it what was counted before.
    pub(super) fn create(&self, directory: i32, unattributed: &AtomicU64) -> Result<(), Errno> {
        let file = sys::create_in(directory, &name(), false)?;
        // Not through the mapping: before `main`, nobody answers for a page that is gone.
        let begin = encode_begin();
        let mapped = reserve_piece(file, 0)
            .and_then(|()| sys::write_begin(file, NonNull::from(&begin[..])))
            .and_then(|()| self.map_piece(file, 0));
        sys::close(file);
        mapped?;
        let before = unattributed.swap(0, Relaxed);
        if before != 0
            && let Some(header) = self.header()
        {
            header.unattributed.fetch_add(before, Relaxed);
        }
        Ok(())
    }

    pub(super) fn header(&self) -> Option<&Header> {
        // SAFETY: the beginning of the file, which is mapped for good; a header is valid in any state.
        unsafe { self.pieces.first()?.load(Acquire).cast::<Header>().as_ref() }
    }

    /// A slot for the thread with this id. `None`: the file is not there or cannot grow. Async-signal-safe.
    pub(super) fn take_slot(&self, directory: impl FnOnce() -> Result<i32, Errno>, tid: u32) -> Option<&'static Slot> {
        self.header()?;
        let number = self.slots.fetch_add(1, Relaxed);
        let slot = self.slot(number).or_else(|| {
            let file = sys::open_in(directory().ok()?, &name(), false).ok()?;
            let piece = piece_of(number).0;
            let mapped = reserve_piece(file, piece).and_then(|()| self.map_piece(file, piece));
            sys::close(file);
            mapped.ok()?;
            self.slot(number)
        })?;
        slot.tid.store(u64::from(tid), Relaxed);
        slot.reuse.store(self.reuse_before(tid, number) + 1, Relaxed);
        Some(slot)
    }

    /// How many threads before the one with this slot had its id. The kernel counts ids up before it begins again, so
    /// there is seldom anything to look through.
    fn reuse_before(&self, tid: u32, number: u32) -> u32 {
        if self.highest_tid.fetch_max(tid, Relaxed) < tid {
            return 0;
        }
        let same = |slot: &&Slot| slot.tid.load(Relaxed) == u64::from(tid);
        let before = (0..number).rev().filter_map(|number| self.slot(number)).find(same);
        before.map_or(0, |slot| slot.reuse.load(Relaxed))
    }

    /// The piece that an address lies in: its start and its length.
    pub(super) fn mapping_at(&self, address: usize) -> Option<(usize, usize)> {
        let starts = self.pieces.iter().map(|piece| piece.load(Acquire).addr()).filter(|start| *start != 0);
        starts.map(|start| (start, PIECE)).find(|(start, len)| (*start..start + len).contains(&address))
    }

    fn slot(&self, number: u32) -> Option<&'static Slot> {
        let (piece, at) = piece_of(number);
        let start = self.pieces.get(piece)?.load(Acquire);
        if start.is_null() {
            return None;
        }
        // SAFETY: within a piece that is mapped for good and has room on the disk, whose bytes began as zeros; a slot is
        // valid in any state.
        unsafe { start.add(at).cast::<Slot>().as_ref() }
    }

    /// Maps a piece that has room on the disk.
    fn map_piece(&self, file: i32, number: usize) -> Result<(), Errno> {
        let place = self.pieces.get(number).ok_or(Errno::TOO_LARGE)?;
        let start = sys::map_shared(file, offset(number), PIECE)?.as_ptr();
        if place.compare_exchange(null_mut(), start, AcqRel, Acquire).is_err() {
            // Another thread was faster.
            // SAFETY: nobody else knows of this mapping.
            unsafe { sys::unmap(start, PIECE) };
        }
        Ok(())
    }
}

fn reserve_piece(file: i32, number: usize) -> Result<(), Errno> {
    if number < PIECES { sys::reserve(file, offset(number), PIECE as u64) } else { Err(Errno::TOO_LARGE) }
}

fn offset(piece: usize) -> u64 {
    (piece * PIECE) as u64
}

/// The piece that a slot lies in, and where in it; the header takes the place of a slot.
fn piece_of(number: u32) -> (usize, usize) {
    let index = number as usize + 1;
    (index / SLOTS_PER_PIECE, index % SLOTS_PER_PIECE * SLOT_SIZE)
}
