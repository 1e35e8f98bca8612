//! The words in Rust, for machines whose assembly nobody has written.

use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use instr_format::stack::Head;

use super::NONE;

thread_local! {
    static HEAD: Cell<*const Head> = const { Cell::new(&raw const NONE) };
    static STATE: Cell<*const c_void> = const { Cell::new(ptr::null()) };
    static LEGACY: Cell<*const c_void> = const { Cell::new(ptr::null()) };
}

/// The thread's stack of open statements, or [`NONE`]. Async-signal-safe.
#[inline(always)]
pub(crate) fn head() -> *const Head {
    HEAD.get()
}

/// Sets it. Async-signal-safe.
pub(crate) fn set_head(head: *const Head) {
    HEAD.set(head);
}

/// The thread's state, or null. Async-signal-safe.
#[inline(always)]
pub(crate) fn state() -> *const c_void {
    STATE.get()
}

/// Sets it. Async-signal-safe.
pub(crate) fn set_state(state: *const c_void) {
    STATE.set(state);
}

/// What a fork leaves to the child, see [`crate::thread`]. Async-signal-safe.
#[inline(always)]
pub(crate) fn legacy() -> *const c_void {
    LEGACY.get()
}

/// Sets it. Async-signal-safe.
pub(crate) fn set_legacy(legacy: *const c_void) {
    LEGACY.set(legacy);
}

/// Adds to a word of the thread's own, so that no handler comes between, and returns what it was. Async-signal-safe.
#[inline]
pub(crate) fn add_own(word: &AtomicU64, amount: u64) -> u64 {
    word.fetch_add(amount, Relaxed)
}
