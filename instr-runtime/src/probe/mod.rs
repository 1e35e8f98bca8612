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
//! In release builds the probes are [inlined]. A debug build inlines nothing: on x86_64 it [calls](called) a few
//! instructions of assembly. Elsewhere, or with `--cfg instr_portable`, all of it is [Rust](portable). With the feature
//! `enabled`, a statement also goes to the sink: [`push`].

#![allow(unsafe_code)]

#[cfg(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called)))]
mod called;
#[cfg(not(all(target_arch = "x86_64", not(instr_portable), any(debug_assertions, instr_called))))]
mod inlined;
#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
mod portable;
pub(crate) mod push;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
mod x86_64;

use core::sync::atomic::{AtomicU32, AtomicU64};

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
pub(crate) static NONE: Head = Head {
    top: AtomicU64::new(0),
    magic: AtomicU64::new(0),
    version: AtomicU32::new(0),
    reuse: AtomicU32::new(0),
    pid: AtomicU64::new(0),
    tid: AtomicU64::new(0),
    slots: AtomicU64::new(0),
    first_site: AtomicU32::new(0),
    site_count: AtomicU32::new(0),
    inherited: AtomicU32::new(0),
    panic_depth: AtomicU32::new(0),
    mapped: AtomicU64::new(0),
};
