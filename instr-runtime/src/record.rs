//! The slow path of the probe: everything that it cannot do by itself.

#![allow(unsafe_code)]

use core::sync::atomic::Ordering::Relaxed;

use instr_format::stack::Head;

use crate::site::{FILTERED, Id, ON, RATED};
use crate::{life, process, sink, sys, tls};

/// The statement of this site is about to run. Async-signal-safe: takes no lock, allocates nothing, and leaves `errno` as it
/// was; a signal handler may interrupt it anywhere and reach statements itself.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn reached(site: &'static Id) {
    // SAFETY: the stack of none, or one that is never freed as long as the thread runs.
    let head = unsafe { &*tls::head() };
    if site.switch() == ON && sink::ring::takes(head) {
        return sink::ring::push(head, site.low_half());
    }
    // A child that a handler forks meanwhile begins again.
    sys::with_errno(|| while !record(site, head) {});
}

/// `false`: this is a child that was forked meanwhile.
fn record(site: &'static Id, head: &Head) -> bool {
    let found = process::current().and_then(|process| Some((process, site.index()?, life::reach(process)?)));
    let Some((process, id, thread)) = found else {
        process::count_unattributed();
        return true;
    };
    let switch = site.switch();
    // A probe that knows counts by itself.
    let (is_filtered, is_excluded) = (switch == FILTERED, thread.is_excluded());
    if (is_filtered && tls::is_none(head)) || (is_excluded && head.excluded.load(Relaxed) == 0) {
        thread.count_filtered();
    }
    if is_filtered || is_excluded {
        return true;
    }
    if switch == RATED && !thread.is_due() {
        return true;
    }
    sink::record(process, thread, id)
}
