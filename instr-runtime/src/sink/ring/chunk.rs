//! The beginning of a chunk: how many records there are, when it is, and what has to be done now and then.

use core::ptr;
use core::sync::atomic::Ordering::{Relaxed, Release};
use core::sync::atomic::{AtomicU32, compiler_fence};

use instr_format::ring::Clock;
use instr_format::ring::flat::{CHUNK, CHUNKS, CHUNKS_AT, Chunk, HEADER_SIZE, HOLE, TimedRecord, has_zero, word};
use instr_format::stack::Head;

use super::{FIRST_PLACES, elapsed, history, is_timed, place, takes};
use crate::process::{self, Process};
use crate::thread::{self, Thread};
use crate::tls::add_own;
use crate::{settings, site};

/// The entry of the chunk that a position lies in.
pub(super) fn entry(head: &Head, position: u64) -> &Chunk {
    let table = ptr::from_ref(head).cast::<u8>().wrapping_sub(HEADER_SIZE - CHUNKS_AT).cast::<Chunk>();
    let number = position / CHUNK as u64 % CHUNKS as u64;
    // SAFETY: within the header of the ring in front of the stack; valid in any state.
    unsafe { &*table.wrapping_add(number as usize) }
}

/// The position that the chunk of `position` was begun at; `None` if it was not.
pub(super) fn begun(entry: &Chunk, position: u64) -> Option<u64> {
    let begun = entry.begun.load(Relaxed).checked_sub(1)?;
    (begun / CHUNK as u64 == position / CHUNK as u64).then_some(begun)
}

/// The position, with all bits, that `cursor` stands for, and how many holes are before it. `None`: a handler has begun a chunk
/// behind it meanwhile.
fn unfold(thread: &Thread, head: &Head, cursor: u64) -> Option<(u64, u64)> {
    let (position, holes) = match thread.ring.newest.load(Relaxed).checked_sub(1) {
        Some(position) => (position, entry(head, position).holes.load(Relaxed)),
        None => (0, 0),
    };
    let more = cursor.wrapping_sub(position.wrapping_add(holes << 32));
    let bytes = u64::from(more as u32);
    (more.cast_signed() >= 0).then_some((position + bytes, holes + ((more - bytes) >> 32)))
}

/// A record is about to be written at `cursor`, in the first places of a chunk. `false`: it must not be written there, and the
/// cursor has moved to the next chunk. Async-signal-safe.
#[cold]
#[inline(never)]
pub(super) fn begin_at(head: &Head, cursor: u64) -> bool {
    let place = cursor as usize / 4;
    if has_zero(site::first_address() as u32, site::count() as u32, cursor) {
        let rest = (CHUNK / 4 - 1 - place % (CHUNK / 4)) as u64;
        // The place that was claimed becomes a hole too: the cursor has its 4 bytes already.
        add_own(&head.cursor, HOLE * rest + (HOLE - 4));
        return false;
    }
    if takes(head) {
        // In the next ones probes would ask again.
        add_own(&head.cursor, HOLE * (FIRST_PLACES - 1 - place % FIRST_PLACES) as u64);
    }
    if let Some((process, thread)) = process::begun().zip(thread::begun())
        && let Some((position, holes)) = unfold(thread, head, cursor)
    {
        begin(process, thread, head, position, holes);
        sweep(thread, head, position);
    }
    true
}

/// A record is about to be written at `position`, with so many holes before it. Async-signal-safe.
pub(super) fn begin(process: &Process, thread: &Thread, head: &Head, position: u64, holes: u64) {
    let entry = entry(head, position);
    if begun(entry, position).is_some() {
        return;
    }
    let elapsed = now(process, thread, head, position);
    // A handler that comes between may begin the chunk too. Then the entry is written again, as half of it is the handler's.
    loop {
        entry.begun.store(0, Relaxed);
        compiler_fence(Release);
        entry.holes.store(holes, Relaxed);
        entry.elapsed_ns.store(elapsed, Relaxed);
        compiler_fence(Release);
        entry.begun.store(position + 1, Release);
        compiler_fence(Release);
        if (entry.holes.load(Relaxed), entry.elapsed_ns.load(Relaxed)) == (holes, elapsed) {
            break;
        }
    }
    // An older one does as well, should a handler come between.
    if thread.ring.newest.load(Relaxed) <= position {
        thread.ring.newest.store(position + 1, Relaxed);
    }
    history::keep(process, thread, head, position);
}

/// What time it is when the chunk of `position` is begun. A handler may have begun a later one already: it is not later than that.
fn now(process: &Process, thread: &Thread, head: &Head, position: u64) -> u64 {
    if settings::get().is_some_and(|settings| settings.ring.clock == Clock::Off) {
        return 0;
    }
    let now = elapsed(process);
    match thread.ring.newest.load(Relaxed).checked_sub(1) {
        Some(newest) if newest > position => now.min(entry(head, newest).elapsed_ns.load(Relaxed)),
        _ => now,
    }
}

/// How many words are looked at for each chunk that is begun: all of the ring, once in 256 laps.
const SWEPT: u64 = 8;

/// Empties, in the chunk before, what earlier laps have left where this one has written nothing. Words tell the laps of a ring
/// apart for 512 laps at least. A probe that a handler has interrupted may still have to store its word there: it does so
/// later. Only a handler that goes around the whole ring meanwhile would lose a record to this.
fn sweep(thread: &Thread, head: &Head, position: u64) {
    let Some(lap @ 1..) = position.checked_div(thread.ring.size.load(Relaxed).into()) else { return };
    let before = (position / CHUNK as u64 - 1) * CHUNK as u64;
    let start = before + lap * SWEPT * 4 % CHUNK as u64;
    for position in (0..SWEPT).map(|number| start + 4 * number) {
        // SAFETY: a place of the ring in front of the stack.
        let place = unsafe { &*place(head, position).cast::<AtomicU32>() };
        let found = place.load(Relaxed);
        let id = found.wrapping_sub(word(site::first_address() as u32, position));
        if found != 0 && id as usize >= site::count() {
            place.store(0, Relaxed);
        }
    }
}

/// How many records the thread has written.
pub(super) fn records(thread: &Thread, head: &Head) -> u64 {
    if is_timed() {
        return head.timed.load(Relaxed) / size_of::<TimedRecord>() as u64;
    }
    let (position, holes) = unfold(thread, head, head.cursor.load(Relaxed)).unwrap_or_default();
    (position / 4).saturating_sub(holes)
}

/// The cursor is lost: goes on with the next chunk, with numbers that are about right.
pub(super) fn go_on(thread: &Thread, head: &Head) {
    let newest = thread.ring.newest.load(Relaxed).saturating_sub(1);
    let holes = entry(head, newest).holes.load(Relaxed);
    let next = (newest / CHUNK as u64 + 1) * CHUNK as u64;
    head.cursor.store(next.wrapping_add(holes << 32), Relaxed);
    head.hole.store(HOLE, Relaxed);
    thread.tell_probes();
}
