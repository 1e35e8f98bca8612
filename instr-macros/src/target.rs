//! What an attribute was put on.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Block, ImplItemFn, Item, Signature, TraitItemFn};

use crate::regroup::{has_invisible_group, regroup};

/// Attributes of which it is known that what they are on stays in the crate.
const STAYING: [&str; 9] = ["allow", "cold", "deny", "doc", "expect", "inline", "must_use", "track_caller", "warn"];

/// An annotated item. A method that parses as a free function is an [`Item`] too.
pub(crate) enum Target {
    Item(Item),
    Method(ImplItemFn),
    TraitMethod(TraitItemFn),
}

impl Target {
    /// `None`: syntax that syn does not know, which is left to the compiler.
    pub(crate) fn parse(tokens: TokenStream) -> Option<Self> {
        let mut regroups = false;
        let item = |input: ParseStream<'_>| {
            regroups = has_invisible_group(input.cursor());
            if regroups { Err(input.error("")) } else { input.parse() }
        };
        let item = item.parse2(tokens.clone());
        if regroups {
            let tokens = regroup(tokens);
            Self::find(syn::parse2(tokens.clone()), tokens)
        } else {
            Self::find(item, tokens)
        }
    }

    fn find(item: syn::Result<Item>, tokens: TokenStream) -> Option<Self> {
        match item {
            Ok(Item::Verbatim(_)) | Err(_) => syn::parse2(tokens.clone())
                .map(Target::Method)
                .or_else(|_| syn::parse2(tokens).map(Target::TraitMethod))
                .ok(),
            Ok(item) => Some(Target::Item(item)),
        }
    }

    /// The function, if it is one with a body.
    pub(crate) fn function(&mut self) -> Option<(&[Attribute], &Signature, &mut Block)> {
        match self {
            Target::Item(Item::Fn(item)) => Some((&item.attrs, &item.sig, &mut item.block)),
            Target::Item(_) => None,
            Target::Method(method) => Some((&method.attrs, &method.sig, &mut method.block)),
            Target::TraitMethod(method) => Some((&method.attrs, &method.sig, method.default.as_mut()?)),
        }
    }

    /// Whether an attribute may leave it out of the crate, as `#[cfg]` and `#[test]` do.
    pub(crate) fn may_be_left_out(&self) -> bool {
        let attrs = match self {
            Target::Item(Item::Fn(item)) => &item.attrs,
            Target::Item(Item::Impl(item)) => &item.attrs,
            Target::Item(Item::Trait(item)) => &item.attrs,
            Target::Item(Item::Mod(item)) => &item.attrs,
            Target::Item(_) => return true,
            Target::Method(method) => &method.attrs,
            Target::TraitMethod(method) => &method.attrs,
        };
        attrs.iter().any(|attr| !STAYING.iter().any(|name| attr.path().is_ident(name)))
    }

    pub(crate) fn into_tokens(self) -> TokenStream {
        match self {
            Target::Item(item) => item.into_token_stream(),
            Target::Method(method) => method.into_token_stream(),
            Target::TraitMethod(method) => method.into_token_stream(),
        }
    }
}
