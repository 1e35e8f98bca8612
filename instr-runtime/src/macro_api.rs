//! What expansions call. Not for people: names and meaning change with the macros of the same version.
//!
//! `#[inline]` and not `always`: a debug build calls these, which leaves its frames and its code small. `extern "C"`: they
//! never unwind, so the code around needs nothing to clean up should they.

pub use core::panic::Location;
pub use core::{concat, include_bytes, module_path};

use crate::probe;
pub use crate::probe::{Guard, Resumed};
pub use crate::site::{Function, Sites};

/// The first argument. The second is evaluated after it, which is the purpose.
#[inline]
pub fn after<T>(value: T, _: Resumed) -> T {
    value
}

/// The first thing in a function or closure that has a guard and does not begin with a statement. Async-signal-safe.
#[inline(always)]
pub fn enter() -> Guard {
    probe::enter()
}

/// Ends the function's part early: its last call is one of itself, and what it leaves behind shall not keep the compiler
/// from making a jump of that. Async-signal-safe.
#[inline]
#[allow(improper_ctypes_definitions)]
pub extern "C" fn leave(guard: Guard) -> Resumed {
    drop(guard);
    Resumed
}

/// The place of the call; in what came out of a macro, that of the outermost macro's invocation.
#[track_caller]
pub const fn caller() -> &'static Location<'static> {
    Location::caller()
}

/// Defines a function's sites: `$count` of them, described by `$text` behind the module path. `$expanded` is where the
/// macro was invoked that some of them came out of.
#[doc(hidden)]
#[macro_export]
macro_rules! __instr_sites {
    ($count:literal, $text:literal $(, $expanded:expr)?) => {
        #[used]
        #[unsafe(link_section = "instr_ids")]
        static __INSTR_SITES: $crate::macro_api::Sites<$count> = $crate::macro_api::Sites::new();
        #[used]
        #[unsafe(link_section = "instr_sites")]
        static __INSTR_FUNCTION: $crate::macro_api::Function = $crate::macro_api::Function::new(
            &__INSTR_SITES,
            $crate::macro_api::concat!($crate::macro_api::module_path!(), $text),
        )$(.expanded_from($expanded))?;
    };
}

/// Notes a function that stays as it is, described by `$text` behind the module path.
#[doc(hidden)]
#[macro_export]
macro_rules! __instr_untouched {
    ($text:literal) => {
        #[used]
        #[unsafe(link_section = "instr_sites")]
        static __INSTR_FUNCTION: $crate::macro_api::Function = $crate::macro_api::Function::without_sites(
            $crate::macro_api::concat!($crate::macro_api::module_path!(), $text),
        );
    };
}

/// Has the compiler tell cargo that the crate depends on a file. Nothing of it gets into the program.
#[doc(hidden)]
#[macro_export]
macro_rules! __instr_tracked {
    ($file:literal) => {
        const _: () = {
            let _ = $crate::macro_api::include_bytes!($file);
        };
    };
}

pub use {__instr_sites as sites, __instr_tracked as tracked, __instr_untouched as untouched};
