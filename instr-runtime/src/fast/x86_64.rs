//! The probe and its companions in assembly: the same few instructions in debug and in release builds, and none of
//! `thread_local!`, which calls `__tls_get_addr` in libraries.
//!
//! Each function is a plain C function that calls nothing on its way, and jumps to the slow path with what that takes.

use core::arch::{asm, global_asm, naked_asm};
use core::mem::offset_of;
use core::sync::atomic::AtomicU32;

use instr_format::last::{LEFT, Slot};
use instr_format::ring::BLOCK_SIZE;

use super::{Cursor, Fast};
use crate::site::{COUNTED, Id, OFF, ON, UNDECIDED};
use crate::thread::Caller;
use crate::{record, thread};

/// The thread's own pointer to its state. Another version of this crate in the same program has another one.
macro_rules! thread_pointer {
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

// The initial-exec model takes no call, and a few bytes of what the loader keeps free for libraries that come later.
global_asm!(
    ".pushsection .tbss.instr, \"awT\", @nobits",
    ".balign 8",
    concat!(".globl ", thread_pointer!()),
    concat!(".hidden ", thread_pointer!()),
    concat!(".type ", thread_pointer!(), ", @object"),
    concat!(".size ", thread_pointer!(), ", 8"),
    concat!(thread_pointer!(), ":"),
    ".zero 8",
    ".popsection",
);

/// The address of the thread's pointer, for one instruction to load or store.
macro_rules! load_state {
    ($register:literal) => {
        concat!(
            "mov ",
            $register,
            ", qword ptr [rip + ",
            thread_pointer!(),
            "@GOTTPOFF]\n",
            "mov ",
            $register,
            ", qword ptr fs:[",
            $register,
            "]\n",
            "test ",
            $register,
            ", ",
            $register
        )
    };
}

/// Ends a function such that it begins a cache line, being alone in its section: elsewhere a push takes an eighth longer.
macro_rules! align {
    () => {
        ".p2align 6"
    };
}

/// What has been set last, or null. Async-signal-safe.
#[inline(always)]
pub(crate) fn current() -> *const Fast {
    let state;
    // SAFETY: loads the thread's own pointer.
    unsafe {
        asm!(
            concat!("mov {state}, qword ptr [rip + ", thread_pointer!(), "@GOTTPOFF]"),
            "mov {state}, qword ptr fs:[{state}]",
            state = out(reg) state,
            options(nostack, preserves_flags, readonly),
        );
    }
    state
}

/// Sets the thread's state. Async-signal-safe.
pub(crate) fn set_current(state: *const Fast) {
    // SAFETY: stores to the thread's own pointer.
    unsafe {
        asm!(
            concat!("mov {place}, qword ptr [rip + ", thread_pointer!(), "@GOTTPOFF]"),
            "mov qword ptr fs:[{place}], {state}",
            place = out(reg) _,
            state = in(reg) state,
            options(nostack, preserves_flags),
        );
    }
}

const LAST: usize = offset_of!(Fast, last);
const CURSOR: usize = offset_of!(Fast, cursor);
const PENDING: usize = CURSOR + offset_of!(Cursor, pending);
const RING: usize = offset_of!(Fast, ring);
const COUNTERS: usize = offset_of!(Fast, counters);
/// From the last-reached statement in a slot to the count of filtered ones.
const FILTERED: usize = offset_of!(Slot, filtered) - offset_of!(Slot, site);

const _: () = assert!(offset_of!(Cursor, next) == 0 && size_of::<AtomicU32>() == 4);

/// The statement of `site` is about to run. Async-signal-safe.
#[unsafe(naked)]
pub(crate) extern "C" fn reached(site: &'static Id) {
    naked_asm!(
        "cmp byte ptr [rdi], {on}",
        "jne 4f",
        load_state!("rax"),
        "jz 9f",
        "mov rdx, qword ptr [rax + {last}]",
        "test rdx, rdx",
        "jz 9f",
        // From here on, rdi is 1 + the id.
        "lea rcx, [rip + __start_instr_ids - 1]",
        "sub rdi, rcx",
        "mov dword ptr [rdx], edi",
        // The push. Whoever comes between finds it pending.
        "cmp dword ptr [rax + {pending}], 0",
        "jne 8f",
        "mov dword ptr [rax + {pending}], 1",
        "mov ecx, dword ptr [rax + {cursor}]",
        "test ecx, {block} - 1",
        "jz 7f",
        "mov rdx, qword ptr [rax + {ring}]",
        "mov dword ptr [rdx + rcx], edi",
        "add ecx, 4",
        "mov qword ptr [rax + {cursor}], rcx",
        "ret",
        // Not simply on.
        "4:",
        "movzx esi, byte ptr [rdi]",
        "cmp esi, {off}",
        "je 5f",
        "cmp esi, {undecided}",
        "je 9f",
        load_state!("rax"),
        "jz 9f",
        "mov rdx, qword ptr [rax + {last}]",
        "test rdx, rdx",
        "jz 9f",
        "lea rcx, [rip + __start_instr_ids - 1]",
        "sub rdi, rcx",
        "mov dword ptr [rdx], edi",
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
        align!(),
        on = const ON,
        off = const OFF,
        undecided = const UNDECIDED,
        counted = const COUNTED,
        last = const LAST,
        cursor = const CURSOR,
        pending = const PENDING,
        ring = const RING,
        counters = const COUNTERS,
        filtered = const FILTERED,
        block = const BLOCK_SIZE,
        next_block = sym record::next_block,
        slow = sym record::reached,
    )
}

/// A part of the statement of `site` has ended and the rest goes on. Async-signal-safe.
#[unsafe(naked)]
pub(crate) extern "C" fn resumed(site: &'static Id) {
    naked_asm!(
        "movzx esi, byte ptr [rdi]",
        "lea rcx, [rip + __start_instr_ids - 1]",
        "sub rdi, rcx",
        "cmp esi, {off}",
        "je 2f",
        "cmp esi, {undecided}",
        "je 3f",
        load_state!("rax"),
        "jz 2f",
        "mov rdx, qword ptr [rax + {last}]",
        "test rdx, rdx",
        "jz 3f",
        "mov dword ptr [rdx], edi",
        "2:",
        "ret",
        "3:",
        "jmp {slow}",
        align!(),
        off = const OFF,
        undecided = const UNDECIDED,
        last = const LAST,
        slow = sym thread::resumed,
    )
}

const _: () = assert!(LEFT == 1 << 31);

/// The statement that is to be the last-reached one again when the function that begins now has ended. Async-signal-safe.
#[unsafe(naked)]
pub(crate) extern "C" fn enter() -> Caller {
    naked_asm!(
        load_state!("rax"),
        "jz 2f",
        "mov rax, qword ptr [rax + {last}]",
        "test rax, rax",
        "jz 3f",
        "mov eax, dword ptr [rax]",
        "ret",
        "2:",
        "xor eax, eax",
        "ret",
        "3:",
        "jmp {slow}",
        align!(),
        last = const LAST,
        slow = sym thread::enter_asking,
    )
}

/// The function that began with `caller` has ended. Async-signal-safe.
#[unsafe(naked)]
pub(crate) extern "C" fn leave(caller: Caller) {
    naked_asm!(
        load_state!("rax"),
        "jz 2f",
        "mov rax, qword ptr [rax + {last}]",
        "test rax, rax",
        "jz 3f",
        "test edi, edi",
        // None, or less than that: its highest bit is that of a function that has been left.
        "jle 4f",
        "mov dword ptr [rax], edi",
        "2:",
        "ret",
        "4:",
        "or dword ptr [rax], {left}",
        "ret",
        "3:",
        "jmp {slow}",
        align!(),
        last = const LAST,
        left = const LEFT,
        slow = sym thread::leave_asking,
    )
}
