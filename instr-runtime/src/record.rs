//! The slow path of the probe: everything that it cannot do by itself.

#![allow(unsafe_code)]

use core::sync::atomic::Ordering::Relaxed;

use instr_format::stack::Head;

use crate::site::{FILTERED, Id, ON, RATED};
use crate::{life, orders, process, sink, sys, tls};

/// The statement of this site is about to run. Async-signal-safe: takes no lock, allocates nothing, and leaves `errno` as it
/// was; a signal handler may interrupt it anywhere and reach statements itself.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn reached(site: &'static Id) {
    // SAFETY: the stack of none, or one that is never freed as long as the thread runs.
    let head = unsafe { &*tls::head() };
    if site.switch() == ON && sink::ring::takes(head) && head.asks.load(Relaxed) != 0 {
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
    // A probe that knows counts by itself.
    let (is_filtered, is_excluded) = (site.switch() == FILTERED, thread.is_excluded());
    if (is_filtered && tls::is_none(head)) || (is_excluded && head.excluded.load(Relaxed) == 0) {
        thread.count_filtered();
    }
    let is_left_out = is_filtered || is_excluded;
    if orders::is_new(process, thread) {
        if is_left_out {
            thread.uncount_filtered();
        }
        orders::follow(process, thread);
    } else if is_left_out {
        return true;
    }
    match site.switch() {
        _ if thread.is_excluded() => thread.count_filtered(),
        FILTERED => thread.count_filtered(),
        RATED if !thread.is_due() => {}
        _ => return sink::record(process, thread, id),
    }
    true
}
