//! Whether a function is a test, and whether it is to panic, as far as its attributes say.
//!
//! `#[test]` is itself a macro, and gone once it has been expanded; `#[should_panic]`, which only tests have, stays.

use instr_format::sites::Test;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, MetaNameValue, Token};

/// Gives `describe` what the attributes say.
pub(crate) fn with_test<T>(attrs: &[Attribute], describe: impl FnOnce(Option<Test<'_>>) -> T) -> T {
    let metas: Vec<Meta> = attrs.iter().flat_map(|attr| given(&attr.meta)).collect();
    if let Some(should_panic) = metas.iter().find(|meta| is_named(meta, "should_panic")) {
        match expected(should_panic) {
            Some(text) => describe(Some(Test::PanicsWith(text.as_bytes()))),
            None => describe(Some(Test::Panics)),
        }
    } else {
        describe(metas.iter().any(|meta| is_named(meta, "test")).then_some(Test::Returns))
    }
}

/// The attribute, or those that a `cfg_attr` may give.
fn given(meta: &Meta) -> Vec<Meta> {
    match meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
            metas.iter().skip(1).flat_map(given).collect()
        }
        meta => vec![meta.clone()],
    }
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
