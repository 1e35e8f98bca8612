//! The files of records that nobody writes to any more, in the order in which they were closed: the oldest make room.
//!
//! A queue without locks, from which files are taken anywhere. A place belongs to whoever has changed its state; its fields are
//! written by the thread that gives a file, and read by others before they try to take it, which fails if they have changed.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use instr_format::files::{GZIP_SUFFIX, LOG_SUFFIX, RING_SUFFIX};

use super::file_name::{FileName, file_name};

/// How many files stay, however small they are: so many threads that have ended have their logs.
const PLACES: u64 = 4096;

/// The blocks of a disk.
const BLOCK: u64 = 4096;

/// A file that is closed.
#[derive(Clone, Copy)]
pub(crate) struct File {
    pub(crate) kind: Kind,
    pub(crate) tid: u32,
    pub(crate) reuse: u32,
    /// Of its name: 0 if it is the thread's last one.
    pub(crate) number: u32,
    /// What it takes of the disk.
    pub(crate) bytes: u64,
}

/// What sort of file it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Log,
    /// A ring, or a segment of one.
    Ring,
    /// A log that has been compressed.
    Gzip,
}

impl File {
    pub(crate) fn name(&self) -> FileName {
        let suffix = match self.kind {
            Kind::Log => LOG_SUFFIX,
            Kind::Ring => RING_SUFFIX,
            Kind::Gzip => GZIP_SUFFIX,
        };
        file_name(self.tid, self.reuse, self.number, suffix)
    }

    /// Whether it is a segment of this thread's.
    pub(super) fn is_segment_of(&self, tid: u32, reuse: u32) -> bool {
        (self.tid, self.reuse) == (tid, reuse) && !self.is_ended_ring()
    }

    /// Whether it is the ring of a thread that has ended.
    pub(super) fn is_ended_ring(&self) -> bool {
        self.kind == Kind::Ring && self.number == 0
    }
}

/// The queue. All zeros: it is empty.
pub(super) struct Closed {
    places: [Place; PLACES as usize],
    /// The highest number that a file has got; the first one gets 1, so that it is not what zeros say.
    given: AtomicU64,
    /// All files up to this number have been taken.
    taken: AtomicU64,
}

/// Where a file stands.
struct Place {
    /// The file's number, and what of it is here.
    state: AtomicU64,
    /// Thread id, and in the upper half which of the threads with this id.
    thread: AtomicU64,
    /// Number of the file, and in the upper half its kind.
    number: AtomicU64,
    bytes: AtomicU64,
}

/// The file has been taken, or there has been none.
const EMPTY: u64 = 0;
/// It is being written down.
const BEGUN: u64 = 1;
/// It is here.
const FULL: u64 = 2;
/// It is here, and is being compressed.
const COMPRESSED: u64 = 3;
/// It has been taken, and whoever compresses it is to take what comes of that.
const TAKEN: u64 = 4;
const STATES: u64 = 8;

impl Closed {
    /// Adds a file. Returns the one whose place it takes, if there are too many. Async-signal-safe.
    pub(super) fn give(&self, file: &File) -> Option<File> {
        loop {
            let number = self.given.fetch_add(1, AcqRel) + 1;
            let place = self.place(number)?;
            let state = place.state.load(Acquire);
            let displaced = (state % STATES == FULL).then(|| place.file());
            // Another thread may be at this place, one lap behind or ahead.
            if [EMPTY, FULL].contains(&(state % STATES)) && place.change(state, number * STATES + BEGUN) {
                place.describe(file);
                place.state.store(number * STATES + FULL, Release);
                return displaced;
            }
        }
    }

    /// The files with their numbers, oldest first. Async-signal-safe.
    pub(super) fn files(&self) -> impl Iterator<Item = (u64, File)> {
        let given = self.given.load(Acquire);
        let mut is_oldest = true;
        let taken = self.taken.load(Relaxed).max(given.saturating_sub(PLACES));
        (taken + 1..=given).filter_map(move |number| {
            let place = self.place(number)?;
            let state = place.state.load(Acquire);
            // What lies before the first file need not be looked at again. A number that was given just now counts as a file.
            is_oldest &= state == number * STATES + EMPTY || state / STATES > number;
            if is_oldest {
                self.taken.fetch_max(number, Relaxed);
            }
            let is_here = [FULL, COMPRESSED].map(|here| number * STATES + here).contains(&state);
            is_here.then(|| (number, place.file()))
        })
    }

    /// Takes the file with this number. `None`: somebody else has taken it. Async-signal-safe.
    pub(super) fn take(&self, number: u64) -> Option<File> {
        let place = self.place(number)?;
        let file = place.file();
        let [full, compressed] = [FULL, COMPRESSED].map(|state| number * STATES + state);
        let is_taken = place.change(full, number * STATES + EMPTY)
            || place.change(compressed, number * STATES + TAKEN)
            // That is done meanwhile.
            || place.change(full, number * STATES + EMPTY);
        is_taken.then_some(file)
    }

