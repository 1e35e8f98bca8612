//! Warnings. A macro on stable Rust has none of its own, so it uses something that is deprecated, at the place that the
//! warning is about: the compiler shows the reason for that.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Attribute, Error, Stmt};

use crate::attributes::mentions;
use crate::rewrite;

/// What there is to say, and where.
pub(crate) struct Warning {
    pub(crate) span: Span,
    pub(crate) note: String,
}

// Output: const _: () = { #[deprecated(note = "…")] const NAME: () = (); NAME }; …
/// Items that make the compiler warn. `name` says in a word what about, as it stands in the message.
pub(crate) fn items(warnings: &[Warning], name: &str) -> TokenStream {
    let item = |Warning { span, note }: &Warning| {
        let hygienic = Span::mixed_site();
        let (defined, used) = (Ident::new(name, hygienic), Ident::new(name, span.resolved_at(hygienic)));
        quote_spanned!(hygienic=> const _: () = { #[deprecated(note = #note)] const #defined: () = (); #used };)
    };
    warnings.iter().map(item).collect()
}

/// The same as errors, if there are any.
pub(crate) fn errors(warnings: &[Warning]) -> Option<Error> {
    let errors = warnings.iter().map(|Warning { span, note }| Error::new(*span, note));
    errors.reduce(|mut first, next| {
        first.combine(next);
        first
    })
}

/// Whether attributes allow the warnings. Where they stand on a statement, the compiler does not apply them to the
/// items that warn.
pub(crate) fn allows(attrs: &[Attribute]) -> bool {
    let lints = |attr: &Attribute| mentions(&attr.meta, "deprecated") || mentions(&attr.meta, "warnings");
    attrs.iter().any(|attr| attr.path().is_ident("allow") && lints(attr))
}

/// The same of a statement's attributes.
pub(crate) fn allows_in(stmt: &Stmt) -> bool {
    allows(&rewrite::statement_attributes(stmt))
}
