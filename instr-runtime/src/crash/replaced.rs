//! Whether the program has put handlers of its own in the place of ours: a crash that they do not pass on cannot be recorded,
//! and the report of an unknown end says so. Looked at only where there are system calls anyway.

use crate::process::Process;
use crate::sys::{self, CRASHES};

/// Looks at all of them. Async-signal-safe.
#[cold]
pub(crate) fn look_at_handlers(process: &Process) {
    (0..CRASHES.len()).for_each(|index| look(process, index));
}

/// Looks at one of them; at all, when called with all numbers one after another. Async-signal-safe.
pub(crate) fn look_at_a_handler(process: &Process, turn: u64) {
    look(process, (turn % CRASHES.len() as u64) as usize);
}

/// What a program puts in place for a while only is forgotten again.
fn look(process: &Process, index: usize) {
    process.note_replaced(1 << index, sys::is_replaced(index));
}
