//! Rejects what cannot be meant, all at once and at the offending tokens. What passes here can be rewritten.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Error, ImplItemFn, Item, ItemFn, Result, Signature, TraitItemFn};

use crate::attributes::{INSTRUMENT_SOURCE, SIGNAL_HANDLER, names};
use crate::signature;
use crate::target::Target;

/// Checks the target of `#[instrument_source]`.
pub(crate) fn target(target: &Target) -> Result<()> {
    let mut checker = Checker { error: None };
    match target {
        Target::Item(item) => {
            if let Err(error) = placement(item) {
                checker.reject(error);
            }
            // The outermost attribute is no longer among the item's own, so a `#[signal_handler]` there says it all.
            if let Item::Fn(function) = item {
                checker.reject_both(&function.attrs, true);
            }
            checker.visit_item(item);
        }
        Target::Method(method) => {
            checker.reject_both(&method.attrs, true);
            checker.visit_impl_item_fn(method);
        }
        Target::TraitMethod(method) => {
            if method.default.is_none() {
                checker.reject(Error::new(name_span(&method.sig), "this method has no body to instrument"));
            }
            checker.reject_both(&method.attrs, true);
            checker.visit_trait_item_fn(method);
        }
    }
    checker.error.map_or(Ok(()), Err)
}

/// Checks the target of `#[signal_handler]`.
pub(crate) fn signal_handler(target: &Target) -> Result<()> {
    let (attrs, sig) = match target {
        Target::Item(Item::Fn(function)) => (&function.attrs, &function.sig),
        Target::Method(method) => (&method.attrs, &method.sig),
        Target::TraitMethod(method) if method.default.is_none() => {
            return Err(Error::new(
                name_span(&method.sig),
                "this method has no body to guard: mark those that have one",
            ));
        }
        Target::TraitMethod(method) => (&method.attrs, &method.sig),
        Target::Item(item) => {
            return Err(Error::new(keyword_span(item), "`#[signal_handler]` goes on a function"));
        }
    };
    match attrs.iter().find(|attr| names(attr, INSTRUMENT_SOURCE)) {
        Some(attr) => Err(both(attr)),
        None => signature::check(sig),
    }
}

fn placement(item: &Item) -> Result<()> {
    match item {
        // A module in another file has been rejected by the compiler itself.
        Item::Fn(_) | Item::Impl(_) | Item::Trait(_) | Item::Mod(_) => Ok(()),
        _ => Err(Error::new(
            keyword_span(item),
            "`#[instrument_source]` goes on a function, a method, an `impl`, a `trait` or an inline `mod`",
        )),
    }
}

/// The keyword that names the kind of item.
fn keyword_span(item: &Item) -> Span {
    match item {
        Item::Const(item) => item.const_token.span,
        Item::Enum(item) => item.enum_token.span,
        Item::ExternCrate(item) => item.extern_token.span,
        Item::ForeignMod(item) => item.abi.extern_token.span,
        Item::Impl(item) => item.impl_token.span,
        Item::Macro(item) => item.mac.path.span(),
        Item::Static(item) => item.static_token.span,
        Item::Struct(item) => item.struct_token.span,
        Item::Trait(item) => item.trait_token.span,
        Item::TraitAlias(item) => item.trait_token.span,
        Item::Type(item) => item.type_token.span,
        Item::Union(item) => item.union_token.span,
        Item::Use(item) => item.use_token.span,
        _ => item.span(),
    }
}

fn name_span(sig: &Signature) -> Span {
    sig.ident.span()
}

fn both(attr: &Attribute) -> Error {
    Error::new_spanned(
        attr,
        "a function is either recorded by `#[instrument_source]` or left alone by `#[signal_handler]`: remove one",
    )
}

/// Looks for functions that carry both attributes.
struct Checker {
    error: Option<Error>,
}

impl Checker {
    fn reject(&mut self, error: Error) {
        match &mut self.error {
            Some(first) => first.combine(error),
            None => self.error = Some(error),
        }
    }

    fn reject_both(&mut self, attrs: &[Attribute], instrumented: bool) {
        let handler = attrs.iter().find(|attr| names(attr, SIGNAL_HANDLER));
        if let Some(handler) = handler
            && (instrumented || attrs.iter().any(|attr| names(attr, INSTRUMENT_SOURCE)))
        {
            self.reject(both(handler));
        }
    }
}

impl<'ast> Visit<'ast> for Checker {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.reject_both(&function.attrs, false);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.reject_both(&function.attrs, false);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        self.reject_both(&function.attrs, false);
        visit::visit_trait_item_fn(self, function);
    }
}
