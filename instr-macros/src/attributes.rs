//! What the attributes of an item or a statement mean for its probes.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, parse_quote_spanned};

use crate::args::Args;

pub(crate) const INSTRUMENT_SOURCE: &str = "instrument_source";
pub(crate) const SIGNAL_HANDLER: &str = "signal_handler";

/// Whether the attribute is `name` or `path::name`, also inside `unsafe(…)` and `cfg_attr(…)`.
pub(crate) fn names(attr: &Attribute, name: &str) -> bool {
    match attr.path().segments.last() {
        Some(last) if last.ident == "unsafe" || last.ident == "cfg_attr" => mentions(&attr.meta, name),
        Some(last) => last.ident == name,
        None => false,
    }
}

/// Whether the word is among an attribute's arguments.
pub(crate) fn mentions(meta: &Meta, name: &str) -> bool {
    matches!(meta, Meta::List(list) if contain(&list.tokens, name))
}

/// Whether the word is among the tokens.
pub(crate) fn contain(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => contain(&group.stream(), name),
        _ => false,
    })
}

/// Takes nested `#[instrument_source(…)]`s away, whose work the outer one does, also out of `cfg_attr`s, and returns the
/// arguments of one.
pub(crate) fn take_nested(attrs: &mut Vec<Attribute>) -> Option<Args> {
    let mut taken = None;
    attrs.retain_mut(|attr| !take_from(&mut attr.meta, &mut taken));
    taken
}

/// Whether nothing is left.
fn take_from(meta: &mut Meta, taken: &mut Option<Args>) -> bool {
    match meta {
        meta if meta.path().segments.last().is_some_and(|last| last.ident == INSTRUMENT_SOURCE) => {
            let args = match meta {
                Meta::List(list) => syn::parse2(list.tokens.clone()).ok(),
                _ => Some(Args::default()),
            };
            // One with bad arguments stays, to be rejected when it is expanded.
            args.map(|args| *taken = Some(args)).is_some()
        }
        Meta::List(list) if list.path.is_ident("cfg_attr") && contain(&list.tokens, INSTRUMENT_SOURCE) => {
            let Ok(metas) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { return false };
            let metas = metas.into_iter().filter_map(|mut meta| (!take_from(&mut meta, taken)).then_some(meta));
            let metas: Punctuated<Meta, Token![,]> = metas.collect();
            list.tokens = metas.to_token_stream();
            // The predicate alone.
            metas.len() < 2
        }
        _ => false,
    }
}

/// The attributes that the probe of a statement with `attrs` needs: a statement that is configured out must take its
/// probe along, and where the user has allowed unreachable code, the probe may be part of it.
pub(crate) fn for_probe(attrs: &[Attribute], span: Span) -> Vec<Attribute> {
    let configures = |attr: &Attribute| {
        attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") && mentions(&attr.meta, "cfg")
    };
    let mut output: Vec<Attribute> = attrs.iter().filter(|attr| configures(attr)).cloned().collect();
    let allows = |attr: &Attribute| attr.path().is_ident("allow") || attr.path().is_ident("expect");
    let lints = ["unreachable_code", "unused", "warnings"];
    if attrs.iter().any(|attr| allows(attr) && lints.iter().any(|lint| mentions(&attr.meta, lint))) {
        output.push(allow_unreachable(span));
    }
    output
}

// Output: #[allow(unreachable_code)]
pub(crate) fn allow_unreachable(span: Span) -> Attribute {
    parse_quote_spanned!(span=> #[allow(unreachable_code)])
}
