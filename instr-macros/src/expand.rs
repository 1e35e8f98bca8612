//! The two macros as functions from tokens to tokens.

use proc_macro2::{Span, TokenStream};
use syn::Error;

use crate::args::Args;
use crate::config::Config;
use crate::probe::verbatim;
use crate::scope::Scope;
use crate::target::Target;
use crate::tracked::Tracked;
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
    let Some(mut target) = Target::parse(tokens.clone()) else {
        untouched::unknown(&mut tokens, &Scope::new(&args, None), "");
        return Ok(tokens);
    };
    validate::target(&target)?;
    // A tool has asked the file itself.
    let config = if args.by_tool.is_some() { None } else { Config::get() };
    let Some(config) = config else {
        let behind = instrument(&mut target, &args, &Scope::new(&args, None));
        return Ok(with_items(target, behind));
    };
    let may_be_left_out = target.may_be_left_out();
    let tracked = Tracked::new(&mut target).filter(|_| config.is_tracked_by(may_be_left_out));
    let is_usable = config.report(may_be_left_out).map_err(|errors| Error::new(Span::call_site(), errors))?;
    let file = config.for_file(Span::call_site().file()).filter(|_| is_usable);
    let is_chosen = file.is_some();
    let scope = Scope::new(&args, file);
    let mut behind = if is_chosen { instrument(&mut target, &args, &scope) } else { TokenStream::new() };
    behind.extend(tracked.map(|tracked| tracked.put(&mut target, &scope.runtime, &config.path)));
    Ok(with_items(target, behind))
}

/// Returns items that belong behind the target.
fn instrument(target: &mut Target, args: &Args, scope: &Scope) -> TokenStream {
    let warnings = if args.by_tool.is_some() { Vec::new() } else { handover::warnings(target) };
    item::instrument(target, scope);
    warn(target, &warnings)
}

/// A function holds its warnings itself, as it may be one of an `impl`'s, where no such items may stand.
fn warn(target: &mut Target, warnings: &[Warning]) -> TokenStream {
    let mut items = warning::items(warnings, "INSTRUMENTED_SIGNAL_HANDLER");
    if !warnings.is_empty()
        && let Some((_, _, block)) = target.function()
    {
        block.stmts.insert(0, verbatim(std::mem::take(&mut items)));
    }
    items
}

fn with_items(target: Target, items: TokenStream) -> TokenStream {
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
