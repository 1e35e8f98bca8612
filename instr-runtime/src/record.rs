//! The slow paths of the probe: everything that it cannot do by itself.

use crate::thread::Thread;
use crate::{process, sink, site, sys, thread};

/// The statement with this number is about to run. Async-signal-safe: takes no lock, allocates nothing, and leaves `errno`
/// as it was; a signal handler may interrupt it anywhere and reach statements itself.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn reached(number: usize) {
    sys::with_errno(|| record(number));
}

/// The same, where the thread's [cursor](crate::probe::push::Fast::cursor) is claimed and stands at the beginning of a block, or where
/// there is no ring. Async-signal-safe.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn next_block(number: usize, thread: &Thread) {
    if !sink::ring::next_block(number as u32, thread) {
        thread.fast.cursor.give_up();
        reached(number);
    }
}

/// A push has ended, and there is something to ask: handlers may have left records behind it. Async-signal-safe.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn settle(thread: &Thread) {
    sys::with_errno(|| sink::ring::settle(thread));
}

fn record(number: usize) {
    let Some(process) = process::current() else { return process::count_unattributed() };
    let Some(id) = site::id(number) else { return process::count_unattributed() };
    let Some(thread) = thread::reach(process) else { return process::count_unattributed() };
    if site::is_filtered(id) || thread.is_excluded() {
        thread.count_filtered();
    } else {
        sink::record(process, thread, id);
    }
}
