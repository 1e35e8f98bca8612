//! Whether a function is a test, and whether it is to panic, as far as its attributes say.
//!
//! `#[test]` is itself a macro, and gone once it has been expanded; `#[should_panic]`, which only tests have, stays.

use instr_format::test::Test;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, MetaNameValue, Token};

/// A text that depends on what the attributes say.
pub(crate) struct Described {
    pub(crate) text: String,
    /// The text that stands in its place where this condition of a `cfg_attr` holds.
    pub(crate) unless: Option<(TokenStream, String)>,
}

/// Gives `describe` what the attributes say.
pub(crate) fn described(attrs: &[Attribute], describe: impl Fn(Option<Test<'_>>) -> String) -> Described {
    let given: Vec<Given> = attrs.iter().flat_map(|attr| given(&attr.meta, None)).collect();
    let is_test = given.iter().any(|given| is_named(&given.meta, "test"));
    let plain = describe(is_test.then_some(Test::Returns));
    let Some(should_panic) = given.into_iter().find(|given| is_named(&given.meta, "should_panic")) else {
        return Described { text: plain, unless: None };
    };
    let text = describe(Some(match &expected(&should_panic.meta) {
        Some(text) => Test::PanicsWith(text.as_bytes()),
        None => Test::Panics,
    }));
    match should_panic.when {
        None => Described { text, unless: None },
        Some(when) => Described { text: plain, unless: Some((when, text)) },
    }
}

/// An attribute.
struct Given {
    meta: Meta,
    /// The condition of the `cfg_attr` around it.
    when: Option<TokenStream>,
}

/// The attribute, or those that a `cfg_attr` gives, as far as they matter here.
fn given(meta: &Meta, when: Option<&TokenStream>) -> Vec<Given> {
    let conditional = match meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()
        }
        _ => None,
    };
    let Some(metas) = conditional else {
        let matters = is_named(meta, "test") || is_named(meta, "should_panic");
        return if matters { vec![Given { meta: meta.clone(), when: when.cloned() }] } else { Vec::new() };
    };
    let mut metas = metas.iter();
    let Some(condition) = metas.next().map(ToTokens::to_token_stream) else { return Vec::new() };
    let when = match when {
        Some(outer) => quote_spanned!(Span::mixed_site()=> all(#outer, #condition)),
        None => condition,
    };
    metas.flat_map(|meta| given(meta, Some(&when))).collect()
}

/// Whether it is `#[name]` or `#[path::name]`.
fn is_named(meta: &Meta, name: &str) -> bool {
    meta.path().segments.last().is_some_and(|last| last.ident == name)
}

/// The text of `#[should_panic(expected = "text")]` or `#[should_panic = "text"]`.
fn expected(should_panic: &Meta) -> Option<String> {
    let value = match should_panic {
        Meta::Path(_) => return None,
        Meta::NameValue(pair) => pair.value.clone(),
        Meta::List(list) => {
            let pairs = list.parse_args_with(Punctuated::<MetaNameValue, Token![,]>::parse_terminated).ok()?;
            pairs.into_iter().find(|pair| pair.path.is_ident("expected"))?.value
        }
    };
    text(&value)
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        // As `macro_rules` hands it on.
        Expr::Group(group) => text(&group.expr),
        _ => None,
    }
}
