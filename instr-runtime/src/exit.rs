//! The end of threads, and the orderly end of the process.

#![allow(unsafe_code)]

use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::sys::ThreadExitKey;
use crate::thread::Thread;
use crate::{process, sys, thread};

/// Number of the key plus 1, or 0.
static KEY: AtomicU32 = AtomicU32::new(0);

/// Prepares to hear of ends. For normal context, before the first record.
pub(crate) fn prepare() {
    if let Some(key) = ThreadExitKey::new(thread_exits) {
        KEY.store(key.number() + 1, Relaxed);
    }
    sys::at_exit(process_exits);
}

/// Has the thread's state freed when the thread ends. Async-signal-safe.
pub(crate) fn watch(thread: &'static Thread) {
    set(ptr::from_ref(thread).cast());
}

fn set(value: *const c_void) {
    if let Some(number) = KEY.load(Relaxed).checked_sub(1) {
        ThreadExitKey::from_number(number).set(value);
    }
}

/// Called after the thread-local destructors of Rust and C++, among those of other libraries; as these may reach
/// statements too, the end waits for the last round.
unsafe extern "C" fn thread_exits(value: *mut c_void) {
    // SAFETY: the value is what `watch` has set, and threads are never freed.
    let thread = unsafe { &*value.cast::<Thread>() };
    if thread.count_exit_round() < ThreadExitKey::ROUNDS {
        set(value);
    } else {
        thread::end(thread);
    }
}

extern "C" fn process_exits(status: i32, _: *mut c_void) {
    process::note_exit(status);
}
