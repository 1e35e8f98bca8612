//! The words on x86_64: a symbol of our own in the initial-exec model, which takes no call where `thread_local!` in a
//! library calls `__tls_get_addr`, and 24 bytes of what the loader keeps free for libraries that come later.

use core::arch::{asm, global_asm};
use core::ffi::c_void;
use core::sync::atomic::AtomicU64;

use instr_format::stack::Head;

use super::NONE;

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
    ".quad {none}",
    ".quad 0",
    ".quad 0",
    ".popsection",
    none = sym NONE,
);

/// Loads the word at this offset into a register.
macro_rules! load_word {
    ($register:literal, $offset:literal) => {
        concat!(
            "mov ",
            $register,
            ", qword ptr [rip + ",
            $crate::tls::words!(),
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
    /// The thread's stack of open statements, or [`NONE`]. Async-signal-safe.
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

/// Adds to a word of the thread's own, in one instruction, and returns what it was. No other thread may do so. Async-signal-safe.
#[inline]
pub(crate) fn add_own(word: &AtomicU64, amount: u64) -> u64 {
    let mut old = amount;
    // SAFETY: adds to the word. Without a lock, which would wait for all stores before.
    unsafe {
        asm!("xadd qword ptr [{word}], {old}", word = in(reg) word.as_ptr(), old = inout(reg) old, options(nostack))
    };
    old
}
