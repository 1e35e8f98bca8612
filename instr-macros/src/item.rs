//! From an annotated item to the functions in it.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{
    Attribute, Block, ImplItem, ImplItemFn, Item, ItemImpl, ItemTrait, Signature, TraitItem, TraitItemFn, Type,
    parse_quote_spanned,
};

use crate::attributes::take_nested;
use crate::scope::Scope;
use crate::target::Target;
use crate::{rewrite, untouched};

/// Puts probes into every function of the target.
pub(crate) fn instrument(target: &mut Target, scope: &Scope) {
    match target {
        Target::Item(item) => item_below(item, scope, ""),
        Target::Method(method) => impl_fn(method, scope, ""),
        Target::TraitMethod(method) => trait_fn(method, scope, ""),
    }
}

/// An item below an attribute. `path` leads to it from its module, with `::` at its end if there is anything.
pub(crate) fn item_below(item: &mut Item, scope: &Scope, path: &str) {
    let attrs = match item {
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Verbatim(tokens) => return untouched::unknown(tokens, scope, path),
        _ => return,
    };
    let Some(scope) = &enter(attrs, scope) else { return };
    match item {
        Item::Fn(item) => function(&item.attrs, &mut item.sig, &mut item.block, scope, path),
        Item::Impl(item) => impl_block(item, scope, path),
        Item::Trait(item) => trait_block(item, scope, path),
        Item::Mod(item) => {
            let scope = &scope.inside_module(&item.ident);
            for item in item.content.iter_mut().flat_map(|(_, items)| items) {
                item_below(item, scope, "");
            }
        }
        _ => {}
    }
}

/// What holds in an item with these attributes; `None`: it is left out.
fn enter(attrs: &mut Vec<Attribute>, scope: &Scope) -> Option<Scope> {
    match take_nested(attrs) {
        Some(args) if args.skips() => None,
        Some(args) => Some(scope.inside(&args)),
        None => Some(scope.clone()),
    }
}

fn impl_block(item: &mut ItemImpl, scope: &Scope, path: &str) {
    allow_probes_in_canonical_impls(item);
    let path = format!("{path}{}::", type_name(&item.self_ty));
    for item in &mut item.items {
        match item {
            ImplItem::Fn(method) => impl_fn(method, scope, &path),
            ImplItem::Verbatim(tokens) => untouched::unknown(tokens, scope, &path),
            _ => {}
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
    if let Some(scope) = enter(&mut method.attrs, scope) {
        function(&method.attrs, &mut method.sig, &mut method.block, &scope, path);
    }
}

fn trait_block(item: &mut ItemTrait, scope: &Scope, path: &str) {
    let path = format!("{path}{}::", item.ident);
    for item in &mut item.items {
        match item {
            TraitItem::Fn(method) => trait_fn(method, scope, &path),
            TraitItem::Verbatim(tokens) => untouched::unknown(tokens, scope, &path),
            _ => {}
        }
    }
}

fn trait_fn(method: &mut TraitItemFn, scope: &Scope, path: &str) {
    if let Some(scope) = enter(&mut method.attrs, scope)
        && let Some(block) = &mut method.default
    {
        function(&method.attrs, &mut method.sig, block, &scope, path);
    }
}

fn function(attrs: &[Attribute], sig: &mut Signature, block: &mut Block, scope: &Scope, path: &str) {
    let name = format!("{path}{}", sig.ident);
    if !scope.admits_function(&name) {
        return;
    }
    let scope = &scope.inside_function();
    match untouched::reason(attrs, sig) {
        Some(reason) => untouched::list(reason, sig, block, scope, &name),
        None => rewrite::function(attrs, sig, block, scope, &name),
    }
}

/// The name of the type in an `impl`'s head, without module path and generics where it has a name at all.
pub(crate) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default(),
        Type::Group(group) => type_name(&group.elem),
        Type::Paren(paren) => type_name(&paren.elem),
        Type::Reference(reference) => format!("&{}", type_name(&reference.elem)),
        other => other.to_token_stream().to_string().split_whitespace().collect(),
    }
}
