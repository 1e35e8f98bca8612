//! The slow path of the probe: everything that it cannot do by itself.

#![allow(unsafe_code)]

use core::sync::atomic::Ordering::Relaxed;

use instr_format::stack::Head;

use crate::process::{self, Process};
use crate::settings::{self, Coverage, Sink};
use crate::site::{COUNTED, FILTERED, Id, OFF, ON, RATED, UNSEEN};
use crate::thread::Thread;
use crate::{life, orders, sink, sys, tls};

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
    let (switch, has_counters) = (site.switch(), head.counters.load(Relaxed) != 0);
    if switch & UNSEEN != 0 {
        process.mark(id);
        site.is_seen();
    }
    if is_left_out(site, thread) && (tls::is_none(head) || !counts_filtered(switch, has_counters, head)) {
        thread.count_filtered();
    }
    if orders::is_new(process, thread) {
        if is_left_out(site, thread) {
            thread.uncount_filtered();
        }
        orders::follow(process, thread);
        if is_left_out(site, thread) {
            thread.count_filtered();
        }
    }
    // A probe that has nothing else to do asks only where it could not count.
    let is_counted = has_counters && switch & COUNTED != 0 && switch != OFF | COUNTED;
    if site.switch() & COUNTED != 0 && !is_counted {
        count(process, thread, id, is_left_out(site, thread));
    }
    match site.own_switch() {
        _ if is_left_out(site, thread) => {}
        RATED if !thread.is_due() => {}
        _ => return sink::record(process, thread, id),
    }
    true
}

/// Whether a filter leaves the statement out, or the thread.
fn is_left_out(site: &Id, thread: &Thread) -> bool {
    site.own_switch() == FILTERED || thread.is_excluded()
}

/// Whether a probe that has found the site switched like this has counted itself that the statement is left out.
fn counts_filtered(switch: u8, has_counters: bool, head: &Head) -> bool {
    const COUNTED_AND_FILTERED: u8 = COUNTED | FILTERED;
    match switch {
        _ if switch & UNSEEN == 0 && head.excluded.load(Relaxed) != 0 => true,
        FILTERED => true,
        COUNTED_AND_FILTERED => has_counters,
        _ => false,
    }
}

/// Counts a statement for coverage, for which filters do not matter, or for the sink.
fn count(process: &Process, thread: &Thread, id: u32, is_left_out: bool) {
    let (of_sink, coverage) = (settings::focus().map(|focus| focus.sink), settings::get().map(|all| all.coverage));
    if (!is_left_out || coverage == Some(Coverage::Counts))
        && let Err(errno) = sink::count::count(process, thread, id)
        && of_sink == Some(Sink::Count)
    {
        thread.count_dropped(errno);
    }
}
