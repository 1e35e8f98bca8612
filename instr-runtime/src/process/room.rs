//! How much of the disk the records of the process take. Whoever lets a file grow takes room for that first, for which closed
//! files are removed, the oldest first. So at no instant there is more than the cap, as long as it holds what is being
//! written: of each living thread a ring, or the smallest segment of a log.

use core::sync::atomic::Ordering::{AcqRel, Acquire};
use core::sync::atomic::{AtomicU32, AtomicU64};

#[cfg(feature = "enabled")]
use instr_format::files::GZIP_PART;

use super::Process;
use super::closed::{Closed, File};
#[cfg(feature = "enabled")]
use super::{FileName, Kind};
#[cfg(feature = "enabled")]
use crate::sys::Errno;
use crate::{settings, sys};

/// How many rings of ended threads stay.
const ENDED_RINGS: usize = 128;
/// In how many steps a segment grows: what a thread has taken room for and does not use is missing to others.
const STEPS: u64 = 16;
/// A ring may become this part of what is left. So with many threads there is something left for some more.
const PART: u64 = 4;

/// What the files of records take. All zeros: there are none.
pub(super) struct Room {
    /// How many are being written.
    open: AtomicU64,
    /// What room these have taken.
    taken: AtomicU64,
    closed: Closed,
    /// How often a file has come among the closed ones, and its room is about to be given back.
    moved: AtomicU64,
    /// How often a file was closed, for who waits for one.
    closings: AtomicU32,
}

impl Process {
    /// A file is to be written that begins with room for so much. Async-signal-safe.
    pub(crate) fn open_file(&self, bytes: u64) {
        self.room.open.fetch_add(1, AcqRel);
        self.grow_file(bytes);
    }

    /// Takes room for a file that is to grow by so much. Async-signal-safe.
    pub(crate) fn grow_file(&self, bytes: u64) {
        self.room.taken.fetch_add(bytes, AcqRel);
        loop {
            let moved = self.room.moved.load(Acquire);
            // Asked behind the looks at closed files: one that another thread is about to remove counts here then.
            self.remove_oldest(|_| true, |_, closed| closed + self.room.taken.load(Acquire) > cap());
            // One that was closed in between may count neither there nor here.
            if self.room.moved.load(Acquire) == moved {
                break;
            }
        }
    }

    /// By how much a segment may grow that has room for `room` bytes and is to have `most`. `None`: the next one has to be begun, as
    /// this one would be larger than a thread's share of what may be open, or all of that is taken. Async-signal-safe.
    pub(crate) fn growth(&self, room: u64, most: u64, least: u64) -> Option<u64> {
        let most = most.min(half() / self.room.open.load(Acquire).max(1));
        let step = (most / STEPS).max(least);
        (room + step <= most && self.room.taken.load(Acquire) + step <= half()).then_some(step)
    }

    /// How large a ring may be that is to be so large, but no smaller than `least`. Async-signal-safe.
    pub(crate) fn ring_room(&self, wanted: u64, least: u64) -> u64 {
        wanted.min(half().saturating_sub(self.room.taken.load(Acquire)) / PART).max(least)
    }

    /// A file has not grown to what room was taken for. Async-signal-safe.
    pub(crate) fn shrink_file(&self, bytes: u64) {
        self.room.taken.fetch_sub(bytes, AcqRel);
    }

    /// A file is not there that room was taken for. Async-signal-safe.
    pub(crate) fn forget_file(&self, bytes: u64) {
        self.room.open.fetch_sub(1, AcqRel);
        self.shrink_file(bytes);
    }

    /// Nobody writes to this file any more, for which so much room was taken. Async-signal-safe.
    pub(crate) fn close_file(&self, file: &File, room: u64) {
        if let Some(displaced) = self.room.closed.give(file) {
            self.remove(&displaced.name());
        }
        self.room.moved.fetch_add(1, AcqRel);
        self.forget_file(room);
        if settings::get().is_some_and(|settings| settings.caps.compress) {
            self.room.closings.fetch_add(1, AcqRel);
            sys::wake_one(&self.room.closings);
        }
        if file.is_ended_ring() {
            self.remove_oldest(File::is_ended_ring, |files, _| files > ENDED_RINGS);
        }
    }

    /// Keeps no more than so many bytes of a thread's closed segments. Async-signal-safe.
    pub(crate) fn keep_segments(&self, tid: u32, reuse: u32, most: u64) {
        self.remove_oldest(|file| file.is_segment_of(tid, reuse), |_, bytes| bytes > most);
    }

    /// Waits until there is a log behind the file with this number that is worth to be compressed, and takes hold of the newest with
    /// its number. `None`: there is none yet, after a while. For one thread alone, which then calls [`Process::compressed`].
    #[cfg(feature = "enabled")]
    pub(crate) fn next_to_compress(&self, behind: u64) -> Option<(u64, File)> {
        let closings = self.room.closings.load(Acquire);
        self.room.closed.compress(behind).or_else(|| {
            sys::wait_a_second(&self.room.closings, closings);
            self.room.closed.compress(behind)
        })
    }

    /// Creates the file to compress to. Async-signal-safe.
    #[cfg(feature = "enabled")]
    pub(crate) fn create_part(&self) -> Result<i32, Errno> {
        // One that could not be finished.
        self.remove(&part());
        self.create_log(&part())
    }

    /// Puts what was compressed in the place of the log, if it has been written whole: there is the one or the other at every
    /// instant, or for a moment both. `false`: the log stays. Async-signal-safe.
    #[cfg(feature = "enabled")]
    pub(crate) fn compressed(&self, number: u64, log: &File, written: Result<u64, Errno>) -> bool {
        let file = written.map_or(*log, |bytes| File { kind: Kind::Gzip, bytes, ..*log });
        let is_whole = file.kind == Kind::Gzip && self.rename(&part(), &file.name()).is_ok();
        self.remove(&if is_whole { log.name() } else { part() });
        let is_here = self.room.closed.compressed(number, if is_whole { &file } else { log });
        if is_whole && !is_here {
            self.remove(&file.name());
        }
        is_whole
    }

    /// Removes the oldest of the files that are meant, as long as so many and so many bytes are too much.
    fn remove_oldest(&self, is_meant: impl Fn(&File) -> bool, is_too_much: impl Fn(usize, u64) -> bool) {
        let meant = || self.room.closed.files().filter(|(_, file)| is_meant(file));
        let (mut files, mut bytes) = (0_usize, 0_u64);
        meant().for_each(|(_, file)| (files, bytes) = (files + 1, bytes + file.bytes));
        for (number, file) in meant() {
            if !is_too_much(files, bytes) {
                break;
            }
            // Until it is gone it takes what it takes.
            self.room.taken.fetch_add(file.bytes, AcqRel);
            // Another thread may remove some meanwhile.
            if let Some(file) = self.room.closed.take(number) {
                self.remove(&file.name());
            }
            self.room.taken.fetch_sub(file.bytes, AcqRel);
            (files, bytes) = (files.saturating_sub(1), bytes.saturating_sub(file.bytes));
        }
    }
}

#[cfg(feature = "enabled")]
fn part() -> FileName {
    FileName::new(format_args!("{GZIP_PART}"))
}

/// How much of that files may take that are being written, so that some are left of those that are closed.
fn half() -> u64 {
    cap() / 2
}

/// How much the process may have.
fn cap() -> u64 {
    settings::get().map_or(u64::MAX, |settings| settings.caps.process)
}
