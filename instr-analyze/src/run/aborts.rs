//! Why a process aborted itself: what the C library said, or which function called for it.

use super::symbols::Frame;
use crate::model::crash::Crash;

/// Functions that abort, and what it means that they were called: nothing, where the panic itself says it.
const CALLERS: [(&str, &str); 12] = [
    ("std::alloc::rust_oom", ALLOCATION),
    ("alloc::alloc::handle_alloc_error", ALLOCATION),
    ("std::alloc::_::__rust_alloc_error_handler", ALLOCATION),
    ("__rdl_alloc_error_handler", ALLOCATION),
    ("core::panicking::panic_cannot_unwind", "a panic in a function that cannot unwind"),
    ("core::panicking::panic_in_cleanup", "a panic in a destructor during cleanup"),
    ("std::panicking::panic_with_hook", ""),
    ("std::process::abort", "the program called std::process::abort"),
    ("core::intrinsics::abort", "the program called core::intrinsics::abort"),
    ("__stack_chk_fail", "a buffer on the stack was overrun: stack smashing"),
    ("__fortify_fail", "a call of the C library would have overrun a buffer"),
    ("std::sys::abort_internal", "the standard library aborted"),
];
const ALLOCATION: &str = "memory allocation failed; how much was asked for, std said on stderr";

/// Why it did, if that is known.
pub(super) fn why_aborted(crash: &Crash, frames: &[Frame]) -> Option<String> {
    let said = crash.abort_message.as_deref().map(str::trim).filter(|message| !message.is_empty());
    if let Some(message) = said {
        return Some(format!("glibc: {message}"));
    }
    let names = || frames.iter().flat_map(|frame| &frame.functions).filter_map(|function| function.name.as_deref());
    // Later ones of the list may be called by the earlier ones.
    let reason = CALLERS.iter().find(|(caller, _)| names().any(|name| is_function(name, caller)))?;
    Some(reason.1.to_owned()).filter(|reason| !reason.is_empty())
}

/// Whether a name is that of the function, with or without a hash behind it.
fn is_function(name: &str, function: &str) -> bool {
    name.strip_prefix(function).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}
