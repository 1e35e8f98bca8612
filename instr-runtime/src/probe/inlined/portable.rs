//! What depends on the machine, in Rust, for those whose assembly nobody has written.

use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicU64, compiler_fence};

use instr_format::stack::{ASK, Head};

use crate::sink::ring;
use crate::site::{COUNTED, FILTERED, Id, OFF, ON, UNSEEN};
use crate::tls::add_own;
use crate::{life, record, tls};

/// The thread's stack, which begins here if it has not.
#[inline(always)]
pub(super) fn begun() -> *const Head {
    let head = tls::head();
    // SAFETY: NONE, or a stack, neither of which is ever freed as long as the thread runs.
    if unsafe { (*head).top.load(Relaxed) } == 0 { life::begin_stack() } else { head }
}

/// Nobody writes at a position that another has claimed, so there is nothing to pass over.
#[inline(always)]
pub(super) fn pass_over(_: *const Head) {}

/// The statement of this site is recorded, once it is in its function's slot.
#[inline(always)]
pub(super) fn push(head: *const Head, site: *const u8) {
    if cfg!(not(feature = "enabled")) {
        return;
    }
    compiler_fence(SeqCst);
    // SAFETY: a stack that is never freed as long as the thread runs, and a site.
    let (head, site) = unsafe { (&*head, &*site.cast::<Id>()) };
    let switch = site.switch();
    let is_counted = switch & COUNTED == 0 || count(head, site);
    match switch & !COUNTED {
        OFF if is_counted => {}
        FILTERED if is_counted => count_filtered(head, site),
        // Only a ring that takes words has holes.
        ON if is_counted && head.hole.load(Relaxed) != 0 && head.asks.load(Relaxed) != 0 => {
            ring::push(head, site.low_half())
        }
        _ if switch & UNSEEN == 0 && head.excluded.load(Relaxed) != 0 => count_filtered(head, site),
        _ => record::reached(site),
    }
}

/// Counts a statement in the thread's table. `false`: it has none.
#[inline(always)]
fn count(head: &Head, site: &Id) -> bool {
    let counters = head.counters.load(Relaxed) as usize;
    let place = counters.wrapping_add(8 * core::ptr::from_ref(site).addr());
    if counters != 0 {
        // SAFETY: the counter of this site in a mapping that is never undone.
        add_own(unsafe { &*core::ptr::with_exposed_provenance::<AtomicU64>(place) }, 1);
    }
    counters != 0
}

/// Counts a statement that is left out, and asks if that is wanted.
#[inline(always)]
fn count_filtered(head: &Head, site: &'static Id) {
    if add_own(&head.filtered, 1) & ASK != 0 {
        record::reached(site);
    }
}
