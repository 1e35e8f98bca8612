//! Whether a fault lay where a stack ends.

use super::mappings::{Mapping, mappings};

/// How far below the stack pointer a thread may write, and how far it may be from the stack's end when a call does not fit.
const NEAR: u64 = 4096;

/// Whether a thread with this stack pointer had used up its stack, when the access to `address` faulted: both are at the
/// lower end of memory below which a guard lies, or of the main thread's stack.
pub(super) fn has_overflowed(maps: &str, stack_pointer: u64, address: u64) -> bool {
    let mappings: Vec<Mapping<'_>> = mappings(maps).collect();
    let Some(stack) = mappings.iter().find(|mapping| address < mapping.range.start) else { return false };
    let has_guard = || {
        mappings.iter().any(|guard| {
            guard.range.end == stack.range.start && guard.range.contains(&address) && guard.modes.starts_with("---")
        })
    };
    let is_at_end =
        stack_pointer <= address.saturating_add(NEAR) && stack_pointer < stack.range.start.saturating_add(NEAR);
    is_at_end && stack.modes.starts_with("rw") && (stack.path == "[stack]" || has_guard())
}
