//! Three words of each thread: its stack of open statements, its other state, and what a fork leaves to the child.
//!
//! They are constants at first and have no destructors, so that they can be used in any context and at any time of a thread's life.

#![allow(unsafe_code)]

#[cfg(feature = "sancov")]
mod edge;
#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
mod portable;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
mod x86_64;

use instr_format::stack::Head;

#[cfg(feature = "sancov")]
pub(crate) use edge::*;
#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
pub(crate) use portable::*;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
pub(crate) use x86_64::*;

/// The stack of a thread that has to ask for one: its top is 0.
// SAFETY: all zeros is a head.
pub(crate) static NONE: Head = unsafe { core::mem::zeroed() };

/// Whether this is the stack of a thread that has none. Async-signal-safe.
pub(crate) fn is_none(head: *const Head) -> bool {
    core::ptr::eq(head, &raw const NONE)
}
