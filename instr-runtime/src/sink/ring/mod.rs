//! The `ring` sink: each thread's newest records in a mapped file of its own, laid out as [`instr_format::ring::flat`] says.
//!
//! Most records never come here: [probes](crate::probe) write them by themselves. What does come is the first record of each chunk,
//! and each of a ring whose records have clocks of their own. These claim their position by one addition and then write there, so
//! that no handler takes the same.

#![allow(unsafe_code)]

mod chunk;
mod file;
mod history;

use core::sync::atomic::Ordering::{Relaxed, Release};
use core::sync::atomic::{AtomicU32, compiler_fence};

use instr_format::ring::Clock;
use instr_format::ring::flat::{CHUNK, TimedRecord, word};
use instr_format::stack::Head;

use crate::process::Process;
use crate::sys::{self, Errno};
use crate::thread::{RING, Thread, WINDOW};
use crate::tls::add_own;
use crate::{settings, site};

/// In how many places at the beginning of a chunk probes ask: functions that are entered may pass some of them over.
const FIRST_PLACES: usize = 4;
/// The bits of a position that are 0 there.
const ASKS: usize = CHUNK - 4 * FIRST_PLACES;

/// Records the statement with this id, or counts that it could not. `false`: a handler has forked meanwhile, and this is its child,
/// in which the thread has no ring yet. Async-signal-safe.
#[must_use]
pub(super) fn record(process: &Process, thread: &Thread, id: u32) -> bool {
    let head = match ready(process, thread) {
        Ok(head) => head,
        Err(errno) => {
            thread.count_dropped(errno);
            return true;
        }
    };
    head.asks.store(ASKS as u32, Relaxed);
    if is_timed() {
        put_timed(process, thread, head, site::low_half(id));
    } else if thread.ring.size.load(Relaxed) == 0 {
        return false;
    } else {
        if !takes(head) {
            // The file of the stack was truncated, and with it went what probes work on.
            chunk::go_on(thread, head);
        }
        push(head, site::low_half(id));
    }
    true
}

/// The stack whose ring it is, which is made if it is not there.
fn ready(process: &Process, thread: &Thread) -> Result<&'static Head, Errno> {
    let head = thread.stack().ok_or(Errno::NONE)?;
    if thread.ring.size.load(Relaxed) == 0 {
        open(process, thread, head)?;
    }
    Ok(head)
}

#[cold]
fn open(process: &Process, thread: &Thread, head: &'static Head) -> Result<(), Errno> {
    let _blocked = sys::SignalsBlocked::new();
    // By a handler that came before the signals were blocked.
    if thread.ring.size.load(Relaxed) != 0 {
        return Ok(());
    }
    let has_room = head.mapped.load(Relaxed) != 0;
    if !has_room || !thread.tries_to_make_ring() {
        return Err(Errno::NONE);
    }
    let settings = settings::get().ok_or(Errno::NONE)?;
    file::create(process, thread, head, &settings.ring)
}

/// Whether the thread with this stack has a ring whose records have no clocks. Async-signal-safe.
pub(crate) fn takes(head: &Head) -> bool {
    head.hole.load(Relaxed) != 0
}

/// Writes a record at the next position of such a ring. Async-signal-safe.
pub(crate) fn push(head: &Head, site: u32) {
    let mut cursor = add_own(&head.cursor, 4);
    while is_at_begin(cursor) && !chunk::begin_at(head, cursor) {
        cursor = add_own(&head.cursor, 4);
    }
    // SAFETY: a place of the ring in front of the stack, claimed by this.
    let place = unsafe { &*place(head, cursor).cast::<AtomicU32>() };
    place.store(word(site, cursor), Relaxed);
}

/// Whether this is one of the first places of a chunk, where probes ask.
fn is_at_begin(cursor: u64) -> bool {
    cursor as usize & ASKS == 0
}

/// The same with a clock.
fn put_timed(process: &Process, thread: &Thread, head: &Head, site: u32) {
    let position = add_own(&head.timed, size_of::<TimedRecord>() as u64);
    if position.is_multiple_of(CHUNK as u64) {
        chunk::begin(process, thread, head, position, 0);
    }
    // SAFETY: as in `push`.
    let record = unsafe { &*place(head, position).cast::<TimedRecord>() };
    record.elapsed_ns.store(elapsed(process), Relaxed);
    compiler_fence(Release);
    record.word.store(word(site, position), Release);
}

/// Whether each record has a clock of its own.
fn is_timed() -> bool {
    settings::get().is_some_and(|settings| settings.ring.clock == Clock::Full)
}

fn elapsed(process: &Process) -> u64 {
    sys::monotonic_ns().saturating_sub(process.start_monotonic_ns())
}

/// Where the ring begins.
fn start(head: &Head) -> *const u8 {
    core::ptr::from_ref(head).cast::<u8>().wrapping_sub(RING)
}

/// The place of a position.
fn place(head: &Head, position: u64) -> *const u8 {
    start(head).wrapping_add(position as usize & (WINDOW - 1))
}

/// Leaves the ring to a later reader. Signals are blocked.
pub(super) fn thread_ends(process: &Process, thread: &Thread) {
    let Some(head) = thread.stack().filter(|_| thread.ring.size.load(Relaxed) != 0) else { return };
    thread.set_seq(chunk::records(thread, head));
    history::close(process, thread);
    file::give_back(process, thread, head);
}
