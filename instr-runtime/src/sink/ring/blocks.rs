//! The blocks of one ring, as they lie in memory.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::{Relaxed, Release};
use core::sync::atomic::{AtomicU32, compiler_fence, fence};

use instr_format::ring::Clock;
use instr_format::ring::blocks::{BLOCK_SIZE, BlockHead, HEADER_SIZE, TimedRecord, capacity};

use super::history;
use crate::process::Process;
use crate::settings;
use crate::sys;
use crate::thread::Thread;

/// The blocks of a ring. Places are bytes from the first block.
pub(super) struct Blocks {
    start: NonNull<u8>,
    size: u32,
    clock: Clock,
}

const HEAD: u32 = size_of::<BlockHead>() as u32;

impl Blocks {
    /// Of a mapping of `size` bytes that is the calling thread's own.
    pub(super) fn new(start: NonNull<u8>, size: u32, clock: Clock) -> Self {
        Blocks { start, size, clock }
    }

    /// Those of the calling thread, if it has any.
    #[inline]
    pub(super) fn of(thread: &Thread) -> Option<Self> {
        let start = NonNull::new(thread.fast.ring.load(Relaxed))?;
        let size = thread.ring.size.load(Relaxed);
        if size == 0 { None } else { Some(Blocks { start, size, clock: settings::get()?.ring.clock }) }
    }

    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }

    pub(super) fn size(&self) -> u32 {
        self.size
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    pub(super) fn block_size(&self) -> u32 {
        BLOCK_SIZE as u32
    }

    pub(super) fn record_size(&self) -> u32 {
        self.clock.record_size() as u32
    }

    /// Whether a record at this place would be the first of a block that is still to be begun.
    pub(super) fn is_boundary(&self, at: u32) -> bool {
        at.is_multiple_of(self.block_size())
    }

    /// The place of the block that begins at `at`, which may be the end of the ring.
    pub(super) fn wrapped(&self, at: u32) -> u32 {
        if at >= self.size { 0 } else { at }
    }

    /// The place of the first record in the block at `block`.
    pub(super) fn first_place(&self, block: u32) -> u32 {
        block + HEAD
    }

    fn head(&self, block: u32) -> &BlockHead {
        // SAFETY: a whole block within the mapping; a head is valid in any state.
        unsafe { self.start.add(block as usize).cast().as_ref() }
    }

    /// Number of the first record behind the full block that ends at `end`.
    pub(super) fn first_after(&self, end: u32) -> u64 {
        self.head(end - self.block_size()).first.load(Relaxed) + capacity(self.clock)
    }

    /// Number of the record that would be written at `place`, which is not the first of all.
    pub(super) fn first_after_place(&self, place: u32) -> u64 {
        let within = (place - 1) % self.block_size() + 1;
        self.head(place - within).first.load(Relaxed) + u64::from((within - HEAD) / self.record_size())
    }

    /// Begins the block that follows the full one that ends at `end`, and returns the place of its first record.
    #[inline]
    pub(super) fn begin_next(&self, process: &Process, thread: &Thread, end: u32) -> u32 {
        if end.is_multiple_of(self.size / 2) {
            self.keep_half(process, thread, end - 1);
        }
        let block = self.wrapped(end);
        self.begin(process, block, self.first_after(end));
        self.first_place(block)
    }

    /// The same for a handler, while an interrupted push is pending at `pending`. What that still needs is passed over:
    /// its block, and before it has begun that, the full one from which it will know its number.
    #[cold]
    pub(super) fn begin_next_behind(&self, process: &Process, thread: &Thread, pending: u32, end: u32) -> u32 {
        let begins = self.is_boundary(pending);
        let own = self.wrapped(pending) / self.block_size() * self.block_size();
        let mut block = self.wrapped(end);
        while block == own || begins && block + self.block_size() == pending {
            block = self.wrapped(block + self.block_size());
        }
        let first = self.first_after(end);
        if self.half(end - 1) != self.half(block) {
            // The pending record's half is kept when it is there, or, with a gap, before it is overwritten.
            if self.half(end - 1) != self.half(own) {
                self.keep_half(process, thread, end - 1);
            }
            if self.half(block) == self.half(own) || begins {
                self.keep_half(process, thread, block);
            }
        }
        self.begin(process, block, first);
        self.first_place(block)
    }

    /// Goes on at `behind` instead of `next`: where that leaves half the ring, it is full.
    pub(super) fn leave_half(&self, process: &Process, thread: &Thread, next: u32, behind: u32) {
        if self.half(next - 1) != self.half(behind - 1) {
            self.keep_half(process, thread, next - 1);
        }
    }

    fn half(&self, at: u32) -> u32 {
        at / (self.size / 2)
    }

    /// Keeps the half of the ring around `at` as history, if that is asked for.
    #[inline]
    fn keep_half(&self, process: &Process, thread: &Thread, at: u32) {
        if let Some(kept) = settings::get().and_then(|settings| settings.ring.history) {
            // SAFETY: the beginning of a half of the ring, which is the thread's own.
            let start = unsafe { self.start.add((self.half(at) * (self.size / 2)) as usize) };
            history::keep(process, thread, NonNull::slice_from_raw_parts(start, (self.size / 2) as usize), kept);
        }
    }

    /// Begins the block at `block`, whose first record has the number `first`. A reader never takes the old records for
    /// the new block's.
    #[inline]
    pub(super) fn begin(&self, process: &Process, block: u32, first: u64) {
        let head = self.head(block);
        head.first.store(0, Relaxed);
        fence(Release);
        // SAFETY: the rest of the block, which is the thread's own.
        unsafe { ptr::write_bytes(self.start.add((block + HEAD) as usize).as_ptr(), 0, BLOCK_SIZE - HEAD as usize) };
        head.elapsed_ns.store(if self.clock == Clock::Off { 0 } else { elapsed(process) }, Relaxed);
        head.first.store(first, Release);
    }

    /// Writes a record.
    #[inline]
    pub(super) fn put(&self, process: &Process, at: u32, number: u32) {
        // SAFETY: within a block of the ring, and aligned like all records of this clock.
        unsafe {
            let place = self.start.add(at as usize);
            if self.clock == Clock::Full {
                let record = place.cast::<TimedRecord>().as_ref();
                record.elapsed_ns.store(elapsed(process), Relaxed);
                compiler_fence(Release);
                record.site.store(number, Release);
            } else {
                place.cast::<AtomicU32>().as_ref().store(number, Relaxed);
            }
        }
    }
}

#[inline]
fn elapsed(process: &Process) -> u64 {
    sys::monotonic_ns().saturating_sub(process.start_monotonic_ns())
}

const _: () = assert!(HEADER_SIZE.is_multiple_of(BLOCK_SIZE));
