//! The probe and its companion for a build that inlines nothing: it calls these, and nothing before.

use core::arch::naked_asm;
use core::mem::offset_of;

use super::{reached, resumed};
use crate::macro_api::Resumed;
use crate::site::Function;

/// Records that the statement `number` of `function` is about to run, if the function has so many. Async-signal-safe.
#[unsafe(naked)]
pub extern "C" fn probe(function: &'static Function, number: usize) {
    naked_asm!(
        "cmp rsi, qword ptr [rdi + {count}]",
        "jae 2f",
        "mov rdi, qword ptr [rdi + {first}]",
        "add rdi, rsi",
        "jmp {reached}",
        "2:",
        "ret",
        first = const offset_of!(Function, first),
        count = const offset_of!(Function, count),
        reached = sym reached,
    )
}

/// Makes the statement the thread's last-reached one again, without a record: a part of it has ended and the rest goes
/// on. Async-signal-safe.
#[unsafe(naked)]
#[allow(improper_ctypes_definitions)]
pub extern "C" fn resume(function: &'static Function, number: usize) -> Resumed {
    naked_asm!(
        "cmp rsi, qword ptr [rdi + {count}]",
        "jae 2f",
        "mov rdi, qword ptr [rdi + {first}]",
        "add rdi, rsi",
        "jmp {resumed}",
        "2:",
        "ret",
        first = const offset_of!(Function, first),
        count = const offset_of!(Function, count),
        resumed = sym resumed,
    )
}
