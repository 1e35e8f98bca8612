//! The push in assembly: the same few instructions in debug and in release builds.
//!
//! It is a plain C function that calls nothing on its way, and jumps to the slow path with what that takes.

use core::arch::naked_asm;
use core::mem::offset_of;
use core::sync::atomic::AtomicU32;

use instr_format::last::Slot;
use instr_format::ring::blocks::BLOCK_SIZE;

use super::{Cursor, Fast};
use crate::probe::load_word;
use crate::record;
use crate::site::{COUNTED, Id, OFF, ON, UNDECIDED};

const SLOT: usize = offset_of!(Fast, slot);
const CURSOR: usize = offset_of!(Fast, cursor);
const PENDING: usize = CURSOR + offset_of!(Cursor, pending);
const RING: usize = offset_of!(Fast, ring);
const COUNTERS: usize = offset_of!(Fast, counters);
const FILTERED: usize = offset_of!(Slot, filtered);

const _: () = assert!(offset_of!(Cursor, next) == 0 && size_of::<AtomicU32>() == 4);

/// The statement of `site` is about to run. Async-signal-safe.
#[unsafe(naked)]
pub(crate) extern "C" fn reached(site: &'static Id) {
    naked_asm!(
        "cmp byte ptr [rdi], {on}",
        "jne 4f",
        load_word!("rax", "8"),
        "test rax, rax",
        "jz 9f",
        "cmp qword ptr [rax + {slot}], 0",
        "je 9f",
        // From here on, rdi is 1 + the id.
        "lea rcx, [rip + __start_instr_ids - 1]",
        "sub rdi, rcx",
        // The push. A handler that interrupts it behind the claim sees the claimed place, and leaves behind it what it records.
        "cmp dword ptr [rax + {pending}], 0",
        "jne 8f",
        "mov dword ptr [rax + {pending}], 1",
        // Before the cursor: a handler that forks leaves a child whose state has no ring.
        "mov rdx, qword ptr [rax + {ring}]",
        "mov ecx, dword ptr [rax + {cursor}]",
        "test ecx, {block} - 1",
        "jz 7f",
        "mov dword ptr [rdx + rcx], edi",
        "add ecx, 4",
        "mov qword ptr [rax + {cursor}], rcx",
        "cmp qword ptr [rax + {slot}], 0",
        "je 3f",
        "ret",
        "3:",
        "mov rdi, rax",
        "jmp {settle}",
        // Not simply on.
        "4:",
        "movzx esi, byte ptr [rdi]",
        "cmp esi, {off}",
        "je 5f",
        "cmp esi, {undecided}",
        "je 9f",
        load_word!("rax", "8"),
        "test rax, rax",
        "jz 9f",
        "mov rdx, qword ptr [rax + {slot}]",
        "test rdx, rdx",
        "jz 9f",
        "lea rcx, [rip + __start_instr_ids - 1]",
        "sub rdi, rcx",
        "cmp esi, {counted}",
        "je 6f",
        "inc qword ptr [rdx + {filtered}]",
        "5:",
        "ret",
        "6:",
        "mov rcx, qword ptr [rax + {counters}]",
        "test rcx, rcx",
        "jz 8f",
        "inc qword ptr [rcx + 8 * rdi - 8]",
        "ret",
        "7:",
        "mov rsi, rax",
        "jmp {next_block}",
        "9:",
        "lea rcx, [rip + __start_instr_ids - 1]",
        "sub rdi, rcx",
        "8:",
        "jmp {slow}",
        // A function that begins a cache line, being alone in its section: elsewhere a push takes an eighth longer.
        ".p2align 6",
        on = const ON,
        off = const OFF,
        undecided = const UNDECIDED,
        counted = const COUNTED,
        slot = const SLOT,
        cursor = const CURSOR,
        pending = const PENDING,
        ring = const RING,
        counters = const COUNTERS,
        filtered = const FILTERED,
        block = const BLOCK_SIZE,
        settle = sym record::settle,
        next_block = sym record::next_block,
        slow = sym record::reached,
    )
}
