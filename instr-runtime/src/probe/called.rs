//! Probes for a build that inlines nothing: it calls these few instructions, and nothing before.

use core::arch::naked_asm;

use super::Resumed;
#[cfg(feature = "enabled")]
use super::places;
use super::thunks::begin;
use crate::site::Sites;
use crate::thread;
use crate::tls::load_word;
#[cfg(feature = "enabled")]
use push::reached;

/// What a function holds from its beginning to its end. Where the thread's stack is, each probe asks: in a debug build, what
/// is held is kept in the function's frame.
#[derive(Debug)]
#[must_use]
#[repr(transparent)]
pub struct Guard {
    /// The slot of the caller. The function's own is the one behind it.
    caller: usize,
}

/// Leads to the thread's stack, in `rdx`, and to its top, in `rax`. Leaves `rdi` alone.
macro_rules! find_top {
    () => {
        concat!(
            load_word!("rdx", "0"),
            "\n2: mov rax, qword ptr [rdx]
            test rax, rax
            jnz 3f
            push rdi
            .cfi_adjust_cfa_offset 8
            call {begin}
            pop rdi
            .cfi_adjust_cfa_offset -8
            mov rdx, rax
            jmp 2b
            3:"
        )
    };
}

/// Takes the slot behind the caller's, once it holds what is in `edi`. The guard is in `rax`.
macro_rules! take_slot {
    () => {
        concat!(
            find_top!(),
            "\nmov dword ptr [rax + 4], edi
            lea rcx, [rax + 4]
            mov qword ptr [rdx], rcx
            ",
            pass_over!()
        )
    };
}

/// Stores what is in `edi` into the innermost function's slot.
macro_rules! store_here {
    () => {
        concat!(find_top!(), "\nmov dword ptr [rax], edi")
    };
}

/// The body of a probe: its instructions and their operands, then the operands that only a build with sinks has. (An operand may
/// have no `#[cfg]` before Rust 1.93.)
#[cfg(feature = "enabled")]
macro_rules! probe_asm {
    ({ $($always:tt)* } { $($with_sinks:tt)* }) => { naked_asm!($($always)* $($with_sinks)*) };
}
#[cfg(not(feature = "enabled"))]
macro_rules! probe_asm {
    ({ $($always:tt)* } { $($with_sinks:tt)* }) => { naked_asm!($($always)*) };
}

/// What a recorded statement does besides: at the end of a function, and while the guard is in `rax`; and what a function does
/// that is entered, once its slot is stored.
#[cfg(feature = "enabled")]
mod push {
    use core::arch::naked_asm;

    use crate::probe::places;
    use crate::record::reached as slow_path;
    use crate::site::{BEYOND_PROBES, COUNTED, FILTERED, OFF, ON, RATED, UNSEEN};
    use crate::thread::{RING, WINDOW};
    use crate::tls::load_word;

    macro_rules! push {
        () => {
            "jmp {push}"
        };
    }
    macro_rules! record {
        () => {
            "push rax
            .cfi_adjust_cfa_offset 8
            call {push}
            pop rax
            .cfi_adjust_cfa_offset -8"
        };
    }
    macro_rules! pass_over {
        () => {
            "mov rcx, qword ptr [rdx + {hole}]
            add qword ptr [rdx + {cursor}], rcx"
        };
    }
    pub(super) use {pass_over, push, record};

    /// The site's statement is about to run.
    #[unsafe(naked)]
    pub(super) extern "C" fn reached(site: *const u8) {
        naked_asm!(
            "cmp byte ptr [rdi], {on}",
            "jne 2f",
            load_word!("rax", "0"),
            "9:",
            "mov rcx, qword ptr [rax + {cursor}]",
            // The first places of a chunk.
            "test ecx, dword ptr [rax + {asks}]",
            "jz 4f",
            "lea edi, [rdi + 8 * rcx]",
            "and ecx, {window} - 1",
            "mov dword ptr [rax + rcx - {ring}], edi",
            "add qword ptr [rax + {cursor}], 4",
            "5:",
            "ret",
            "2:",
            "movzx ecx, byte ptr [rdi]",
            "cmp ecx, {off}",
            "je 5b",
            load_word!("rax", "0"),
            "cmp ecx, {left_out}",
            "je 3f",
            "cmp ecx, {counted}",
            "jb 4f",
            "mov rdx, qword ptr [rax + {counters}]",
            "test rdx, rdx",
            "jz 4f",
            "inc qword ptr [rdx + 8 * rdi]",
            "cmp ecx, {counted} + {on}",
            "jb 5b",
            "je 9b",
            "test ecx, {beyond}",
            "jnz 4f",
            "3:",
            // There is no stack to count in while the thread is to ask for it.
            "cmp qword ptr [rax], 0",
            "je 6f",
            "inc qword ptr [rax + {filtered}]",
            "js 6f",
            "ret",
            "4:",
            "test byte ptr [rdi], {unseen}",
            "jnz 6f",
            "cmp dword ptr [rax + {excluded}], 0",
            "jne 3b",
            "cmp byte ptr [rdi], {rated}",
            "jne 6f",
            "cmp dword ptr [rax + {due}], 1",
            "jbe 6f",
            "dec dword ptr [rax + {due}]",
            "inc qword ptr [rax + {suppressed}]",
            "ret",
            "6:",
            "jmp {slow}",
            // A function that begins a cache line, being alone in its section: elsewhere a push takes an eighth longer.
            ".p2align 6",
            on = const ON,
            off = const OFF,
            left_out = const FILTERED,
            counted = const COUNTED,
            beyond = const BEYOND_PROBES,
            unseen = const UNSEEN,
            rated = const RATED,
            cursor = const places::CURSOR,
            counters = const places::COUNTERS,
            filtered = const places::FILTERED,
            excluded = const places::EXCLUDED,
            due = const places::DUE,
            suppressed = const places::SUPPRESSED,
            asks = const places::ASKS,
            window = const WINDOW,
            ring = const RING,
            slow = sym slow_path,
        )
    }
}
#[cfg(not(feature = "enabled"))]
mod push {
    macro_rules! push {
        () => {
            "ret"
        };
    }
    macro_rules! nothing {
        () => {
            ""
        };
    }
    pub(super) use {nothing as pass_over, nothing as record, push};
}
use push::{pass_over, push, record};

