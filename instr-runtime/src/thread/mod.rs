//! What is known of each thread: its stack of open statements, its slot in the `last` file, and its log.
//!
//! A thread's [state] is in memory that the kernel zeroes in a forked child. So the child's first statement finds a thread
//! that has not begun, takes a slot of the child's own for it, and never touches the parent's. What must survive the fork
//! is in the [pool]: who has taken which state, and which descriptors the child has inherited. Its [stack] survives it too:
//! see [fork].
//!
//! A signal handler may interrupt anything here on its own thread. Counters are therefore single instructions, and what
//! takes several steps blocks signals meanwhile, or is written so that it may be interrupted, as it says then.
//!
//! What runs before each statement and around each function is in [`crate::probe`]; it comes here when a thread enters its
//! first function, and for each function as long as there is something to ask: while a panic unwinds, and while it is too
//! early to watch for crashes.

#![allow(unsafe_code)]

mod begin;
mod end;
pub(crate) mod files;
mod fork;
mod lines;
mod log;
mod pool;
mod stack;
mod state;

use core::ptr;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::last::{STATE_LIVE, Slot};
use instr_format::stack::Head;
use instr_format::text::LINE_MAX;

#[allow(unused_imports, reason = "not every form of the probe asks")]
pub(crate) use begin::leave_asking;
pub(crate) use begin::{begin_stack, reach};
pub(crate) use end::has_locals;
pub(crate) use fork::fill_hole;
pub(crate) use log::LogState;
pub(crate) use pool::{close_inherited_logs, is_log, keep_log, sync};
pub(crate) use state::Thread;

use crate::{probe, process};

/// Stands for every thread that has ended: it has no slot and gets none.
// SAFETY: all zeros is a thread that has not begun.
static ENDED: Thread = unsafe { core::mem::zeroed() };

/// Prepares to hear of the ends of threads, and of forks. For normal context, before the first record.
pub(crate) fn prepare() {
    probe::prepare();
    end::prepare();
    fork::prepare();
}

/// What was reached before there were settings has been reached on a stack that nobody sees. For normal context.
pub(crate) fn prepared() {
    probe::set_head(&raw const probe::NONE);
}

fn state() -> Option<&'static Thread> {
    // SAFETY: null, or a state in the pool, or ENDED; none is ever freed.
    unsafe { probe::state().cast::<Thread>().as_ref() }
}

/// The calling thread and its slot, once it has begun.
fn begun() -> Option<(&'static Thread, &'static Slot)> {
    let thread = state()?;
    Some((thread, thread.slot()?))
}

/// The calling thread's stack, if it is recorded.
fn own_stack() -> Option<&'static Head> {
    begun().and_then(|(thread, _)| thread.stack())
}

/// The mapping of ours that an address lies in: its start and its length. Async-signal-safe.
pub(crate) fn mapping_at(address: usize) -> Option<(usize, usize)> {
    pool::mapping_at(address).or_else(|| process::mapping_at(address))
}

/// There is zeroed memory in the place of our mapping from `page` on. Async-signal-safe.
pub(crate) fn mapping_is_gone(page: usize) {
    let head = probe::head();
    if head.addr() == page {
        stack::heal(head);
    }
}

/// The calling thread, once it has begun. Async-signal-safe.
pub(crate) fn begun_thread() -> Option<&'static Thread> {
    begun().map(|(thread, _)| thread)
}

/// The statement that the calling thread is in. Async-signal-safe.
pub(crate) fn last_statement() -> Option<u32> {
    own_stack().and_then(stack::innermost)
}

/// Passes on of each thread that has not ended its id, which thread with this id it is, and its statement. Async-signal-safe.
pub(crate) fn for_each(mut each: impl FnMut(u64, u32, Option<u32>)) {
    pool::for_each(|thread| {
        if let Some(slot) = thread.slot().filter(|slot| slot.state.load(Relaxed) == STATE_LIVE) {
            let statement = thread.stack().and_then(stack::innermost);
            each(slot.tid.load(Relaxed), slot.reuse.load(Relaxed), statement);
        }
    });
}

/// Keeps the statements from which a panic begins to unwind, until the thread enters a function after it. Till then, every
/// function that it enters asks. A panic of what an unwinding thread drops, or of what may not unwind, is not the one that
/// began. Async-signal-safe.
pub(crate) fn panics() {
    let Some((thread, head)) = begun().and_then(|(thread, _)| Some((thread, thread.stack()?))) else { return };
    if !thread.is_unwinding() && !stack::unwinds(head) {
        stack::note_panic(head);
    }
    probe::set_head(&raw const probe::NONE);
}

/// Works with room for a line, on the stack only where the thread has none. Async-signal-safe.
pub(crate) fn with_line<T>(work: impl FnOnce(&mut [u8; LINE_MAX]) -> T) -> T {
    match begun() {
        Some((thread, _)) => thread.lines.with(work),
        None => work(&mut [0; LINE_MAX]),
    }
}

/// A number that no other thread has until the calling one has ended; small ones first. Async-signal-safe.
pub(crate) fn place() -> Option<u64> {
    begun().and_then(|(thread, _)| pool::place(thread))
}

/// Which thread of the run with its id the calling thread is, from 1; 0 if it has not begun. Async-signal-safe.
pub(crate) fn reuse() -> u32 {
    begun().map_or(0, |(thread, _)| thread.reuse())
}

/// Whether this is the state of all threads that have ended.
fn is_ended(thread: &Thread) -> bool {
    ptr::eq(thread, &ENDED)
}
