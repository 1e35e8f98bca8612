//! The names of the files of threads.

use instr_format::files::OfThread;

use crate::sys::CName;

/// The name of a thread's file.
pub(crate) type FileName = CName<64>;

/// The [name](OfThread) of a thread's file. Async-signal-safe.
pub(crate) fn file_name(tid: u32, reuse: u32, number: u32, suffix: &str) -> FileName {
    let name = OfThread { tid: tid.into(), reuse: reuse.into(), number: number.into(), suffix };
    // What does not fit is cut, and all of this does.
    FileName::new(format_args!("{name}"))
}
