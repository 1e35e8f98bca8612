//! What is known of each thread: its slot in the `last` file, its log, and the statement it has reached.
//!
//! A thread's [state] is in memory that the kernel zeroes in a forked child. So the child's first statement finds a thread
//! that has not begun, takes a slot of the child's own for it, and never touches the parent's. What must survive the fork
//! is in the [pool]: who has taken which state, and which descriptors the child has inherited.
//!
//! A signal handler may interrupt anything here on its own thread. Counters are therefore single instructions, and what
//! takes several steps blocks signals meanwhile.

#![allow(unsafe_code)]

mod end;
mod pool;
mod state;

use core::cell::Cell;
use core::ptr;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::last::{LEFT, Slot};

pub(crate) use end::prepare;
pub(crate) use pool::{close_inherited_logs, is_log, keep_log, sync_logs};
pub(crate) use state::{LogState, Thread};

use crate::process::Process;
use crate::site::Id;
use crate::{settings, sys};

/// Stands for every thread that has ended: it has no slot and gets none.
// SAFETY: all zeros is a thread that has not begun.
static ENDED: Thread = unsafe { core::mem::zeroed() };

thread_local! {
    // Neither lazy nor with a destructor, so that it can be used in any context and at any time of a thread's life.
    static CURRENT: Cell<*const Thread> = const { Cell::new(ptr::null()) };
}

#[inline(always)]
fn state() -> Option<&'static Thread> {
    // SAFETY: null, or a state in the pool, or ENDED; none is ever freed.
    unsafe { CURRENT.get().as_ref() }
}

#[inline(always)]
fn slot() -> Option<&'static Slot> {
    state()?.slot()
}

/// The statement of the caller, as it stands in a slot; 0 for none.
pub(crate) type Caller = u32;

/// The statement that is to be the last-reached one again when the function that begins now has ended.
pub(crate) extern "C" fn enter() -> Caller {
    let Some(slot) = slot() else { return 0 };
    if std::thread::panicking() {
        note_panic(slot);
    }
    let site = slot.site.load(Relaxed);
    if site & LEFT == 0 { site } else { 0 }
}

/// The function has ended. When it was the outermost one, its last statement stays, marked as left.
pub(crate) extern "C" fn leave(caller: Caller) {
    let Some(slot) = slot() else { return };
    if std::thread::panicking() || slot.panicked.load(Relaxed) != 0 {
        note_panic(slot);
    }
    slot.site.store(if caller == 0 { slot.site.load(Relaxed) | LEFT } else { caller }, Relaxed);
}

/// A part of the statement of `site` has ended and the rest goes on.
pub(crate) extern "C" fn resume(site: &'static Id) {
    if let (Some(slot), Some(id)) = (slot(), site.index()) {
        slot.site.store(id + 1, Relaxed);
    }
}

/// Keeps the statement from which a panic began to unwind, until the thread goes on after it.
#[cold]
fn note_panic(slot: &Slot) {
    if !std::thread::panicking() {
        slot.panicked.store(0, Relaxed);
    } else if slot.panicked.load(Relaxed) == 0 {
        slot.panicked.store(slot.site.load(Relaxed) & !LEFT, Relaxed);
    }
}

/// The calling thread, which has reached the statement with this id. `None`: it has ended, or there is no room for it.
/// Async-signal-safe.
#[inline]
pub(crate) fn reach(process: &Process, id: u32) -> Option<&'static Thread> {
    match state() {
        Some(thread) if thread.has_begun() => {
            thread.reach(id);
            Some(thread)
        }
        Some(thread) if ptr::eq(thread, &ENDED) => None,
        _ => begin(process, id),
    }
}

/// The first statement of a thread, or of the one thread of a forked child.
#[cold]
#[inline(never)]
fn begin(process: &Process, id: u32) -> Option<&'static Thread> {
    let _blocked = sys::SignalsBlocked::new();
    let thread = match state() {
        // By a handler that came before the signals were blocked.
        Some(thread) if thread.has_begun() => {
            thread.reach(id);
            return Some(thread);
        }
        Some(thread) => thread,
        None => pool::take()?,
    };
    let (tid, name) = (sys::thread_id(), sys::thread_name());
    let is_main = tid == process.pid();
    let excluded = settings::get().is_some_and(|settings| !settings.filter.admits_thread(tid, &name, is_main));
    thread.begin(process.take_slot(tid), id, tid, name, excluded);
    CURRENT.set(thread);
    end::watch(thread);
    Some(thread)
}