/// The first thing in a function or closure that does not begin with a statement. Async-signal-safe.
#[unsafe(naked)]
#[allow(improper_ctypes_definitions)]
pub(crate) extern "C" fn enter() -> Guard {
    probe_asm!(
        {
            ".cfi_startproc",
            "xor edi, edi",
            take_slot!(),
            "ret",
            ".cfi_endproc",
            begin = sym begin,
        }
        {
            hole = const places::HOLE,
            cursor = const places::CURSOR,
        }
    )
}

impl Drop for Guard {
    #[inline(always)]
    fn drop(&mut self) {
        leave(self.caller);
    }
}

/// Puts the top back. Async-signal-safe.
#[unsafe(naked)]
extern "C" fn leave(caller: usize) {
    naked_asm!(
        load_word!("rax", "0"),
        "cmp qword ptr [rax], 0",
        "je 2f",
        "mov qword ptr [rax], rdi",
        "ret",
        "2: jmp {ask}",
        ask = sym thread::leave_asking,
    )
}

/// What expansions call. The names are such that no trait of the user's has them: one that takes `self` by value would be
/// found before a method that takes a reference.
impl<const COUNT: usize> Sites<COUNT> {
    /// The first thing in a function or closure that begins with the statement `number`, which is recorded. Async-signal-safe.
    #[unsafe(naked)]
    #[allow(improper_ctypes_definitions)]
    pub extern "C" fn __instr_begin(&'static self, number: usize) -> Guard {
        probe_asm!(
            {
                ".cfi_startproc",
                "cmp rsi, {count}",
                "jb 4f",
                "xor esi, esi",
                "4: add rdi, rsi",
                take_slot!(),
                record!(),
                "ret",
                ".cfi_endproc",
                count = const COUNT,
                begin = sym begin,
            }
            {
                hole = const places::HOLE,
                cursor = const places::CURSOR,
                push = sym reached,
            }
        )
    }

    /// Records that the statement `number` of this function is about to run, if it has so many. Async-signal-safe.
    #[unsafe(naked)]
    pub extern "C" fn __instr_probe(&'static self, guard: &Guard, number: usize) {
        probe_asm!(
            {
                "cmp rdx, {count}",
                "jae 2f",
                "add rdi, rdx",
                "mov rax, qword ptr [rsi]",
                "mov dword ptr [rax + 4], edi",
                push!(),
                "2:",
                "ret",
                count = const COUNT,
            }
            {
                push = sym reached,
            }
        )
    }

    /// The same where there is no guard, as in code that may wait. Async-signal-safe.
    #[unsafe(naked)]
    pub extern "C" fn __instr_probe_here(&'static self, number: usize) {
        probe_asm!(
            {
                ".cfi_startproc",
                "cmp rsi, {count}",
                "jae 5f",
                "add rdi, rsi",
                store_here!(),
                push!(),
                "5:",
                "ret",
                ".cfi_endproc",
                count = const COUNT,
                begin = sym begin,
            }
            {
                push = sym reached,
            }
        )
    }

    /// Makes the statement the function's open one again, without a record: a part of it has ended and the rest goes on.
    /// Async-signal-safe.
    #[unsafe(naked)]
    #[allow(improper_ctypes_definitions)]
    pub extern "C" fn __instr_resume(&'static self, guard: &Guard, number: usize) -> Resumed {
        naked_asm!("add edi, edx", "mov rax, qword ptr [rsi]", "mov dword ptr [rax + 4], edi", "ret",)
    }

    /// The same where there is no guard. Async-signal-safe.
    #[unsafe(naked)]
    #[allow(improper_ctypes_definitions)]
    pub extern "C" fn __instr_resume_here(&'static self, number: usize) -> Resumed {
        naked_asm!(".cfi_startproc", "add rdi, rsi", store_here!(), "ret", ".cfi_endproc", begin = sym begin)
    }
}
