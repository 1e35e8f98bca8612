//! The slow path of the probe: everything that it cannot do by itself.

#![allow(unsafe_code)]

use crate::site::{FILTERED, Id, ON};
use crate::{probe, process, sink, sys, thread};

/// The statement of this site is about to run. Async-signal-safe: takes no lock, allocates nothing, and leaves `errno` as it
/// was; a signal handler may interrupt it anywhere and reach statements itself.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn reached(site: &'static Id) {
    // SAFETY: the stack of none, or one that is never freed as long as the thread runs.
    let head = unsafe { &*probe::head() };
    if site.switch() == ON && sink::ring::takes(head) {
        return sink::ring::push(head, site.low_half());
    }
    sys::with_errno(|| record(site));
}

fn record(site: &'static Id) {
    let Some(process) = process::current() else { return process::count_unattributed() };
    let Some(id) = site.index() else { return process::count_unattributed() };
    let Some(thread) = thread::reach(process) else { return process::count_unattributed() };
    if site.switch() == FILTERED || thread.is_excluded() {
        thread.count_filtered();
    } else {
        sink::record(process, thread, id);
    }
}
