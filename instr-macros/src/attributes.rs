//! What the attributes of an item or a statement mean for its probes.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Meta};

use crate::args::Args;

pub(crate) const INSTRUMENT_SOURCE: &str = "instrument_source";
pub(crate) const SIGNAL_HANDLER: &str = "signal_handler";

/// Whether a function with these attributes stays as it is.
pub(crate) fn opts_out(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        names(attr, SIGNAL_HANDLER)
            || names(attr, "naked")
            || (names(attr, INSTRUMENT_SOURCE) && mentions(&attr.meta, "skip"))
    })
}

/// Whether the attribute is `name` or `path::name`, also inside `unsafe(…)` and `cfg_attr(…)`.
pub(crate) fn names(attr: &Attribute, name: &str) -> bool {
    match attr.path().segments.last() {
        Some(last) if last.ident == "unsafe" || last.ident == "cfg_attr" => mentions(&attr.meta, name),
        Some(last) => last.ident == name,
        None => false,
    }
}

fn mentions(meta: &Meta, name: &str) -> bool {
    fn search(tokens: TokenStream, name: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == name,
            TokenTree::Group(group) => search(group.stream(), name),
            _ => false,
        })
    }
    match meta {
        Meta::List(list) => search(list.tokens.clone(), name),
        _ => false,
    }
}

/// Takes a nested `#[instrument_source(…)]` away, whose work the outer one does, and returns its arguments.
pub(crate) fn take_nested(attrs: &mut Vec<Attribute>) -> Option<Args> {
    let at = attrs.iter().position(|attr| attr.path().segments.last().is_some_and(|s| s.ident == INSTRUMENT_SOURCE))?;
    let attr = attrs.get(at)?;
    let args = match &attr.meta {
        Meta::List(list) => syn::parse2(list.tokens.clone()).ok()?,
        _ => Args::default(),
    };
    attrs.remove(at);
    Some(args)
}

/// The attributes that the probe of a statement with `attrs` needs: a statement that is configured out must take its
/// probe along, and where the user has allowed unreachable code, the probe may be part of it.
pub(crate) fn for_probe(attrs: &[Attribute], span: Span) -> TokenStream {
    let mut output = TokenStream::new();
    for attr in attrs {
        if attr.path().is_ident("cfg") || (attr.path().is_ident("cfg_attr") && mentions(&attr.meta, "cfg")) {
            attr.to_tokens(&mut output);
        }
    }
    let allows = |attr: &Attribute| attr.path().is_ident("allow") || attr.path().is_ident("expect");
    let lints = ["unreachable_code", "unused", "warnings"];
    if attrs.iter().any(|attr| allows(attr) && lints.iter().any(|lint| mentions(&attr.meta, lint))) {
        output.extend(quote_spanned!(span=> #[allow(unreachable_code)]));
    }
    output
}
