//! Where the states of threads lie, and what of them survives a fork.

use core::ptr::{self, null_mut};
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32};

use super::{LogState, Thread};
use crate::sys::{self, FileId};

/// What a forked child inherits of a thread.
struct Kept {
    taken: AtomicU32,
    /// Descriptor of the log plus 1, or 0.
    log: AtomicI32,
    log_file: FileId,
}

const CHUNK_LEN: usize = 128;
const CHUNKS: usize = 512;

/// States of threads. The first part is whole pages on every machine, so that it alone can be wiped.
#[repr(C, align(65536))]
struct Chunk {
    threads: [Thread; CHUNK_LEN],
    kept: [Kept; CHUNK_LEN],
}

static ALL: [AtomicPtr<Chunk>; CHUNKS] = [const { AtomicPtr::new(null_mut()) }; CHUNKS];

fn chunks() -> impl Iterator<Item = &'static Chunk> {
    // SAFETY: null, or a chunk, which is mapped before it is published, zeroed, and never unmapped.
    ALL.iter().map_while(|place| unsafe { place.load(Acquire).as_ref() })
}

/// Takes a state that no thread has. `None`: there are none left.
pub(super) fn take() -> Option<&'static Thread> {
    loop {
        if let Some(thread) = take_from(chunks()) {
            return Some(thread);
        }
        // Others may take all of it before this thread looks again.
        add_chunk(ALL.iter().find(|place| place.load(Acquire).is_null())?)?;
    }
}

fn take_from(mut chunks: impl Iterator<Item = &'static Chunk>) -> Option<&'static Thread> {
    chunks.find_map(|chunk| {
        let mut pairs = chunk.threads.iter().zip(&chunk.kept);
        let free = |kept: &Kept| kept.taken.load(Relaxed) == 0;
        let (thread, _) = pairs.find(|(_, kept)| free(kept) && kept.taken.swap(1, AcqRel) == 0)?;
        Some(thread)
    })
}

fn add_chunk(place: &AtomicPtr<Chunk>) -> Option<()> {
    let size = size_of::<Chunk>();
    // The kernel aligns to pages only, so there is room to align further.
    let memory = sys::map_private(size + align_of::<Chunk>()).ok()?;
    let offset = memory.as_ptr().align_offset(align_of::<Chunk>());
    // SAFETY: stays within the mapping.
    let start = unsafe { memory.add(offset) };
    // SAFETY: `threads` is whole pages of this mapping, wherever pages are at most as large as the alignment.
    unsafe { sys::wipe_on_fork(start, size_of::<[Thread; CHUNK_LEN]>()) }.ok()?;
    // When another thread was faster, ours stays unused: unmapping is not worth its code.
    let _ = place.compare_exchange(null_mut(), start.as_ptr().cast(), AcqRel, Acquire);
    Some(())
}

/// Where the state is: the number of its chunk, the chunk, and its number there.
fn find(thread: &Thread) -> Option<(usize, &'static Chunk, usize)> {
    chunks().enumerate().find_map(|(number, chunk)| {
        let offset = ptr::from_ref(thread).addr().checked_sub(chunk.threads.as_ptr().addr())?;
        let index = offset / size_of::<Thread>();
        (index < CHUNK_LEN).then_some((number, chunk, index))
    })
}

fn kept(thread: &Thread) -> Option<&'static Kept> {
    let (_, chunk, index) = find(thread)?;
    chunk.kept.get(index)
}

/// The number of the state among all.
pub(super) fn place(thread: &Thread) -> Option<u64> {
    let (chunk, _, index) = find(thread)?;
    Some((chunk * CHUNK_LEN + index) as u64)
}

/// Makes the state free for another thread.
pub(super) fn give_back(thread: &Thread) {
    if let Some(kept) = kept(thread) {
        kept.log.store(0, Relaxed);
        kept.taken.store(0, Release);
    }
}

/// The thread's log is open.
pub(crate) fn keep_log(thread: &Thread, log: i32) {
    if let Some(kept) = kept(thread) {
        kept.log_file.set(log);
        kept.log.store(log + 1, Release);
    }
    thread.log.set(LogState::Open(log));
}

/// Whether this descriptor is that of the thread's log, and not of something that the program has opened since it closed
/// ours.
pub(crate) fn is_log(thread: &Thread, log: i32) -> bool {
    kept(thread).is_some_and(|kept| kept.log_file.is(log))
}

/// Every log that this process has open.
fn for_each_log(mut work: impl FnMut(&Kept, i32)) {
    for kept in chunks().flat_map(|chunk| &chunk.kept) {
        let log = kept.log.load(Acquire) - 1;
        if log >= 0 && kept.log_file.is(log) {
            work(kept, log);
        }
    }
}

/// Closes the logs that a forked child has inherited from its parent. Async-signal-safe.
pub(crate) fn close_inherited_logs() {
    for_each_log(|kept, log| {
        kept.log.store(0, Relaxed);
        sys::close(log);
    });
}

/// Passes on every state. Async-signal-safe.
pub(super) fn for_each(each: impl FnMut(&Thread)) {
    chunks().flat_map(|chunk| &chunk.threads).for_each(each);
}

/// The mapping of a thread that an address lies in: its start and its length. Async-signal-safe.
pub(super) fn mapping_at(address: usize) -> Option<(usize, usize)> {
    // Loops and no adapters: in debug builds those take 2 KiB of a stack that has no more than 4.
    for chunk in chunks() {
        for thread in &chunk.threads {
            for (start, len) in thread.mappings() {
                if (start..start + len).contains(&address) {
                    return Some((start, len));
                }
            }
        }
    }
    None
}

/// Brings all logs, rings and counters to the disk. Async-signal-safe.
pub(crate) fn sync() {
    for_each_log(|_, log| sys::sync(log));
    for (start, len) in chunks().flat_map(|chunk| &chunk.threads).flat_map(Thread::mappings) {
        sys::sync_mapping(start, len);
    }
}
