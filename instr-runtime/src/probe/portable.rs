//! Thread-local memory in Rust, for machines whose assembly nobody has written.

use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicU64, compiler_fence};

use instr_format::stack::Head;

use super::NONE;
use crate::sink::ring;
use crate::site::{Id, OFF, ON};
use crate::{record, thread};

thread_local! {
    // Neither lazy nor with destructors, so that they can be used in any context and at any time of a thread's life.
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

/// There is nothing to ask the processor for.
pub(crate) fn prepare() {}

/// The thread's stack, which begins here if it has not.
#[inline(always)]
pub(super) fn begun() -> *const Head {
    let head = HEAD.get();
    // SAFETY: NONE, or a stack, neither of which is ever freed as long as the thread runs.
    if unsafe { (*head).top.load(Relaxed) } == 0 { thread::begin_stack() } else { head }
}

/// Nobody writes at a position that another has claimed, so there is nothing to pass over.
#[inline(always)]
pub(super) fn pass_over(_: *const Head) {}

/// The statement of this site is recorded, once it is in its function's slot.
#[inline(always)]
pub(super) fn push(head: *const Head, site: *const u8) {
    if cfg!(not(feature = "enabled")) {
        return;
    }
    compiler_fence(SeqCst);
    // SAFETY: a stack that is never freed as long as the thread runs, and a site.
    let (head, site) = unsafe { (&*head, &*site.cast::<Id>()) };
    match site.switch() {
        OFF => {}
        // Only a ring that takes words has holes.
        ON if head.hole.load(Relaxed) != 0 => ring::push(head, site.low_half()),
        _ => record::reached(site),
    }
}
