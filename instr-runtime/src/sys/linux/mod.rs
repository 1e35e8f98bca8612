//! Linux. Everything here is async-signal-safe unless it says otherwise: raw system calls and thin wrappers that touch
//! nothing but `errno`, which the slow path of the probe puts back.

#![allow(unsafe_code)]

mod abort_message;
mod arrival;
mod builds;
mod environment;
mod files;
mod image;
mod memory;
mod signals;
mod stack;
mod stderr;
mod task;
mod worker;
mod writer;

pub(crate) use abort_message::*;
pub(crate) use arrival::*;
pub(crate) use builds::*;
pub(crate) use environment::*;
pub(crate) use files::*;
pub(crate) use image::*;
pub(crate) use memory::*;
pub(crate) use signals::*;
pub(crate) use stack::*;
pub(crate) use stderr::*;
pub(crate) use task::*;
pub(crate) use worker::*;
pub(crate) use writer::*;

use super::Errno;

/// The result of a libc call that says -1 for failure.
fn check(result: i64) -> Result<i64, Errno> {
    if result == -1 { Err(Errno(errno())) } else { Ok(result) }
}

/// The thread's `errno`.
#[inline]
fn errno() -> i32 {
    // SAFETY: libc promises a valid address for the calling thread.
    unsafe { *libc::__errno_location() }
}

/// Works, and leaves `errno` as it was.
#[inline]
pub(crate) fn with_errno<T>(work: impl FnOnce() -> T) -> T {
    let before = errno();
    let result = work();
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = before };
    result
}
