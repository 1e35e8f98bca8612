//! Probes: what a function does when it is entered, before each of its statements, and when it is left.
//!
//! Each thread has a *stack* of open statements in a mapped file (see [`instr_format::stack`]): one slot for each function
//! that it is in. Entering a function takes the next slot, a statement is one store into the function's own slot, and
//! leaving puts back the top that was there before. Nothing has to restore the caller's statement: its slot still holds it.
//!
//! A signal handler may come between any two instructions:
//!
//! - It puts the top back where it found it, and stores only into slots above.
//! - So whatever it interrupts goes on with its own top and its own slot. If it interrupts a function that has stored its
//!   first statement and not yet taken the slot, that slot holds a statement of the handler's until the function's next one.
//! - Leaving stores an absolute top. What `longjmp` has skipped stays in the chain until the function that it has landed in is
//!   left.
//!
//! With the feature `enabled`, a statement then goes to the thread's ring, if its site is [on](crate::site): see
//! [`instr_format::ring::flat`]. A probe loads the cursor, adds to it, and stores the word at the position that it has loaded. A
//! handler between the load and the addition would take the same position; so each function that is entered, the handler's
//! too, passes one over. What moves the cursor is always a single addition, so that nobody takes back what a handler has added.
//!
//! What a probe cannot do by itself it leaves to [`crate::record`]: the first record of each chunk of the ring; what has no ring,
//! or one with a clock in each record, where the cursor stays at 0; and what another sink takes.
//!
//! In release builds the probes are inlined (`inlined/`). A debug build inlines nothing: on x86_64 it calls a few
//! instructions of assembly (`called.rs`). Elsewhere, or with `--cfg instr_portable`, all of it is Rust (`inlined/portable.rs`).

#![allow(unsafe_code)]

#[cfg(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called)))]
mod called;
#[cfg(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called)))]
use called as form;
#[cfg(not(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called))))]
mod inlined;
#[cfg(not(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called))))]
use inlined as form;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
mod thunks;

pub use form::Guard;
pub(crate) use form::enter;

/// What a probe returns that makes a statement the open one again. A unit as an argument would be a lint.
#[derive(Debug)]
pub struct Resumed;

/// Where what probes work on is in the head.
#[cfg(all(feature = "enabled", target_arch = "x86_64", not(instr_portable)))]
mod places {
    use core::mem::offset_of;

    use instr_format::stack::Head;

    pub(super) const CURSOR: usize = offset_of!(Head, cursor);
    pub(super) const HOLE: usize = offset_of!(Head, hole);
    pub(super) const COUNTERS: usize = offset_of!(Head, counters);
    pub(super) const FILTERED: usize = offset_of!(Head, filtered);
    pub(super) const SUPPRESSED: usize = offset_of!(Head, suppressed);
    pub(super) const DUE: usize = offset_of!(Head, due);
    pub(super) const ASKS: usize = offset_of!(Head, asks);
    pub(super) const EXCLUDED: usize = offset_of!(Head, excluded);
}
