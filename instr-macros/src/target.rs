//! What an attribute was put on.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{ImplItemFn, Item, TraitItemFn};

/// An annotated item. A method that parses as a free function is an [`Item`] too.
pub(crate) enum Target {
    Item(Item),
    Method(ImplItemFn),
    TraitMethod(TraitItemFn),
}

impl Target {
    /// `None`: syntax that syn does not know, which is left to the compiler.
    pub(crate) fn parse(tokens: TokenStream) -> Option<Self> {
        match syn::parse2(tokens.clone()) {
            Ok(Item::Verbatim(_)) | Err(_) => {}
            Ok(item) => return Some(Target::Item(item)),
        }
        syn::parse2(tokens.clone()).map(Target::Method).or_else(|_| syn::parse2(tokens).map(Target::TraitMethod)).ok()
    }

    pub(crate) fn into_tokens(self) -> TokenStream {
        match self {
            Target::Item(item) => item.into_token_stream(),
            Target::Method(method) => method.into_token_stream(),
            Target::TraitMethod(method) => method.into_token_stream(),
        }
    }
}
