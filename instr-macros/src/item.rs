//! From an annotated item to the functions in it.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Block, ImplItem, ImplItemFn, Item, ItemImpl, ItemTrait, Signature, TraitItem, TraitItemFn, Type,
    parse_quote_spanned,
};

use crate::args::Args;
use crate::attributes::{opts_out, take_nested};
use crate::rewrite;
use crate::target::Target;

/// What an attribute's arguments mean for every function below it.
pub(crate) struct Scope {
    /// Tokens that lead to the runtime.
    pub(crate) runtime: TokenStream,
}

impl Scope {
    fn new(args: &Args) -> Self {
        let runtime = match &args.runtime {
            Some(path) => path.to_token_stream(),
            None => crate::probe::default_runtime(),
        };
        Scope { runtime }
    }
}

/// Puts probes into every function of the target.
pub(crate) fn instrument(target: &mut Target, args: &Args) {
    let scope = Scope::new(args);
    match target {
        Target::Item(item) => item_below(item, &scope, ""),
        Target::Method(method) => impl_fn(method, &scope, ""),
        Target::TraitMethod(method) => trait_fn(method, &scope, ""),
    }
}

/// An item below an attribute. `path` leads to it from its module, with `::` at its end if there is anything.
pub(crate) fn item_below(item: &mut Item, scope: &Scope, path: &str) {
    let attrs = match item {
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        _ => return,
    };
    let Some(nested) = enter(attrs) else { return };
    let scope = nested.as_ref().unwrap_or(scope);
    match item {
        Item::Fn(item) => function(&item.attrs, &item.sig, &mut item.block, scope, path),
        Item::Impl(item) => impl_block(item, scope, path),
        Item::Trait(item) => trait_block(item, scope, path),
        Item::Mod(item) => {
            for item in item.content.iter_mut().flat_map(|(_, items)| items) {
                item_below(item, scope, "");
            }
        }
        _ => {}
    }
}

/// `None`: the item is left out. `Some(Some(…))`: it carries an attribute of its own.
fn enter(attrs: &mut Vec<Attribute>) -> Option<Option<Scope>> {
    let nested = take_nested(attrs);
    if nested.as_ref().is_some_and(Args::skips) || opts_out(attrs) {
        return None;
    }
    Some(nested.filter(|args| args.runtime.is_some()).as_ref().map(Scope::new))
}

fn impl_block(item: &mut ItemImpl, scope: &Scope, path: &str) {
    allow_probes_in_canonical_impls(item);
    let path = format!("{path}{}::", type_name(&item.self_ty));
    for item in &mut item.items {
        if let ImplItem::Fn(method) = item {
            impl_fn(method, scope, &path);
        }
    }
}

/// Clippy wants the bodies of these two to be a certain expression and nothing else.
fn allow_probes_in_canonical_impls(item: &mut ItemImpl) {
    let name = item.trait_.as_ref().and_then(|(path, _)| path.segments.last()).map(|last| &last.ident);
    if name.is_some_and(|name| name == "Clone" || name == "PartialOrd") {
        // In front, so that an attribute of the user's says the last word.
        item.attrs.insert(
            0,
            parse_quote_spanned!(Span::mixed_site()=>
            #[allow(clippy::non_canonical_clone_impl, clippy::non_canonical_partial_ord_impl)]),
        );
    }
}

fn impl_fn(method: &mut ImplItemFn, scope: &Scope, path: &str) {
    if let Some(nested) = enter(&mut method.attrs) {
        function(&method.attrs, &method.sig, &mut method.block, nested.as_ref().unwrap_or(scope), path);
    }
}

fn trait_block(item: &mut ItemTrait, scope: &Scope, path: &str) {
    let path = format!("{path}{}::", item.ident);
    for item in &mut item.items {
        if let TraitItem::Fn(method) = item {
            trait_fn(method, scope, &path);
        }
    }
}

fn trait_fn(method: &mut TraitItemFn, scope: &Scope, path: &str) {
    if let Some(nested) = enter(&mut method.attrs)
        && let Some(block) = &mut method.default
    {
        function(&method.attrs, &method.sig, block, nested.as_ref().unwrap_or(scope), path);
    }
}

fn function(attrs: &[Attribute], sig: &Signature, block: &mut Block, scope: &Scope, path: &str) {
    if sig.constness.is_some() || opts_out(attrs) {
        return;
    }
    rewrite::function(sig, block, scope, &format!("{path}{}", sig.ident));
}

/// The name of the type in an `impl`'s head, without module path and generics where it has a name at all.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default(),
        Type::Group(group) => type_name(&group.elem),
        Type::Paren(paren) => type_name(&paren.elem),
        Type::Reference(reference) => format!("&{}", type_name(&reference.elem)),
        other => other.to_token_stream().to_string().split_whitespace().collect(),
    }
}
