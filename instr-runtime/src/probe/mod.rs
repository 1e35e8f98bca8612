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
//! handler between the load and the addition would take the same position; so each function that is entered, the handler's too, passes one over. What moves the cursor is always
//! a single addition, so that nobody takes back what a handler has added.
//!
//! What a probe cannot do by itself it leaves to [`crate::record`]: the first record of each chunk of the ring; what has no ring,
//! or one with a clock in each record, where the cursor stays at 0; and what another sink takes.
//!
//! In release builds the probes are [inlined]. A debug build inlines nothing: on x86_64 it [calls](called) a few
//! instructions of assembly. Elsewhere, or with `--cfg instr_portable`, all of it is [Rust](portable).

#![allow(unsafe_code)]

#[cfg(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called)))]
mod called;
#[cfg(not(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called))))]
mod inlined;
#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
mod portable;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
mod x86_64;

use instr_format::ring::flat::{CHUNK, HEADER_SIZE, SIZE_MAX};
use instr_format::stack::Head;

#[cfg(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called)))]
pub use called::Guard;
#[cfg(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called)))]
pub(crate) use called::enter;
#[cfg(not(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called))))]
pub use inlined::Guard;
#[cfg(not(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called))))]
pub(crate) use inlined::enter;
#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
pub(crate) use portable::*;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
pub(crate) use x86_64::*;

/// The stack of a thread that has to ask for one: its top is 0.
// SAFETY: all zeros is a head.
pub(crate) static NONE: Head = unsafe { core::mem::zeroed() };

/// In how many places at the beginning of a chunk probes ask: functions that are entered may pass some of them over.
pub(crate) const FIRST_PLACES: usize = 4;
/// The bits of a position that are 0 there.
pub(crate) const ASKS: usize = CHUNK - 4 * FIRST_PLACES;
/// The largest ring.
pub(crate) const WINDOW: usize = SIZE_MAX as usize;
/// How much of a thread's memory is in front of the head of its stack, where probes find it without a pointer: a place for
/// each position of the ring, then the ring's header.
pub(crate) const RING: usize = WINDOW + HEADER_SIZE;
