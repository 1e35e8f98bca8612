//! The end of a thread.

use core::ffi::c_void;

use crate::{crash, process, sink, sys, thread};

/// Called by libc when a thread ends that has begun, or that has a stack which nobody sees.
pub(super) unsafe extern "C" fn exits(value: *mut c_void) {
    // SAFETY: what libc has called this with.
    let Some(thread) = (unsafe { thread::ending(value) }) else { return };
    let _blocked = sys::SignalsBlocked::new();
    thread::leave(thread);
    if let Some(process) = process::current() {
        sink::thread_ends(process, thread);
    }
    crash::thread_ends(thread);
    thread::give_back(thread);
}
