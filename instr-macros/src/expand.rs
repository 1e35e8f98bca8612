//! The two macros as functions from tokens to tokens.

use proc_macro2::TokenStream;

use crate::args::{self, Args};
use crate::scope::Scope;
use crate::target::Target;
use crate::{item, untouched, validate};

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
    item::instrument(&mut target, &scope);
    Ok(target.into_tokens())
}

/// `#[signal_handler]`.
pub(crate) fn signal_handler(args: TokenStream, tokens: TokenStream) -> TokenStream {
    let checked = syn::parse2::<args::NoArgs>(args).and_then(|_| match Target::parse(tokens.clone()) {
        Some(target) => validate::signal_handler(&target),
        None => Ok(()),
    });
    match checked {
        Ok(()) => tokens,
        Err(error) => with_error(error, tokens),
    }
}

fn with_error(error: syn::Error, tokens: TokenStream) -> TokenStream {
    let mut output = error.into_compile_error();
    output.extend(tokens);
    output
}
