//! Two more words of each thread, for what the compiler calls at each edge of the code: where the address of the newest one is kept,
//! and a place for it where nobody wants to know. At first the former is 0, which has the next edge ask.

use core::arch::{asm, global_asm};
use core::sync::atomic::AtomicU64;

/// The name of the words. Another version of this crate in the same program has others.
macro_rules! edge_words {
    () => {
        concat!(
            "__instr_edge_",
            env!("CARGO_PKG_VERSION_MAJOR"),
            "_",
            env!("CARGO_PKG_VERSION_MINOR"),
            "_",
            env!("CARGO_PKG_VERSION_PATCH")
        )
    };
}
pub(crate) use edge_words;

global_asm!(
    ".pushsection .tbss.instr_edge, \"awT\", @nobits",
    ".balign 8",
    concat!(".globl ", edge_words!()),
    concat!(".hidden ", edge_words!()),
    concat!(".type ", edge_words!(), ", @object"),
    concat!(".size ", edge_words!(), ", 16"),
    concat!(edge_words!(), ":"),
    ".zero 16",
    ".popsection",
);

/// Has the calling thread keep the addresses of its edges there. Async-signal-safe.
pub(crate) fn set_edge(place: &'static AtomicU64) {
    set(place.as_ptr());
}

/// Has it keep them where nobody looks. Async-signal-safe.
pub(crate) fn set_edge_aside() {
    let aside: *mut u64;
    // SAFETY: computes the address of a word of the thread's own.
    unsafe {
        asm!(
            concat!("mov {place}, qword ptr [rip + ", edge_words!(), "@GOTTPOFF]"),
            "add {place}, qword ptr fs:[0]",
            "add {place}, 8",
            place = out(reg) aside,
            options(nostack, readonly),
        );
    }
    set(aside);
}

/// Has its next edge ask. Async-signal-safe.
pub(crate) fn forget_edge() {
    set(core::ptr::null_mut());
}

fn set(place: *mut u64) {
    // SAFETY: stores to a word of the thread's own.
    unsafe {
        asm!(
            concat!("mov {word}, qword ptr [rip + ", edge_words!(), "@GOTTPOFF]"),
            "mov qword ptr fs:[{word}], {place}",
            word = out(reg) _,
            place = in(reg) place,
            options(nostack, preserves_flags),
        );
    }
}
