//! `#[signal_handler]`: what becomes of a function that runs as a signal handler.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Block, Result, Signature};

use crate::args::HandlerArgs;
use crate::attributes::names;
use crate::probe::{default_runtime, guard, verbatim};
use crate::target::Target;
use crate::{handler_lint, rewrite, validate, warning};

// Input:  extern "C" fn f(_: i32) { malloc(1); }
// Output: extern "C" fn f(_: i32) {
//             let __instr_guard = ::instr_runtime::macro_api::enter();
//             const _: () = { #[deprecated(note = "…")] const NOT_ASYNC_SIGNAL_SAFE: () = (); NOT_ASYNC_SIGNAL_SAFE };
//             malloc(1);
//         }
/// Adds no probes. The guard makes what the signal has interrupted the thread's last-reached statement again, whatever
/// the handler has called meanwhile.
pub(crate) fn expand(args: TokenStream, tokens: TokenStream) -> Result<TokenStream> {
    let args: HandlerArgs = syn::parse2(args)?;
    let Some(mut target) = Target::parse(tokens.clone()) else { return Ok(tokens) };
    validate::signal_handler(&target)?;
    if let Some((attrs, sig, block)) = target.function() {
        let warnings = if warning::allows(attrs) { Vec::new() } else { handler_lint::unsafe_calls(block) };
        if args.deny.is_some()
            && let Some(error) = warning::errors(&warnings)
        {
            return Err(error);
        }
        let runtime = args.runtime.map_or_else(default_runtime, ToTokens::into_token_stream);
        let items = warning::items(&warnings, "NOT_ASYNC_SIGNAL_SAFE");
        insert(attrs, sig, block, &runtime, items);
    }
    Ok(target.into_tokens())
}

fn insert(attrs: &[Attribute], sig: &Signature, block: &mut Block, runtime: &TokenStream, warnings: TokenStream) {
    // Nothing may stand in a naked function; and a const one can call none that is instrumented.
    if attrs.iter().any(|attr| names(attr, "naked")) {
        return;
    }
    let guard = sig.constness.is_none().then(|| guard(runtime));
    let warnings = (!warnings.is_empty()).then(|| verbatim(warnings));
    rewrite::insert_items(block, rewrite::is_quiet(block), guard, warnings);
}
