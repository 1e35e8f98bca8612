//! Hears of the ends of threads: by a key of libc, whose destructor it calls when a thread ends that has given it a value.

use core::ffi::c_void;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use instr_format::stack::Head;

use super::{Thread, begun, forget_stack, stack};
use crate::sys::ThreadExitKey;

/// Number of the key plus 1, or 0.
static KEY: AtomicU32 = AtomicU32::new(0);

/// Prepares to hear of ends, by this destructor. For normal context, before the first record.
pub(super) fn prepare(destructor: unsafe extern "C" fn(*mut c_void)) {
    if let Some(key) = ThreadExitKey::new(destructor) {
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
    KEY.load(Relaxed) != 0 && begun().is_some_and(|thread| !thread.is_ending())
}

fn set(value: *const c_void) {
    if let Some(number) = KEY.load(Relaxed).checked_sub(1) {
        ThreadExitKey::from_number(number).set(value);
    }
}

/// What the destructor is to do, which is called after the thread-local destructors of Rust and C++, among those of other
/// libraries: `Some` is the thread, which reaches no more statements. As other destructors may reach some, the end waits for
/// the last round.
///
/// # Safety
/// The value must be what the destructor was called with.
pub(crate) unsafe fn ending(value: *mut c_void) -> Option<&'static Thread> {
    if value.addr() & UNRECORDED != 0 {
        forget_stack();
        // SAFETY: the value is what `watch_unrecorded` has set, and the thread is in no function any more.
        unsafe { stack::free(value.map_addr(|address| address & !UNRECORDED).cast()) };
        return None;
    }
    // SAFETY: the value is what `watch` has set, and states are never freed.
    let thread = unsafe { &*value.cast::<Thread>() };
    if thread.count_exit_round() < ThreadExitKey::ROUNDS {
        set(value);
        return None;
    }
    Some(thread)
}
