//! The sections that the macros fill, as the linker has joined them.

use core::slice;

use super::{Function, Id, Sites};

// One entry each, so that the sections exist in an image without any instrumented function.
#[used]
#[unsafe(link_section = "instr_ids")]
static NO_SITE: Sites<1> = Sites::new();
#[used]
#[unsafe(link_section = "instr_sites")]
static NO_FUNCTION: Function = Function::without_sites("");

unsafe extern "Rust" {
    #[link_name = "__start_instr_ids"]
    static IDS_START: Id;
    #[link_name = "__stop_instr_ids"]
    static IDS_STOP: Id;
    #[link_name = "__start_instr_sites"]
    static FUNCTIONS_START: Function;
    #[link_name = "__stop_instr_sites"]
    static FUNCTIONS_STOP: Function;
}

/// The switches of all sites, in the order of their ids.
#[inline]
pub(super) fn ids<'a>() -> &'a [Id] {
    // SAFETY: the linker defines both ends of the section, which holds nothing but `Id`s, each valid in any state.
    unsafe { between(&raw const IDS_START, &raw const IDS_STOP) }
}

/// All functions.
pub(super) fn functions() -> &'static [Function] {
    // SAFETY: as above; a `Function` is as large as its alignment demands, so the linker puts no padding between.
    unsafe { between(&raw const FUNCTIONS_START, &raw const FUNCTIONS_STOP) }
}

/// # Safety
/// From `start` to `stop` there must be values of this type and nothing else.
unsafe fn between<'a, T>(start: *const T, stop: *const T) -> &'a [T] {
    // SAFETY: promised by the caller.
    unsafe { slice::from_raw_parts(start, stop.offset_from_unsigned(start)) }
}
