//! The end of threads.

use core::ffi::c_void;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use instr_format::stack::Head;

use super::{ENDED, LogState, Thread, begun, pool, stack};
use crate::sys::{self, ThreadExitKey};
use crate::{crash, probe, process, sink};

/// Number of the key plus 1, or 0.
static KEY: AtomicU32 = AtomicU32::new(0);

/// Prepares to hear of ends. For normal context, before the first record.
pub(super) fn prepare() {
    if let Some(key) = ThreadExitKey::new(exits) {
        KEY.store(key.number() + 1, Relaxed);
    }
}

/// Has the thread's state freed when the thread ends. Async-signal-safe.
pub(super) fn watch(thread: &'static Thread) {
    set(ptr::from_ref(thread).cast());
}

/// Marks an unrecorded stack where a thread's state is expected. Neither begins at an odd address.
const UNRECORDED: usize = 1;

/// Has an unrecorded thread's stack freed when the thread ends. Async-signal-safe.
pub(super) fn watch_unrecorded(stack: NonNull<Head>) {
    set(stack.as_ptr().map_addr(|address| address | UNRECORDED).cast());
}

/// Whether it is certain that none of the calling thread's thread-local values is gone for good: it has begun, and has not
/// begun to end. Async-signal-safe.
pub(crate) fn has_locals() -> bool {
    KEY.load(Relaxed) != 0 && begun().is_some_and(|(thread, _)| !thread.is_ending())
}

fn set(value: *const c_void) {
    if let Some(number) = KEY.load(Relaxed).checked_sub(1) {
        ThreadExitKey::from_number(number).set(value);
    }
}

/// Called after the thread-local destructors of Rust and C++, among those of other libraries; as these may reach
/// statements too, the end waits for the last round.
unsafe extern "C" fn exits(value: *mut c_void) {
    if value.addr() & UNRECORDED != 0 {
        probe::set_head(&raw const probe::NONE);
        // SAFETY: the value is what `watch_unrecorded` has set, and the thread is in no function any more.
        return unsafe { stack::free(value.map_addr(|address| address & !UNRECORDED).cast()) };
    }
    // SAFETY: the value is what `watch` has set, and states are never freed.
    let thread = unsafe { &*value.cast::<Thread>() };
    if thread.count_exit_round() < ThreadExitKey::ROUNDS {
        set(value);
    } else {
        end(thread);
    }
}

fn end(thread: &'static Thread) {
    let _blocked = sys::SignalsBlocked::new();
    probe::set_state(ptr::from_ref(&ENDED).cast());
    probe::set_head(&raw const probe::NONE);
    if let LogState::Open(log) = thread.log.state()
        && pool::is_log(thread, log)
    {
        sys::close(log);
    }
    if let Some(process) = process::current() {
        sink::thread_ends(process, thread);
    }
    crash::thread_ends(thread);
    thread.end();
    pool::give_back(thread);
}
