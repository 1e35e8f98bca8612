//! The slow paths of the probe: everything that it cannot do by itself.

use crate::start::{AFTER_CONSTRUCTORS, BEFORE_MAIN, Constructor};
use crate::thread::Thread;
use crate::{process, sink, site, sys, thread};

/// From a static library, a linker takes only the objects that something refers to: the probes to this one, and this one
/// to what is to run before `main`, which nothing else calls.
#[used]
static KEPT: [&Constructor; 2] = [&BEFORE_MAIN, &AFTER_CONSTRUCTORS];

/// The statement with this number is about to run. Async-signal-safe: takes no lock, allocates nothing, and leaves `errno`
/// as it was; a signal handler may interrupt it anywhere and reach statements itself.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn reached(number: usize) {
    sys::with_errno(|| record(number));
}

/// The same, where the thread's [cursor](crate::fast::Fast::cursor) is claimed and stands at the beginning of a block, or where there is
/// no ring. Async-signal-safe.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn next_block(number: usize, thread: &Thread) {
    if !sink::ring::next_block(number as u32, thread) {
        thread.fast.cursor.give_up();
        reached(number);
    }
}

fn record(number: usize) {
    let Some(process) = process::current() else { return process::count_unattributed() };
    let Some(id) = site::id(number) else { return process::count_unattributed() };
    // Before any filter: what is left out of the log is still the last statement that was reached.
    let Some(thread) = thread::reach(process, id) else { return process::count_unattributed() };
    if site::is_filtered(id) || thread.is_excluded() {
        thread.count_filtered();
    } else {
        sink::record(process, thread, id);
    }
}
