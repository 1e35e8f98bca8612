//! The end of threads.

use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::{ENDED, LogState, Thread, begun, pool};
use crate::sys::{self, ThreadExitKey};
use crate::{crash, fast, process, sink};

/// Number of the key plus 1, or 0.
static KEY: AtomicU32 = AtomicU32::new(0);

/// Prepares to hear of ends. For normal context, before the first record.
pub(crate) fn prepare() {
    if let Some(key) = ThreadExitKey::new(exits) {
        KEY.store(key.number() + 1, Relaxed);
    }
}

/// Has the thread's state freed when the thread ends. Async-signal-safe.
pub(super) fn watch(thread: &'static Thread) {
    set(ptr::from_ref(thread).cast());
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
    fast::set_current(ptr::from_ref(&ENDED).cast());
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
