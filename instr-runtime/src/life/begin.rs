//! The first function that a thread enters, and what it asks for while there is something to ask.

use core::ptr;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::stack::Head;

use super::start::BEFORE_MAIN;
use crate::process::{self, Process};
use crate::settings::{self, Coverage};
use crate::sys::{AFTER_CONSTRUCTORS, Constructor};
use crate::thread::{self, Thread};
use crate::{crash, sink, sys, tls};

/// From a static library, a linker takes only the objects that something refers to: the probes to this one, and this one
/// to what is to run before `main`, which nothing else calls.
#[used]
static KEPT: [&Constructor; 2] = [&BEFORE_MAIN, &AFTER_CONSTRUCTORS];

/// The calling thread's stack, for a function that is entered and knows of none. Async-signal-safe: takes no lock, allocates
/// nothing, and leaves `errno` as it was.
#[cold]
pub(crate) extern "C" fn begin_stack() -> *const Head {
    let mut found = ptr::null();
    sys::with_errno(|| {
        let _blocked = sys::SignalsBlocked::new();
        // A handler may have begun it before the signals were blocked.
        found = tls::head();
        if !tls::is_none(found) {
            // Or its file was truncated, and is as long as before.
            thread::heal(found);
        } else {
            // The function may be a handler's, on a stack of its own with next to no room.
            sys::on_spare_stack(|| found = find_stack());
        }
    });
    found
}

fn find_stack() -> *const Head {
    let thread = process::current().and_then(|process| Some((process, reach(process)?)));
    let Some((process, thread, head)) = thread.and_then(|(process, thread)| Some((process, thread, thread.stack()?)))
    else {
        return thread::unrecorded_stack();
    };
    if thread.ring.size.load(Relaxed) == 0 {
        // What a fork has interrupted may have moved the child's cursor to where probes do not ask.
        head.cursor.store(0, Relaxed);
    }
    if settings::get().is_some_and(|settings| settings.coverage == Coverage::Counts) {
        sink::count::thread_begins(process, thread);
    }
    look_for_main(process, thread);
    if !thread::still_unwinds(thread, head) && !sys::is_watch_due() {
        tls::set_head(head);
    }
    head
}

/// Keeps the newest edge of the calling thread, which has been asked for it at this address, and has it keep the next ones by itself
/// once there is nothing more to be done before. Signals are blocked. Async-signal-safe.
#[cfg(feature = "sancov")]
pub(crate) fn begin_edges(address: u64) {
    if !super::start::is_done() {
        // A constructor's.
        return;
    }
    let process = if thread::has_ended() { None } else { process::current() };
    let Some((process, thread)) = process.and_then(|process| Some((process, reach(process)?))) else {
        return tls::set_edge_aside();
    };
    look_for_main(process, thread);
    thread.edge().store(address, Relaxed);
    if !sys::is_watch_due() {
        tls::set_edge(thread.edge());
    }
}

/// The calling thread, which begins if it has not. `None`: it has ended, or there is no room for it. Async-signal-safe.
#[inline]
pub(crate) fn reach(process: &Process) -> Option<&'static Thread> {
    thread::begun().or_else(|| if thread::has_ended() { None } else { begin(process) })
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
}

/// The first statement of a thread, or of the one thread of a forked child.
#[cold]
#[inline(never)]
fn begin(process: &Process) -> Option<&'static Thread> {
    let _blocked = sys::SignalsBlocked::new();
    // A handler may have forked since the run was looked up: in the child there is none yet to begin the thread in.
    process::begun()?;
    // Before the first look at a mapped file.
    crash::watch_where_main_has_begun(process);
    process.look_at_handlers();
    // A handler that came before the signals were blocked may have begun it.
    if let Some(thread) = thread::begun() {
        return Some(thread);
    }
    let thread = thread::begin(process)?;
    crash::thread_begins(thread);
    Some(thread)
}
