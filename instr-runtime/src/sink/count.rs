//! How often each thread has reached each statement, for the sink `count` and for coverage: in a mapped file, laid out as
//! [`instr_format::counts`] says. Probes count by themselves once the thread has a table.

#![allow(unsafe_code)]

use core::slice;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::{Relaxed, Release};

use instr_format::counts::TableHead;

use crate::process::Process;
use crate::settings::Sink;
use crate::site;
use crate::sys::{self, Errno};
use crate::thread::Thread;

/// Counts the statement with this id. Async-signal-safe.
///
/// # Errors
/// Why the thread has no table.
pub(crate) fn count(process: &Process, thread: &Thread, id: u32) -> Result<(), Errno> {
    let counter = counters(process, thread)?.get(id as usize).ok_or(Errno::NONE)?;
    counter.fetch_add(1, Relaxed);
    Ok(())
}

/// A thread begins of which each statement is counted: its probes know where from the first one on. Signals are blocked.
pub(crate) fn thread_begins(process: &Process, thread: &Thread) {
    let _ = counters(process, thread);
}

fn counters(process: &Process, thread: &Thread) -> Result<&'static [AtomicU64], Errno> {
    if !has_table(thread) {
        take_table(process, thread)?;
    }
    table(thread).map(|(_, counters)| counters).ok_or(Errno::NONE)
}

/// Whether the thread's probes have been told where its counters are.
fn has_table(thread: &Thread) -> bool {
    thread.stack().is_some_and(|head| head.counters.load(Relaxed) != 0)
}

/// Tells them, or that they are to ask.
fn tell_probes(thread: &Thread, counters: Option<&[AtomicU64]>) {
    if let Some(head) = thread.stack() {
        let place_of_first = site::first_address().wrapping_mul(size_of::<AtomicU64>());
        let told = counters.map_or(0, |counters| counters.as_ptr().addr().wrapping_sub(place_of_first));
        head.counters.store(told as u64, Relaxed);
    }
}

/// The table that the thread, or the one before it with the same state, has taken.
fn table(thread: &Thread) -> Option<(&'static TableHead, &'static [AtomicU64])> {
    // SAFETY: null, or a table in a mapping that is never undone, which has a counter for every site.
    unsafe {
        let head = thread.table.load(Relaxed).as_ref()?;
        Some((head, slice::from_raw_parts(core::ptr::from_ref(head).add(1).cast(), site::count())))
    }
}

#[cold]
#[inline(never)]
fn take_table(process: &Process, thread: &Thread) -> Result<(), Errno> {
    let _blocked = sys::SignalsBlocked::new();
    // By a handler that came before the signals were blocked, and has counted.
    if has_table(thread) {
        return Ok(());
    }
    if table(thread).is_none() {
        if !thread.tries_to_make_table() {
            return Err(Errno::NONE);
        }
        thread.table.store(process.take_table()?.as_ptr(), Relaxed);
    }
    let (head, counters) = table(thread).ok_or(Errno::NONE)?;
    let whose = (head.tid.load(Relaxed), head.reuse.load(Relaxed));
    // It is the thread's own where what its probes work on was lost with a truncated file.
    if whose != (u64::from(thread.tid()), thread.reuse()) {
        head.before.store(sum(counters), Relaxed);
        head.reuse.store(thread.reuse(), Relaxed);
        head.tid.store(u64::from(thread.tid()), Release);
    }
    tell_probes(thread, Some(counters));
    Ok(())
}

fn sum(counters: &[AtomicU64]) -> u64 {
    counters.iter().fold(0, |sum, counter| sum.wrapping_add(counter.load(Relaxed)))
}

/// Leaves the table to a later thread. Signals are blocked.
pub(super) fn thread_ends(thread: &Thread) {
    if has_table(thread)
        && let Some((head, counters)) = table(thread)
    {
        tell_probes(thread, None);
        if thread.has_sink(Sink::Count) {
            thread.set_seq(sum(counters).wrapping_sub(head.before.load(Relaxed)));
        }
    }
}
