//! Signal handlers put in place. A part of several programs.

use std::mem::zeroed;
use std::ptr::null_mut;

/// Puts a handler in place, which may come at any instant.
pub(crate) fn put(signal: i32, handler: extern "C" fn(i32), flags: i32) {
    // SAFETY: a zeroed structure of C, filled in before use.
    unsafe {
        let mut action: libc::sigaction = zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = flags;
        assert_eq!(libc::sigaction(signal, &action, null_mut()), 0);
    }
}