    /// The newest log behind this number that is worth to be compressed, which is to be [done](Closed::compressed) then: of an
    /// older one, there may be nothing left by then. For one thread alone.
    #[cfg(feature = "enabled")]
    pub(super) fn compress(&self, behind: u64) -> Option<(u64, File)> {
        let is_worth_it = |file: &File| file.kind == Kind::Log && file.bytes > BLOCK;
        let (number, file) = self.files().filter(|(number, file)| *number > behind && is_worth_it(file)).last()?;
        let [full, compressed] = [FULL, COMPRESSED].map(|state| number * STATES + state);
        self.place(number)?.change(full, compressed).then_some((number, file))
    }

    /// What has come of compressing the file with this number. `false`: it has been taken meanwhile.
    #[cfg(feature = "enabled")]
    pub(super) fn compressed(&self, number: u64, file: &File) -> bool {
        let Some(place) = self.place(number) else { return false };
        place.describe(file);
        let is_here = place.change(number * STATES + COMPRESSED, number * STATES + FULL);
        if !is_here {
            place.state.store(number * STATES + EMPTY, Release);
        }
        is_here
    }

    fn place(&self, number: u64) -> Option<&Place> {
        self.places.get((number % PLACES) as usize)
    }
}

impl Place {
    fn change(&self, from: u64, to: u64) -> bool {
        self.state.compare_exchange(from, to, AcqRel, Acquire).is_ok()
    }

    fn describe(&self, file: &File) {
        self.thread.store(u64::from(file.tid) | u64::from(file.reuse) << 32, Relaxed);
        self.number.store(u64::from(file.number) | (file.kind as u64) << 32, Relaxed);
        self.bytes.store(file.bytes.next_multiple_of(BLOCK), Relaxed);
    }

    /// The file here, provided that the state does not change meanwhile.
    fn file(&self) -> File {
        let (thread, number) = (self.thread.load(Relaxed), self.number.load(Relaxed));
        File {
            kind: [Kind::Log, Kind::Ring, Kind::Gzip]
                .into_iter()
                .find(|kind| *kind as u64 == number >> 32)
                .unwrap_or(Kind::Log),
            tid: thread as u32,
            reuse: (thread >> 32) as u32,
            number: number as u32,
            bytes: self.bytes.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed() -> Box<Closed> {
        let zero = || AtomicU64::new(0);
        let place = |_| Place { state: zero(), thread: zero(), number: zero(), bytes: zero() };
        Box::new(Closed { places: std::array::from_fn(place), given: zero(), taken: zero() })
    }

    fn file(tid: u32, number: u32) -> File {
        File { kind: Kind::Log, tid, reuse: 1, number, bytes: 1 }
    }

    fn here(closed: &Closed) -> Vec<u32> {
        closed.files().map(|(_, file)| file.number).collect()
    }

    #[test]
    fn files_are_taken_anywhere_and_stay_in_order() {
        let closed = closed();
        (1..=5).for_each(|number| assert!(closed.give(&file(7, number)).is_none()));
        let numbers: Vec<u64> = closed.files().map(|(number, _)| number).collect();
        assert_eq!(closed.take(numbers[2]).map(|file| (file.tid, file.number, file.bytes)), Some((7, 3, BLOCK)));
        assert!(closed.take(numbers[2]).is_none());
        assert_eq!(here(&closed), [1, 2, 4, 5]);
        closed.take(numbers[0]).expect("it is there");
        assert_eq!(here(&closed), [2, 4, 5]);
    }

    #[test]
    fn too_many_files_displace_the_oldest() {
        let closed = closed();
        (0..PLACES as u32).for_each(|number| assert!(closed.give(&file(7, number)).is_none()));
        assert_eq!(closed.give(&file(7, 9999)).map(|file| file.number), Some(0));
        assert_eq!(closed.files().count() as u64, PLACES);
        assert_eq!(here(&closed).first(), Some(&1));
    }

    #[test]
    fn threads_that_give_and_take_at_the_same_time_lose_no_file_and_take_none_twice() {
        const EACH: u32 = 50;
        for _ in 0..1000 {
            let (closed, start) = (closed(), std::sync::Barrier::new(4));
            let mut gone: Vec<(u32, u32)> = std::thread::scope(|scope| {
                let work = |tid| {
                    let mut gone = Vec::new();
                    start.wait();
                    for number in 0..EACH {
                        gone.extend(closed.give(&file(tid, number)));
                        let oldest: Vec<u64> = closed.files().map(|(number, _)| number).take(2).collect();
                        gone.extend(oldest.into_iter().filter_map(|number| closed.take(number)));
                    }
                    gone
                };
                let threads = [1, 2, 3, 4].map(|tid| scope.spawn(move || work(tid)));
                threads
                    .into_iter()
                    .flat_map(|thread| thread.join().expect("no panic"))
                    .map(|file| (file.tid, file.number))
                    .collect()
            });
            gone.extend(closed.files().map(|(_, file)| (file.tid, file.number)));
            gone.sort_unstable();
            let all: Vec<_> = (1..=4).flat_map(|tid| (0..EACH).map(move |number| (tid, number))).collect();
            assert!(gone == all, "{} of {} files", gone.len(), all.len());
        }
    }
}
