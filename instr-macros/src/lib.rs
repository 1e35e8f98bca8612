//! The attribute macros of instr. Use them through `instr-runtime`, which re-exports them.
//!
//! The way of an item: `regroup` mends its tokens, `args` reads the attribute's arguments and `config` what `instr.toml` says
//! of its file, `target` finds out what kind of item it is, `validate` rejects what is wrong, `item` walks to its functions, and `rewrite` puts probes
//! before their statements as the `scope` says, or `untouched` notes why not. A signal handler is the `handler`'s: its
//! `signature` is checked, it gets a guard, and `handler_lint` says what it must not call.

#[cfg(any(feature = "enabled", test))]
mod args;
#[cfg(any(feature = "enabled", test))]
mod attributes;
#[cfg(any(feature = "enabled", test))]
mod config;
#[cfg(any(feature = "enabled", test))]
mod edges;
#[cfg(any(feature = "enabled", test))]
mod expand;
#[cfg(any(feature = "enabled", test))]
mod handler;
#[cfg(any(feature = "enabled", test))]
mod handler_lint;
#[cfg(any(feature = "enabled", test))]
mod handover;
#[cfg(any(feature = "enabled", test))]
mod item;
#[cfg(any(feature = "enabled", test))]
mod probe;
#[cfg(any(feature = "enabled", test))]
mod regroup;
#[cfg(any(feature = "enabled", test))]
mod rewrite;
#[cfg(any(feature = "enabled", test))]
mod scope;
#[cfg(any(feature = "enabled", test))]
mod signature;
#[cfg(any(feature = "enabled", test))]
mod snippet;
#[cfg(any(feature = "enabled", test))]
mod spacing;
#[cfg(any(feature = "enabled", test))]
mod target;
#[cfg(any(feature = "enabled", test))]
mod test_attributes;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "enabled", test))]
mod tracked;
#[cfg(any(feature = "enabled", test))]
mod untouched;
#[cfg(any(feature = "enabled", test))]
mod validate;
#[cfg(any(feature = "enabled", test))]
mod warning;

use proc_macro::TokenStream;

/// Records every statement of a function, of the functions of an `impl` or `trait`, or of an inline `mod`, before it
/// runs.
///
/// Arguments, all optional. An attribute further inside overrides those that it gives and keeps the others.
/// - `level = "statement" | "block" | "function"`: what is recorded. `"function"`: every function, closure and async
///   block when it is entered, as its signature or text. `"block"`: besides, every other block with statements, as its
///   text from the brace on, and every match arm. `"statement"`, unless said otherwise: every statement.
/// - `macros = "both" | "invocations" | "expansions" | "none"`: which statements are recorded that are nothing but a
///   macro call (invocations) or that a macro made (expansions). `"both"` unless said otherwise; other statements always
///   are.
/// - `crate = path`: where `instr_runtime` is found, if the dependency is renamed or re-exported.
/// - `skip`, alone: inside an instrumented `impl`, `trait`, `mod` or function, leaves this one item out.
///
/// Const functions, naked functions, functions marked `#[signal_handler]` and those in syntax that this version does not
/// know are left as they are and listed in `run.json`. Where the attribute sees that a function which it instruments is
/// handed to `signal`, `sigaction` or the like, it warns of that, also by the lint `deprecated`. Without the feature
/// `enabled` of `instr-runtime` the attribute returns its input.
#[proc_macro_attribute]
pub fn instrument_source(args: TokenStream, item: TokenStream) -> TokenStream {
    #[cfg(feature = "enabled")]
    return expand::instrument_source(args.into(), item.into()).into();
    #[cfg(not(feature = "enabled"))]
    {
        let _ = args;
        item
    }
}

/// Marks a function that runs as a signal handler, or a Rust function that one calls.
///
/// It has no probes, also inside an instrumented `impl` or `mod`. The instrumented functions that it calls are recorded,
/// which is safe; when it returns, what the signal has interrupted is the thread's last-reached statement again.
///
/// A function of C has to be `fn(c_int)` or `fn(c_int, *mut siginfo_t, *mut c_void)`. Calls in it that are not
/// async-signal-safe, as far as their names tell, are warned of, by the lint `deprecated`, as macros have no other:
/// `#[allow(deprecated)]` on a statement or on the function permits them.
///
/// Arguments, all optional.
/// - `deny`: such calls are errors.
/// - `crate = path`: where `instr_runtime` is found, if the dependency is renamed or re-exported.
///
/// Without the feature `enabled` of `instr-runtime` the attribute returns its input.
#[proc_macro_attribute]
pub fn signal_handler(args: TokenStream, item: TokenStream) -> TokenStream {
    #[cfg(feature = "enabled")]
    return expand::signal_handler(args.into(), item.into()).into();
    #[cfg(not(feature = "enabled"))]
    {
        let _ = args;
        item
    }
}
