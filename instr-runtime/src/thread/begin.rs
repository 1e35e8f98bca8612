//! The first function that a thread enters, and what it asks for while there is something to ask.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;

use instr_format::stack::Head;

use super::{Thread, begun, end, is_ended, own_stack, pool, stack, state};
use crate::process::{self, Process};
use crate::start::{AFTER_CONSTRUCTORS, BEFORE_MAIN, Constructor};
use crate::{crash, probe, settings, sys};

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
        found = probe::head();
        if !stack::is_none(found) {
            // Or its file was truncated, and is as long as before.
            stack::heal(found);
        } else {
            // The function may be a handler's, on a stack of its own with next to no room.
            sys::on_spare_stack(|| found = find_stack());
        }
    });
    found
}

fn find_stack() -> *const Head {
    let thread = process::current().and_then(|process| Some((process, reach(process)?)));
    match thread.and_then(|(process, thread)| Some((process, thread, thread.stack()?))) {
        Some((process, thread, head)) => {
            if thread.ring.size.load(Relaxed) == 0 {
                // What a fork has interrupted may have moved the child's cursor to where probes do not ask.
                head.cursor.store(0, Relaxed);
            }
            if !still_asks(process, thread, head) {
                probe::set_head(head);
            }
            head
        }
        None => unrecorded(),
    }
}

/// A function is left whose thread asks for its stack, which is the one that the function has entered on.
#[allow(dead_code, reason = "not every form of the probe asks")]
#[cold]
pub(crate) extern "C" fn leave_asking(caller: usize) {
    // SAFETY: null, or a stack of the thread's own.
    let legacy = unsafe { probe::legacy().cast::<Head>().as_ref() };
    if let Some(head) = legacy.or_else(own_stack) {
        head.top.store(caller as u64, Relaxed);
    }
}

/// Whether the next function that the thread enters is to ask again.
fn still_asks(process: &Process, thread: &Thread, head: &Head) -> bool {
    look_for_main(process, thread);
    // Where a panic has been caught, what was kept of it is over with the next function.
    let panics = head.panic_depth.load(Relaxed) != 0 && std::thread::panicking();
    if !panics {
        head.panic_depth.store(0, Relaxed);
    }
    thread.set_unwinding(panics);
    panics || sys::is_watch_due()
}

/// A stack that nobody sees.
fn unrecorded() -> *const Head {
    let stack = match NonNull::new(probe::legacy().cast::<Head>().cast_mut()) {
        Some(legacy) => {
            probe::set_legacy(ptr::null());
            legacy
        }
        None if state().is_some_and(is_ended) => stack::after_end(),
        None => {
            let stack = stack::in_memory(stack::WHOLE);
            end::watch_unrecorded(stack);
            stack
        }
    };
    probe::set_head(stack.as_ptr());
    stack.as_ptr()
}

/// The calling thread, which begins if it has not. `None`: it has ended, or there is no room for it. Async-signal-safe.
#[inline]
pub(crate) fn reach(process: &Process) -> Option<&'static Thread> {
    match state() {
        Some(thread) if thread.has_begun() => Some(thread),
        Some(thread) if is_ended(thread) => None,
        _ => begin(process),
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
    crash::look_at_handlers(process);
    let thread = match begun() {
        // By a handler that came before the signals were blocked.
        Some((thread, _)) => return Some(thread),
        None => state().map_or_else(pool::take, Some)?,
    };
    let (tid, name) = (sys::thread_id(), sys::thread_name());
    let is_main = tid == process.pid();
    let excluded = settings::get().is_some_and(|settings| !settings.filter.admits_thread(tid, &name, is_main));
    thread.begin(process.take_slot(tid), tid, name, excluded);
    probe::set_state(ptr::from_ref(thread).cast());
    stack::attach(process, thread);
    thread.tell_probes();
    end::watch(thread);
    crash::thread_begins(thread);
    Some(thread)
}
