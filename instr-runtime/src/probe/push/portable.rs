//! The push in Rust, for machines whose assembly nobody has written.

use core::ptr;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use instr_format::ring::blocks::BLOCK_SIZE;

use super::Fast;
use crate::probe::state;
use crate::record;
use crate::site::{COUNTED, FILTERED, Id, OFF, UNDECIDED};
use crate::thread::Thread;

/// The statement of `site` is about to run. Async-signal-safe.
pub(crate) extern "C" fn reached(site: &'static Id) {
    let (switch, number) = (site.switch(), site.number());
    if switch == OFF {
        return;
    }
    // SAFETY: null, or a state, which begins with this and is never freed.
    let Some(fast) = (unsafe { state().cast::<Fast>().as_ref() }).filter(|_| switch != UNDECIDED) else {
        return record::reached(number);
    };
    if switch != FILTERED && switch != COUNTED {
        return push(fast, number);
    }
    // SAFETY: null, or a slot, or a table with a counter for every site, none of which is ever unmapped; the switch has been
    // decided, so the number is one of this image's.
    let counter = unsafe {
        let slot = fast.slot.load(Relaxed).as_ref();
        match fast.counters.load(Relaxed).as_ref() {
            _ if switch == FILTERED => slot.map(|slot| &slot.filtered),
            Some(counters) if slot.is_some() => Some(&*ptr::from_ref(counters).add(number - 1)),
            _ => None,
        }
    };
    match counter {
        Some(counter) => count(counter),
        None => record::reached(number),
    }
}

fn push(fast: &Fast, number: usize) {
    if fast.cursor.is_pending() || fast.slot.load(Relaxed).is_null() {
        return record::reached(number);
    }
    // SAFETY: what `state` points to is the beginning of a thread.
    let thread = unsafe { &*state().cast::<Thread>() };
    // Before the cursor: a handler that forks leaves a child whose state has no ring.
    let ring = fast.ring.load(Relaxed);
    let next = fast.cursor.claim();
    if next.is_multiple_of(BLOCK_SIZE as u32) {
        return record::next_block(number, thread);
    }
    // SAFETY: the place is within the ring, and the thread's own.
    unsafe { (*ring.add(next as usize).cast::<AtomicU32>()).store(number as u32, Relaxed) };
    fast.cursor.move_to(next + 4);
    if fast.slot.load(Relaxed).is_null() {
        record::settle(thread);
    }
}

/// A handler may count between a load and a store, so it is one instruction, or what the machine has for one.
fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
