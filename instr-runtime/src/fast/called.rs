//! The probe and its companion for a build that inlines nothing: it calls these, and nothing before.

use core::arch::naked_asm;

use super::{reached, resumed};
use crate::macro_api::Resumed;
use crate::site::Sites;
pub(crate) use crate::thread::{enter as begin, leave as end};

/// What expansions call. The names are such that no trait of the user's has them: one that takes `self` by value would be
/// found before a method that takes a reference.
impl<const COUNT: usize> Sites<COUNT> {
    /// Records that the statement `number` of this function is about to run, if it has so many. Async-signal-safe.
    #[unsafe(naked)]
    pub extern "C" fn __instr_probe(&'static self, number: usize) {
        naked_asm!(
            "cmp rsi, {count}",
            "jae 2f",
            "add rdi, rsi",
            "jmp {reached}",
            "2:",
            "ret",
            count = const COUNT,
            reached = sym reached,
        )
    }

    /// Makes the statement the thread's last-reached one again, without a record: a part of it has ended and the rest goes
    /// on. Async-signal-safe.
    #[unsafe(naked)]
    #[allow(improper_ctypes_definitions)]
    pub extern "C" fn __instr_resume(&'static self, number: usize) -> Resumed {
        naked_asm!(
            "cmp rsi, {count}",
            "jae 2f",
            "add rdi, rsi",
            "jmp {resumed}",
            "2:",
            "ret",
            count = const COUNT,
            resumed = sym resumed,
        )
    }
}
