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
//! Who begins a thread and ends it, and what else has to be done then, is in [`crate::life`].

#![allow(unsafe_code)]

mod exit;
pub(crate) mod files;
mod fork;
mod lines;
mod log;
mod pool;
mod stack;
mod state;

use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::last::{STATE_CONTINUED, STATE_ENDED, STATE_LIVE};
use instr_format::stack::Head;
use instr_format::text::LINE_MAX;

pub(crate) use exit::{ending, has_locals};
pub(crate) use fork::fill_hole;
pub(crate) use log::LogState;
pub(crate) use pool::{close_inherited_logs, is_log, keep_log, sync};
pub(crate) use stack::{RING, WINDOW, heal};
pub(crate) use state::Thread;

use crate::process::{self, Process};
use crate::{settings, sys, tls};

/// Stands for every thread that has ended: it has no slot and gets none.
// SAFETY: all zeros is a thread that has not begun.
static ENDED: Thread = unsafe { core::mem::zeroed() };

/// Prepares to hear of the ends of threads, by this destructor, and of forks. For normal context, before the first record.
pub(crate) fn prepare(exits: unsafe extern "C" fn(*mut c_void)) {
    exit::prepare(exits);
    fork::prepare();
}

/// Begins the calling thread, which has not begun or is the one of a forked child. `None`: there is no room for it. Signals are
/// blocked.
pub(crate) fn begin(process: &Process) -> Option<&'static Thread> {
    let thread = state().map_or_else(pool::take, Some)?;
    let (tid, name) = (sys::thread_id(), sys::thread_name());
    thread.begin(process.take_slot(tid), tid, name);
    tls::set_state(ptr::from_ref(thread).cast());
    // Where the compiler tells of edges, nothing tells of statements.
    if cfg!(not(all(feature = "sancov", not(feature = "enabled")))) {
        stack::attach(process, thread);
    }
    adapt(process, thread);
    exit::watch(thread);
    Some(thread)
}

/// Has the calling thread record what is to be recorded now. Signals are blocked.
pub(crate) fn adapt(process: &Process, thread: &Thread) {
    let Some(focus) = settings::focus() else { return };
    let is_main = thread.tid() == process.pid();
    thread.adapt(focus, !focus.threads.admits(thread.tid(), &thread.name(), is_main));
}

/// The calling thread goes on as another one with its id, of which nothing has been recorded yet. What it has recorded stays as
/// that of a thread that has ended. Signals are blocked.
pub(crate) fn go_on_as_another(process: &Process, thread: &'static Thread) {
    close_log(thread);
    let (tid, name) = (thread.tid(), thread.name());
    thread.end(STATE_CONTINUED);
    thread.begin(process.take_slot(tid), tid, name);
    stack::go_on(process, thread);
    adapt(process, thread);
}

/// The calling thread ends: from here on it is none. Signals are blocked.
pub(crate) fn leave(thread: &Thread) {
    tls::set_state(ptr::from_ref(&ENDED).cast());
    #[cfg(feature = "sancov")]
    tls::set_edge_aside();
    forget_stack();
    close_log(thread);
}

fn close_log(thread: &Thread) {
    if let LogState::Open(log) = thread.log.state()
        && is_log(thread, log)
    {
        sys::close(log);
    }
}

/// Frees the state of a thread that has ended, for another one. Signals are blocked.
pub(crate) fn give_back(thread: &Thread) {
    thread.end(STATE_ENDED);
    pool::give_back(thread);
}

/// Has the next function that the calling thread enters ask for its stack. Async-signal-safe.
pub(crate) fn forget_stack() {
    tls::set_head(&raw const tls::NONE);
}

/// A stack that nobody sees, for the calling thread. Async-signal-safe.
pub(crate) fn unrecorded_stack() -> *const Head {
    let stack = match fork::take_legacy() {
        Some(legacy) => legacy,
        None if has_ended() => stack::after_end(),
        None => {
            let stack = stack::in_memory(stack::WHOLE);
            exit::watch_unrecorded(stack);
            stack
        }
    };
    tls::set_head(stack.as_ptr());
    stack.as_ptr()
}

/// A function is left whose thread asks for its stack, which is the one that the function has entered on.
#[allow(dead_code, reason = "not every form of the probe asks")]
#[cold]
pub(crate) extern "C" fn leave_asking(caller: usize) {
    // SAFETY: null, or a stack of the thread's own.
    let legacy = unsafe { tls::legacy().cast::<Head>().as_ref() };
    if let Some(head) = legacy.or_else(own_stack) {
        head.top.store(caller as u64, Relaxed);
    }
}

/// The state of the calling thread.
fn state() -> Option<&'static Thread> {
    // SAFETY: null, or a state in the pool, or ENDED; none is ever freed.
    unsafe { tls::state().cast::<Thread>().as_ref() }
}

/// The calling thread, once it has begun. Async-signal-safe.
pub(crate) fn begun() -> Option<&'static Thread> {
    state().filter(|thread| thread.has_begun())
}

/// The calling thread's stack, if it is recorded.
fn own_stack() -> Option<&'static Head> {
    begun().and_then(Thread::stack)
}

/// The mapping of ours that an address lies in: its start and its length. Async-signal-safe.
pub(crate) fn mapping_at(address: usize) -> Option<(usize, usize)> {
    pool::mapping_at(address).or_else(|| process::mapping_at(address))
}

/// There is zeroed memory in the place of our mapping from `page` on. Async-signal-safe.
pub(crate) fn mapping_is_gone(page: usize) {
    let head = tls::head();
    if head.addr() == page {
        stack::heal(head);
    }
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
    let Some((thread, head)) = begun().and_then(|thread| Some((thread, thread.stack()?))) else { return };
    if !thread.is_unwinding() && !stack::unwinds(head) {
        stack::note_panic(head);
    }
    forget_stack();
}

/// Whether a panic unwinds the calling thread, which has entered a function. What was kept of one that has been caught is
/// forgotten. Async-signal-safe.
pub(crate) fn still_unwinds(thread: &Thread, head: &Head) -> bool {
    let unwinds = head.panic_depth.load(Relaxed) != 0 && std::thread::panicking();
    if !unwinds {
        head.panic_depth.store(0, Relaxed);
    }
    thread.set_unwinding(unwinds);
    unwinds
}

/// Works with room for a line, on the stack only where the thread has none. Async-signal-safe.
pub(crate) fn with_line<T>(work: impl FnOnce(&mut [u8; LINE_MAX]) -> T) -> T {
    match begun() {
        Some(thread) => thread.lines.with(work),
        None => work(&mut [0; LINE_MAX]),
    }
}

/// A number that no other thread has until the calling one has ended; small ones first. Async-signal-safe.
pub(crate) fn place() -> Option<u64> {
    begun().and_then(pool::place)
}

/// Which thread of the run with its id the calling thread is, from 1; 0 if it has not begun. Async-signal-safe.
pub(crate) fn reuse() -> u32 {
    begun().map_or(0, Thread::reuse)
}

/// Whether the calling thread has ended, and runs what is left to do at its end. Async-signal-safe.
pub(crate) fn has_ended() -> bool {
    ptr::eq(tls::state(), ptr::from_ref(&ENDED).cast())
}
