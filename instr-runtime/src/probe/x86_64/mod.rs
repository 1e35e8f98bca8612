//! Thread-local memory on x86_64.
//!
//! The thread-local words are a symbol of our own in the initial-exec model, which takes no call where `thread_local!` in a
//! library calls `__tls_get_addr`, and 24 bytes of what the loader keeps free for libraries that come later.

#[cfg(not(any(debug_assertions, instr_called)))]
mod inlined;
mod thunks;

use core::arch::{asm, global_asm};
use core::ffi::c_void;

use instr_format::stack::Head;

use super::{HEAD_OF_NONE, NO_STACK};
#[cfg(not(any(debug_assertions, instr_called)))]
pub(super) use inlined::{begun, pass_over, push};
#[cfg(any(debug_assertions, instr_called))]
pub(crate) use thunks::begin;
pub(crate) use thunks::prepare;

/// How far in front of the head is what probes work on.
#[cfg(feature = "enabled")]
mod distances {
    use core::mem::{offset_of, size_of};

    use instr_format::ring::flat::Probe;

    use crate::probe::{COUNTERS, FILTERED_COUNT};

    pub(crate) const CURSOR_AT: usize = size_of::<Probe>() - offset_of!(Probe, cursor);
    pub(crate) const HOLE_AT: usize = size_of::<Probe>() - offset_of!(Probe, hole);
    pub(crate) const COUNTERS_AT: usize = size_of::<Probe>() - offset_of!(Probe, own) - 8 * COUNTERS;
    pub(crate) const FILTERED_COUNT_AT: usize = size_of::<Probe>() - offset_of!(Probe, own) - 8 * FILTERED_COUNT;
}
#[cfg(feature = "enabled")]
pub(crate) use distances::*;

/// The name of the words. Another version of this crate in the same program has others.
macro_rules! words {
    () => {
        concat!(
            "__instr_thread_",
            env!("CARGO_PKG_VERSION_MAJOR"),
            "_",
            env!("CARGO_PKG_VERSION_MINOR"),
            "_",
            env!("CARGO_PKG_VERSION_PATCH")
        )
    };
}
pub(crate) use words;

global_asm!(
    ".pushsection .tdata.instr, \"awT\", @progbits",
    ".balign 8",
    concat!(".globl ", words!()),
    concat!(".hidden ", words!()),
    concat!(".type ", words!(), ", @object"),
    concat!(".size ", words!(), ", 24"),
    concat!(words!(), ":"),
    ".quad {none} + {head}",
    ".quad 0",
    ".quad 0",
    ".popsection",
    none = sym NO_STACK,
    head = const HEAD_OF_NONE,
);

/// Loads the word at this offset into a register.
macro_rules! load_word {
    ($register:literal, $offset:literal) => {
        concat!(
            "mov ",
            $register,
            ", qword ptr [rip + ",
            $crate::probe::words!(),
            "@GOTTPOFF]\nmov ",
            $register,
            ", qword ptr fs:[",
            $register,
            " + ",
            $offset,
            "]"
        )
    };
}
pub(crate) use load_word;

macro_rules! word {
    ($offset:literal, $type:ty, $(#[$get_doc:meta])* $get:ident, $(#[$set_doc:meta])* $set:ident) => {
        $(#[$get_doc])*
        #[inline(always)]
        pub(crate) fn $get() -> *const $type {
            let word;
            // SAFETY: loads a word of the thread's own.
            unsafe {
                asm!(load_word!("{word}", $offset), word = out(reg) word, options(nostack, preserves_flags, readonly));
            }
            word
        }

        $(#[$set_doc])*
        pub(crate) fn $set(value: *const $type) {
            // SAFETY: stores to a word of the thread's own.
            unsafe {
                asm!(
                    concat!("mov {place}, qword ptr [rip + ", words!(), "@GOTTPOFF]"),
                    concat!("mov qword ptr fs:[{place} + ", $offset, "], {value}"),
                    place = out(reg) _,
                    value = in(reg) value,
                    options(nostack, preserves_flags),
                );
            }
        }
    };
}

word!(
    "0",
    Head,
    /// The thread's stack of open statements, or [`none`](super::none). Async-signal-safe.
    head,
    /// Sets it. Async-signal-safe.
    set_head
);
word!(
    "8",
    c_void,
    /// The thread's state, or null. Async-signal-safe.
    state,
    /// Sets it. Async-signal-safe.
    set_state
);
word!(
    "16",
    c_void,
    /// What a fork leaves to the child, see [`crate::thread`]. Async-signal-safe.
    legacy,
    /// Sets it. Async-signal-safe.
    set_legacy
);
