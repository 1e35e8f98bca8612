//! The probe and its companion for a build that inlines them: where the function is known, a load and a branch if the site is
//! off, and everything else behind a call.

use super::{reached, resumed};
use crate::macro_api::Resumed;
use crate::site::Function;

/// Records that the statement `number` of `function` is about to run, if the function has so many. Async-signal-safe.
#[inline]
pub extern "C" fn probe(function: &'static Function, number: usize) {
    if let Some(site) = function.ids().get(number)
        && site.is_on()
    {
        reached(site);
    }
}

/// Makes the statement the thread's last-reached one again, without a record: a part of it has ended and the rest goes
/// on. Async-signal-safe.
#[inline]
#[allow(improper_ctypes_definitions)]
pub extern "C" fn resume(function: &'static Function, number: usize) -> Resumed {
    if let Some(site) = function.ids().get(number)
        && site.is_on()
    {
        resumed(site);
    }
    Resumed
}
