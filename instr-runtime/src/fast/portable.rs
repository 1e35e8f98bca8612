//! The probe and its companions in Rust, for machines whose assembly nobody has written.

use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use instr_format::last::{LEFT, Slot};
use instr_format::ring::BLOCK_SIZE;

use super::Fast;
use crate::site::{COUNTED, FILTERED, Id, OFF, UNDECIDED};
use crate::thread::{Caller, Thread};
use crate::{record, thread};

thread_local! {
    // Neither lazy nor with a destructor, so that it can be used in any context and at any time of a thread's life.
    static CURRENT: Cell<*const Fast> = const { Cell::new(ptr::null()) };
}

/// What has been set last, or null. Async-signal-safe.
#[inline(always)]
pub(crate) fn current() -> *const Fast {
    CURRENT.get()
}

/// Sets the thread's state. Async-signal-safe.
pub(crate) fn set_current(state: *const Fast) {
    CURRENT.set(state);
}

/// The state, and where it keeps the last-reached statement; `None`: the slow path is to be asked.
#[inline(always)]
fn state() -> Option<(&'static Fast, &'static AtomicU32)> {
    // SAFETY: null, or a state, and what it points to, neither of which is ever freed.
    unsafe {
        let state = current().as_ref()?;
        Some((state, state.last.load(Relaxed).as_ref()?))
    }
}

/// The statement of `site` is about to run. Async-signal-safe.
pub(crate) extern "C" fn reached(site: &'static Id) {
    let (switch, number) = (site.switch(), site.number());
    let Some((fast, last)) = state().filter(|_| switch != UNDECIDED && switch != OFF) else {
        return if switch != OFF {
            record::reached(number)
        };
    };
    last.store(number as u32, Relaxed);
    match switch {
        FILTERED => count(filtered(last)),
        // SAFETY: a table with a counter for every site, which is never unmapped.
        COUNTED => match unsafe { fast.counters.load(Relaxed).as_ref() } {
            // SAFETY: as above; the switch has been decided, so the number is one of this image's.
            Some(counters) => count(unsafe { &*ptr::from_ref(counters).add(number - 1) }),
            None => record::reached(number),
        },
        _ => push(fast, number),
    }
}

fn push(fast: &Fast, number: usize) {
    if fast.cursor.is_pending() {
        return record::reached(number);
    }
    let next = fast.cursor.claim();
    if next.is_multiple_of(BLOCK_SIZE as u32) {
        // SAFETY: what `current` points to is the beginning of a thread.
        return record::next_block(number, unsafe { &*current().cast::<Thread>() });
    }
    // SAFETY: the place is within the ring, and the thread's own.
    unsafe { (*fast.ring.load(Relaxed).add(next as usize).cast::<AtomicU32>()).store(number as u32, Relaxed) };
    fast.cursor.move_to(next + 4);
}

/// A handler may count between a load and a store, so it is one instruction, or what the machine has for one.
fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

fn filtered(last: &'static AtomicU32) -> &'static AtomicU64 {
    let distance = core::mem::offset_of!(Slot, filtered) - core::mem::offset_of!(Slot, site);
    // SAFETY: `last` is the statement in a slot.
    unsafe { &*ptr::from_ref(last).byte_add(distance).cast() }
}

/// A part of the statement of `site` has ended and the rest goes on. Async-signal-safe.
pub(crate) extern "C" fn resumed(site: &'static Id) {
    match (site.switch(), state()) {
        (OFF, _) => {}
        (UNDECIDED, _) | (_, None) => thread::resumed(site.number()),
        (_, Some((_, last))) => last.store(site.number() as u32, Relaxed),
    }
}

/// The statement that is to be the last-reached one again when the function that begins now has ended. Async-signal-safe.
pub(crate) extern "C" fn enter() -> Caller {
    match state() {
        Some((_, last)) => last.load(Relaxed),
        None => thread::enter_asking(),
    }
}

/// The function that began with `caller` has ended. Async-signal-safe.
pub(crate) extern "C" fn leave(caller: Caller) {
    match state() {
        Some((_, last)) => {
            last.store(if thread::is_none(caller) { last.load(Relaxed) | LEFT } else { caller }, Relaxed)
        }
        None => thread::leave_asking(caller),
    }
}
