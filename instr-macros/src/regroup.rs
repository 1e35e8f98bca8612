//! Parentheses for what came through `macro_rules`.
//!
//! The compiler wraps `$a` in an invisible group, but ignores such a group once a procedural macro has rebuilt it: `$a *
//! $b` with `1 + 2` and `3 + 4` would compute 11. So a group that could bind differently gets visible parentheses.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::{Expr, Type};

// Input:  ⟦1 + 2⟧ * ⟦x⟧
// Output: (1 + 2) * ⟦x⟧
pub(crate) fn regroup(tokens: TokenStream) -> TokenStream {
    if has_invisible_group(tokens.clone()) { regroup_all(tokens) } else { tokens }
}

fn regroup_all(tokens: TokenStream) -> TokenStream {
    let mut before = Before::Other;
    tokens
        .into_iter()
        .map(|token| {
            let in_attribute = before == Before::Hash;
            before = Before::next(&before, &token);
            match token {
                TokenTree::Group(group) if !(in_attribute && group.delimiter() == Delimiter::Bracket) => {
                    TokenTree::Group(regroup_group(&group))
                }
                token => token,
            }
        })
        .collect()
}

fn has_invisible_group(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::None || has_invisible_group(group.stream()),
        _ => false,
    })
}

/// What stands before a bracket group tells whether it is an attribute, whose tokens are left alone.
#[derive(PartialEq)]
enum Before {
    Hash,
    Other,
}

impl Before {
    fn next(&self, token: &TokenTree) -> Self {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => Before::Hash,
            TokenTree::Punct(punct) if punct.as_char() == '!' && *self == Before::Hash => Before::Hash,
            _ => Before::Other,
        }
    }
}

fn regroup_group(group: &Group) -> Group {
    let inner = regroup_all(group.stream());
    let binds = group.delimiter() == Delimiter::None && could_bind_differently(&inner);
    let delimiter = if binds { Delimiter::Parenthesis } else { group.delimiter() };
    let mut output = Group::new(delimiter, inner);
    output.set_span(if binds { Span::mixed_site() } else { group.span() });
    output
}

fn could_bind_differently(tokens: &TokenStream) -> bool {
    if tokens.clone().into_iter().nth(1).is_none() {
        return false;
    }
    match syn::parse2(tokens.clone()) {
        Ok(
            Expr::Path(_)
            | Expr::Call(_)
            | Expr::MethodCall(_)
            | Expr::Field(_)
            | Expr::Index(_)
            | Expr::Macro(_)
            | Expr::Lit(_)
            | Expr::Let(_)
            | Expr::Verbatim(_),
        ) => false,
        Ok(_) => true,
        Err(_) => matches!(syn::parse2(tokens.clone()), Ok(Type::TraitObject(_) | Type::ImplTrait(_) | Type::FnPtr(_))),
    }
}
