//! What depends on the machine, in assembly of x86_64.

use core::arch::asm;

use instr_format::stack::Head;

#[cfg(feature = "enabled")]
use crate::probe::places;
use crate::probe::thunks;
#[cfg(feature = "enabled")]
use crate::site::{BEYOND_PROBES, COUNTED, FILTERED, ON};
#[cfg(feature = "enabled")]
use crate::thread::{RING, WINDOW};
use crate::tls::load_word;

/// The thread's stack, which begins here if it has not.
#[inline(always)]
pub(super) fn begun() -> *const Head {
    let head;
    // SAFETY: loads the thread's own word, or has it made, which preserves all registers and leaves the red zone alone.
    unsafe {
        asm!(
            load_word!("{head}", "0"),
            "cmp qword ptr [{head}], 0",
            "je 2f",
            "3:",
            ".subsection 1",
            "2:",
            "lea rsp, [rsp - 128]",
            "push rax",
            "call {begin}",
            "xchg rax, qword ptr [rsp]",
            "pop {head}",
            "lea rsp, [rsp + 128]",
            "jmp 3b",
            ".subsection 0",
            begin = sym thunks::begin,
            head = out(reg) head,
            options(pure, nomem, nostack),
        );
    }
    head
}

/// A function has been entered: it passes over the position that what it has interrupted may be about to write.
#[inline(always)]
pub(super) fn pass_over(head: *const Head) {
    #[cfg(feature = "enabled")]
    // SAFETY: adds to the thread's own cursor, in one instruction.
    unsafe {
        asm!(
            "mov {hole}, qword ptr [{head} + {at}]",
            "add qword ptr [{head} + {cursor}], {hole}",
            head = in(reg) head,
            hole = out(reg) _,
            at = const places::HOLE,
            cursor = const places::CURSOR,
            options(nostack),
        );
    }
    #[cfg(not(feature = "enabled"))]
    let _ = head;
}

/// The statement of this site is recorded, once it is in its function's slot. To the compiler, this accesses all memory.
#[inline(always)]
pub(super) fn push(head: *const Head, site: *const u8) {
    #[cfg(feature = "enabled")]
    // SAFETY: stores to the thread's own ring, or calls what preserves all registers and leaves the red zone alone.
    unsafe {
        asm!(
            "cmp byte ptr [{site}], {on}",
            "jb 3f",
            "ja 2f",
            "6:",
            "mov {position}, qword ptr [{head} + {cursor}]",
            // The first places of a chunk.
            "test {position:e}, dword ptr [{head} + {asks}]",
            "jz 4f",
            "add qword ptr [{head} + {cursor}], 4",
            "lea {site:e}, [{site} + 8 * {position}]",
            "and {position:e}, {window} - 1",
            "mov dword ptr [{head} + {position} - {ring}], {site:e}",
            "3:",
            ".subsection 1",
            "2:",
            "cmp byte ptr [{site}], {left_out}",
            "je 5f",
            "cmp byte ptr [{site}], {counted}",
            "jb 4f",
            "mov {position}, qword ptr [{head} + {counters}]",
            "test {position}, {position}",
            "jz 4f",
            "inc qword ptr [{position} + 8 * {site}]",
            "cmp byte ptr [{site}], {counted} + {on}",
            "jb 3b",
            "je 6b",
            "test byte ptr [{site}], {beyond}",
            "jnz 4f",
            "5:",
            "inc qword ptr [{head} + {filtered}]",
            "jns 3b",
            "4:",
            "lea rsp, [rsp - 128]",
            "push {head}",
            "push {site}",
            "call {reached}",
            "sub rsp, -128",
            "jmp 3b",
            ".subsection 0",
            on = const ON,
            left_out = const FILTERED,
            counted = const COUNTED,
            beyond = const BEYOND_PROBES,
            counters = const places::COUNTERS,
            filtered = const places::FILTERED,
            cursor = const places::CURSOR,
            asks = const places::ASKS,
            window = const WINDOW,
            ring = const RING,
            reached = sym thunks::reached,
            head = in(reg) head,
            site = inout(reg) site => _,
            position = out(reg) _,
            options(nostack),
        );
    }
    #[cfg(not(feature = "enabled"))]
    let _ = (head, site);
}
