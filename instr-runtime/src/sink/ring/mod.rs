//! The `ring` sink: each thread's newest records in a mapped file of its own, laid out as [`instr_format::ring`] says.
//!
//! Most pushes never come here (see [`crate::probe::push`]): only the first one of each block, all of a ring whose records have
//! clocks of their own, and those of a signal handler that has interrupted a push of its own thread. The latter's go
//! *behind* the place that is pending, where the interrupted push finds them when it has ended, and goes on behind them.

#![allow(unsafe_code)]

mod blocks;
mod file;
mod history;

use core::sync::atomic::Ordering::Relaxed;

use instr_format::ring::Clock;

use crate::probe::push::Cursor;
use crate::process::{self, Process};
use crate::settings;
use crate::sys::{self, Errno};
use crate::thread::Thread;
use blocks::Blocks;

/// Records the statement with this number, which is its thread's last-reached one already, where the thread's cursor is
/// claimed and stands at the beginning of a block, as it always does where records have clocks of their own. `false`:
/// there is no ring, or a handler that asks has interrupted a record, and nothing was done. Async-signal-safe.
#[inline]
pub(crate) fn next_block(number: u32, thread: &Thread) -> bool {
    let (Some(blocks), Some(process)) = (Blocks::of(thread), process::current()) else { return false };
    if blocks.clock() == Clock::Full {
        // What is pending is said by the other cursor.
        thread.fast.cursor.move_to(0);
        if thread.ring.timed.is_pending() || thread.ring.behind.load(Relaxed) != 0 {
            return false;
        }
    }
    let cursor = cursor(thread, &blocks);
    push(process, thread, &blocks, cursor, number)
}

/// Records the statement with this id, or counts that it could not. Async-signal-safe.
pub(super) fn record(process: &Process, thread: &Thread, id: u32) {
    let blocks = match Blocks::of(thread).map_or_else(|| open(process, thread), Ok) {
        Ok(blocks) => blocks,
        Err(errno) => return thread.count_dropped(errno),
    };
    let cursor = cursor(thread, &blocks);
    if cursor.is_pending() {
        return put_behind(process, thread, &blocks, cursor, id + 1);
    }
    if thread.ring.behind.load(Relaxed) != 0 {
        catch_up(process, thread, &blocks, cursor);
    }
    if !push(process, thread, &blocks, cursor, id + 1) {
        cursor.give_up();
        crate::record::reached(id as usize + 1);
    }
}

/// `false`: a handler has forked meanwhile and this is its child, in which the thread has no ring yet.
#[inline(always)]
fn push(process: &Process, thread: &Thread, blocks: &Blocks, cursor: &Cursor, number: u32) -> bool {
    let mut at = cursor.claim();
    if at == 0 {
        return false;
    }
    if blocks.is_boundary(at) {
        at = blocks.begin_next(process, thread, at);
    }
    blocks.put(process, at, number);
    cursor.move_to(at + blocks.record_size());
    settle(thread);
    true
}

/// The cursor that counts: probes write by themselves only what has no clock of its own.
fn cursor<'a>(thread: &'a Thread, blocks: &Blocks) -> &'a Cursor {
    if blocks.clock() == Clock::Full { &thread.ring.timed } else { &thread.fast.cursor }
}

#[cold]
fn open(process: &Process, thread: &Thread) -> Result<Blocks, Errno> {
    let _blocked = sys::SignalsBlocked::new();
    // By a handler that came before the signals were blocked.
    if let Some(blocks) = Blocks::of(thread) {
        return Ok(blocks);
    }
    if !thread.tries_to_make_it() {
        return Err(Errno::NONE);
    }
    let settings = settings::get().ok_or(Errno::NONE)?;
    let (start, size) = file::create(process, thread, &settings.ring)?;
    let blocks = Blocks::new(start, size, settings.ring.clock);
    blocks.begin(process, 0, 1);
    thread.fast.ring.store(start.as_ptr(), Relaxed);
    cursor(thread, &blocks).move_to(blocks.first_place(0));
    thread.ring.size.store(size, Relaxed);
    Ok(blocks)
}

/// Records a statement of a handler that has interrupted a push of the thread. It blocks signals, so that handlers that
/// interrupt handlers stand in line.
#[cold]
#[inline(never)]
fn put_behind(process: &Process, thread: &Thread, blocks: &Blocks, cursor: &Cursor, number: u32) {
    let _blocked = sys::SignalsBlocked::new();
    let behind = &thread.ring.behind;
    let pending = cursor.next();
    let mut at = behind.load(Relaxed);
    if at == 0 {
        at = if blocks.is_boundary(pending) {
            // The owner is about to begin a block for one record, or has begun it: leave it that one.
            let after = blocks.wrapped(blocks.wrapped(pending) + blocks.block_size());
            blocks.begin(process, after, blocks.first_after(pending) + 1);
            blocks.first_place(after)
        } else {
            pending + blocks.record_size()
        };
        // Its next probe asks, and goes on behind what is written here.
        thread.ask();
    }
    if blocks.is_boundary(at) {
        at = blocks.begin_next_behind(process, thread, pending, at);
    }
    blocks.put(process, at, number);
    behind.store(at + blocks.record_size(), Relaxed);
}

/// A push of the thread has ended, and what handlers have written behind it is gone on behind here, before a handler returns to
/// a push that has not asked for it. Async-signal-safe.
#[inline]
pub(crate) fn settle(thread: &Thread) {
    if thread.ring.behind.load(Relaxed) == 0 {
        return;
    }
    if let (Some(blocks), Some(process)) = (Blocks::of(thread), process::current()) {
        let cursor = cursor(thread, &blocks);
        if !cursor.is_pending() {
            catch_up(process, thread, &blocks, cursor);
        }
    }
}

/// Goes on behind what handlers have written while something was pending.
#[cold]
#[inline(never)]
fn catch_up(process: &Process, thread: &Thread, blocks: &Blocks, cursor: &Cursor) {
    let _blocked = sys::SignalsBlocked::new();
    let behind = thread.ring.behind.swap(0, Relaxed);
    if behind != 0 {
        blocks.leave_half(process, thread, cursor.next(), behind);
        cursor.move_to(behind);
    }
    thread.settle();
}

/// Leaves the ring to a later thread. Signals are blocked.
pub(super) fn thread_ends(process: &Process, thread: &Thread) {
    let Some(blocks) = Blocks::of(thread) else { return };
    let behind = thread.ring.behind.load(Relaxed);
    let next = if behind != 0 { behind } else { cursor(thread, &blocks).next() };
    thread.set_seq(blocks.first_after_place(next) - 1);
    file::give_back(process, thread, blocks.start(), blocks.size());
    thread.fast.ring.store(core::ptr::null_mut(), Relaxed);
}
