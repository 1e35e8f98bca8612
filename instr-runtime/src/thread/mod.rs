//! What is known of each thread: its slot in the `last` file, its log, and the statement it has reached.
//!
//! A thread's [state] is in memory that the kernel zeroes in a forked child. So the child's first statement finds a thread
//! that has not begun, takes a slot of the child's own for it, and never touches the parent's. What must survive the fork
//! is in the [pool]: who has taken which state, and which descriptors the child has inherited.
//!
//! A signal handler may interrupt anything here on its own thread. Counters are therefore single instructions, and what
//! takes several steps blocks signals meanwhile, or is written so that it may be interrupted, as it says then.
//!
//! What runs before each statement and around each function is in [`crate::fast`]; it comes here while the thread has not
//! begun, while a panic is noted, and while there are records to go on behind (see [`crate::sink::ring`]).

#![allow(unsafe_code)]

mod end;
mod lines;
mod log;
mod pool;
mod state;

use core::mem::transmute;
use core::ptr;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::last::{LEFT, Slot};
use instr_format::text::LINE_MAX;

pub(crate) use end::{has_locals, prepare};
pub(crate) use log::LogState;
pub(crate) use pool::{close_inherited_logs, is_log, keep_log, sync};
pub(crate) use state::Thread;

use crate::process::{self, Process};
use crate::sink::ring;
use crate::{crash, fast, settings, site, sys};

/// Stands for every thread that has ended: it has no slot and gets none.
// SAFETY: all zeros is a thread that has not begun.
static ENDED: Thread = unsafe { core::mem::zeroed() };

fn state() -> Option<&'static Thread> {
    // SAFETY: null, or the beginning of a state in the pool, or of ENDED; none is ever freed.
    unsafe { fast::current().cast::<Thread>().as_ref() }
}

/// The calling thread and its slot, once it has begun.
fn begun() -> Option<(&'static Thread, &'static Slot)> {
    let thread = state()?;
    Some((thread, thread.slot()?))
}

/// The statement of the caller, as it stands in a slot: 0, or with [`LEFT`], for none.
pub(crate) type Caller = u32;

/// Whether nothing instrumented has called.
#[inline(always)]
pub(crate) fn is_none(caller: Caller) -> bool {
    caller == 0 || caller & LEFT != 0
}

/// The statement that is to be the last-reached one again when the function that begins now has ended; what [`leave`] takes.
/// Async-signal-safe.
#[inline(always)]
pub(crate) fn enter() -> Caller {
    // SAFETY: the same function but for what it says of unwinding, and it never does.
    const ENTER: extern "C" fn() -> Caller = unsafe { transmute(enter_unless_panicking as EnterUnwind) };
    ENTER()
}

/// The function has ended. When it was the outermost one, its last statement stays, marked as left. Async-signal-safe.
#[inline(always)]
pub(crate) fn leave(caller: Caller) {
    // SAFETY: as above.
    const LEAVE: extern "C" fn(Caller) = unsafe { transmute(leave_unless_panicking as LeaveUnwind) };
    LEAVE(caller);
}

type EnterUnwind = extern "C-unwind" fn() -> Caller;
type LeaveUnwind = extern "C-unwind" fn(Caller);

// Not inlined: what asks for panics would be kept in registers, and so take room in every frame. `C-unwind`, as the
// compiler would have to catch what std's function never throws, at the cost of four instructions.
#[inline(never)]
extern "C-unwind" fn enter_unless_panicking() -> Caller {
    if std::thread::panicking() { enter_asking() } else { fast::enter() }
}

#[inline(never)]
extern "C-unwind" fn leave_unless_panicking(caller: Caller) {
    if std::thread::panicking() { leave_asking(caller) } else { fast::leave(caller) }
}

/// [`enter`], where the thread is to ask.
#[cold]
pub(crate) extern "C" fn enter_asking() -> Caller {
    let Some((thread, slot)) = begun() else { return 0 };
    if std::thread::panicking() {
        note_panic(thread, slot);
    }
    slot.site.load(Relaxed)
}

/// [`leave`], where the thread is to ask.
#[cold]
pub(crate) extern "C" fn leave_asking(caller: Caller) {
    let Some((thread, slot)) = begun() else { return };
    if std::thread::panicking() || slot.panicked.load(Relaxed) != 0 {
        note_panic(thread, slot);
    }
    // A handler does not return to a probe of its thread before that may go on by itself.
    ring::settle(thread);
    slot.site.store(if is_none(caller) { slot.site.load(Relaxed) | LEFT } else { caller }, Relaxed);
}

/// A part of the statement with this number has ended and the rest goes on.
#[cold]
pub(crate) extern "C" fn resumed(number: usize) {
    if let (Some((_, slot)), Some(id)) = (begun(), site::id(number)) {
        slot.site.store(id + 1, Relaxed);
    }
}

/// Keeps the statement from which a panic began to unwind, until the thread goes on after it. Till then, every probe and
/// every guard of the thread asks.
#[cold]
fn note_panic(thread: &Thread, slot: &Slot) {
    if !std::thread::panicking() {
        slot.panicked.store(0, Relaxed);
        thread.settle();
    } else if slot.panicked.load(Relaxed) == 0 {
        slot.panicked.store(slot.site.load(Relaxed) & !LEFT, Relaxed);
        thread.ask();
    }
}

/// The calling thread, which has reached the statement with this id. `None`: it has ended, or there is no room for it.
/// Async-signal-safe.
#[inline]
pub(crate) fn reach(process: &Process, id: u32) -> Option<&'static Thread> {
    match state() {
        Some(thread) if thread.has_begun() => {
            if thread.asks() {
                look_for_main(process, thread);
            }
            thread.reach(id);
            Some(thread)
        }
        Some(thread) if ptr::eq(thread, &ENDED) => None,
        _ => begin(process, id),
    }
}

/// The thread's first statement may have come before `main`, too early for the handlers.
#[cold]
fn look_for_main(process: &Process, thread: &Thread) {
    if sys::is_watch_due() {
        let _blocked = sys::SignalsBlocked::new();
        if thread.tid() == process.pid() {
            crash::watch_where_main_has_begun(process);
        } else {
            // A constructor has begun the thread, whose statements say nothing of `main`.
            crash::watch(false);
        }
    }
    thread.settle();
}

/// The mapping of ours that an address lies in: its start and its length. Async-signal-safe.
pub(crate) fn mapping_at(address: usize) -> Option<(usize, usize)> {
    pool::mapping_at(address).or_else(|| process::mapping_at(address))
}

/// The statement that the calling thread is in. Async-signal-safe.
pub(crate) fn last_statement() -> Option<u32> {
    let (_, slot) = begun()?;
    (slot.site.load(Relaxed) & !LEFT).checked_sub(1)
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

/// The how manieth thread of the run with its id the calling thread is; 0 if it has not begun. Async-signal-safe.
pub(crate) fn reuse() -> u32 {
    begun().map_or(0, |(thread, _)| thread.reuse())
}

/// The first statement of a thread, or of the one thread of a forked child.
#[cold]
#[inline(never)]
fn begin(process: &Process, id: u32) -> Option<&'static Thread> {
    let _blocked = sys::SignalsBlocked::new();
    // A handler may have forked since the run was looked up: in the child there is none yet to begin the thread in.
    process::begun()?;
    // Before the first look at a mapped file.
    crash::watch_where_main_has_begun(process);
    crash::look_at_handlers(process);
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
    fast::set_current(ptr::from_ref(thread).cast());
    end::watch(thread);
    crash::thread_begins(thread);
    Some(thread)
}
