//! The slow path of every probe.

use crate::site::Id;
use crate::{process, sink, sys, thread};

/// The statement of `site` is about to run. Async-signal-safe: takes no lock, allocates nothing, and leaves `errno` as it
/// was; a signal handler may interrupt it anywhere and reach statements itself.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn reached(site: &'static Id) {
    sys::with_errno(|| record(site));
}

fn record(site: &'static Id) {
    let Some(process) = process::current() else { return process::count_unattributed() };
    let Some(id) = site.index() else { return process::count_unattributed() };
    // Before any filter: what is left out of the log is still the last statement that was reached.
    let Some(thread) = thread::reach(process, id) else { return process::count_unattributed() };
    if site.is_filtered() || thread.is_excluded() {
        thread.count_filtered();
    } else {
        sink::write::record(process, thread, id);
    }
}
