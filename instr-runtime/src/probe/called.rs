//! Probes for a build that inlines nothing: it calls these few instructions, and nothing before.

use core::arch::naked_asm;

use super::{begin, load_word};
use crate::macro_api::Resumed;
use crate::site::Sites;
use crate::thread;

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
            mov qword ptr [rdx], rcx"
        )
    };
}

/// Stores what is in `edi` into the innermost function's slot.
macro_rules! store_here {
    () => {
        concat!(find_top!(), "\nmov dword ptr [rax], edi")
    };
}

/// What a recorded statement does besides: at the end of a function, and while the guard is in `rax`.
#[cfg(feature = "enabled")]
mod push {
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
    pub(super) use {push, record};
}
#[cfg(not(feature = "enabled"))]
mod push {
    macro_rules! push {
        () => {
            "ret"
        };
    }
    macro_rules! record {
        () => {
            ""
        };
    }
    pub(super) use {push, record};
}
use push::{push, record};

/// The first thing in a function or closure that does not begin with a statement. Async-signal-safe.
#[unsafe(naked)]
#[allow(improper_ctypes_definitions)]
pub(crate) extern "C" fn enter() -> Guard {
    naked_asm!(".cfi_startproc", "xor edi, edi", take_slot!(), "ret", ".cfi_endproc", begin = sym begin)
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
        naked_asm!(
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
            #[cfg(feature = "enabled")]
            push = sym super::push::reached,
        )
    }

    /// Records that the statement `number` of this function is about to run, if it has so many. Async-signal-safe.
    #[unsafe(naked)]
    pub extern "C" fn __instr_probe(&'static self, guard: &Guard, number: usize) {
        naked_asm!(
            "cmp rdx, {count}",
            "jae 2f",
            "add rdi, rdx",
            "mov rax, qword ptr [rsi]",
            "mov dword ptr [rax + 4], edi",
            push!(),
            "2:",
            "ret",
            count = const COUNT,
            #[cfg(feature = "enabled")]
            push = sym super::push::reached,
        )
    }

    /// The same where there is no guard, as in code that may wait. Async-signal-safe.
    #[unsafe(naked)]
    pub extern "C" fn __instr_probe_here(&'static self, number: usize) {
        naked_asm!(
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
            #[cfg(feature = "enabled")]
            push = sym super::push::reached,
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
