//! The two macros as functions from tokens to tokens.

use proc_macro2::TokenStream;

use crate::args::Args;
use crate::probe::verbatim;
use crate::scope::Scope;
use crate::target::Target;
use crate::warning::{self, Warning};
use crate::{handler, handover, item, untouched, validate};

/// `#[instrument_source]`. On an error, the item comes back unchanged behind it, so that the user sees one error and
/// no others that follow from a missing item.
pub(crate) fn instrument_source(args: TokenStream, tokens: TokenStream) -> TokenStream {
    try_instrument(args, tokens.clone()).unwrap_or_else(|error| with_error(error, tokens))
}

fn try_instrument(args: TokenStream, mut tokens: TokenStream) -> syn::Result<TokenStream> {
    let args: Args = syn::parse2(args)?;
    args.reject_skip()?;
    let scope = Scope::new(&args);
    let Some(mut target) = Target::parse(tokens.clone()) else {
        untouched::unknown(&mut tokens, &scope, "");
        return Ok(tokens);
    };
    validate::target(&target)?;
    let warnings = if args.by_tool.is_some() { Vec::new() } else { handover::warnings(&target) };
    item::instrument(&mut target, &scope);
    Ok(with_warnings(target, &warnings))
}

/// A function holds its warnings itself, as it may be one of an `impl`'s, where no such items may stand.
fn with_warnings(mut target: Target, warnings: &[Warning]) -> TokenStream {
    let mut items = warning::items(warnings, "INSTRUMENTED_SIGNAL_HANDLER");
    if !warnings.is_empty()
        && let Some((_, _, block)) = target.function()
    {
        block.stmts.insert(0, verbatim(std::mem::take(&mut items)));
    }
    let mut output = target.into_tokens();
    output.extend(items);
    output
}

/// `#[signal_handler]`.
pub(crate) fn signal_handler(args: TokenStream, tokens: TokenStream) -> TokenStream {
    handler::expand(args, tokens.clone()).unwrap_or_else(|error| with_error(error, tokens))
}

fn with_error(error: syn::Error, tokens: TokenStream) -> TokenStream {
    let mut output = error.into_compile_error();
    output.extend(tokens);
    output
}
