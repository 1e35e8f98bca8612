//! The probe and its companion for a build that inlines them: where the function is known, a load and a branch if the site is
//! off, and everything else behind a call.

use super::{reached, resumed};
use crate::macro_api::Resumed;
use crate::site::{self, Sites};
use crate::thread::{self, Caller};

/// What a guard holds that has nothing to put back.
const IDLE: Caller = Caller::MAX;

/// What a guard begins with. Async-signal-safe.
#[inline(always)]
pub(crate) fn begin() -> Caller {
    if site::are_all_off() { IDLE } else { thread::enter() }
}

/// What it ends with. Async-signal-safe.
#[inline(always)]
pub(crate) fn end(caller: Caller) {
    if caller != IDLE {
        thread::leave(caller);
    }
}

/// What expansions call. The names are such that no trait of the user's has them: one that takes `self` by value would be
/// found before a method that takes a reference.
impl<const COUNT: usize> Sites<COUNT> {
    /// Records that the statement `number` of this function is about to run, if it has so many. Async-signal-safe.
    #[inline]
    pub extern "C" fn __instr_probe(&'static self, number: usize) {
        if let Some(site) = self.0.get(number)
            && site.is_on()
        {
            reached(site);
        }
    }

    /// Makes the statement the thread's last-reached one again, without a record: a part of it has ended and the rest goes
    /// on. Async-signal-safe.
    #[inline]
    #[allow(improper_ctypes_definitions)]
    pub extern "C" fn __instr_resume(&'static self, number: usize) -> Resumed {
        if let Some(site) = self.0.get(number)
            && site.is_on()
        {
            resumed(site);
        }
        Resumed
    }
}
