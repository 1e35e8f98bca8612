//! Parentheses for what came through `macro_rules`.
//!
//! The compiler wraps `$a` in an invisible group, but ignores such a group once a procedural macro has rebuilt it: `$a *
//! $b` with `1 + 2` and `3 + 4` would compute 11. So a group that could bind differently gets visible parentheses.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::buffer::Cursor;
use syn::{Expr, Ident, Type, UnOp};

// Input:  ⟦1 + 2⟧ * ⟦x⟧
// Output: (1 + 2) * ⟦x⟧
pub(crate) fn regroup(tokens: TokenStream) -> TokenStream {
    let (mut before, mut is_cast) = (Before::Other, false);
    let mut rest = tokens.into_iter().peekable();
    let mut output = Vec::new();
    while let Some(token) = rest.next() {
        let own = before.owns(&token);
        before = before.next(&token);
        let was_cast = std::mem::replace(&mut is_cast, matches!(&token, TokenTree::Ident(word) if word == "as"));
        output.push(match token {
            TokenTree::Group(group) if !own => TokenTree::Group(regroup_group(&group, was_cast, rest.peek())),
            token => token,
        });
    }
    output.into_iter().collect()
}

/// Whether there is anything to regroup. On the tokens as the parser has them already, as each stream of tokens goes through
/// the compiler to be looked at.
pub(crate) fn has_invisible_group(mut tokens: Cursor<'_>) -> bool {
    loop {
        tokens = if let Some((inside, delimiter, _, rest)) = tokens.any_group() {
            if delimiter == Delimiter::None || has_invisible_group(inside) {
                return true;
            }
            rest
        } else if let Some((_, rest)) = tokens.token_tree() {
            rest
        } else {
            return false;
        }
    }
}

/// What stands before a group tells whether it is the tokens of an attribute or of a macro call. Those are passed on
/// whole, and what has not been rebuilt keeps its invisible groups.
enum Before {
    Hash,
    Quote,
    Path,
    PathBang,
    Other,
}

impl Before {
    fn owns(&self, token: &TokenTree) -> bool {
        match (self, token) {
            (Before::Hash, TokenTree::Group(group)) => group.delimiter() == Delimiter::Bracket,
            (Before::PathBang, TokenTree::Group(group)) => group.delimiter() != Delimiter::None,
            _ => false,
        }
    }

    fn next(&self, token: &TokenTree) -> Self {
        match token {
            TokenTree::Punct(punct) => match (punct.as_char(), self) {
                ('#', _) | ('!', Before::Hash) => Before::Hash,
                ('!', Before::Path) if punct.spacing() == Spacing::Alone => Before::PathBang,
                ('\'', _) => Before::Quote,
                _ => Before::Other,
            },
            // The name in `macro_rules! name { … }`.
            TokenTree::Ident(_) if matches!(self, Before::PathBang) => Before::PathBang,
            // Neither the label in `break 'a !(b)` nor the keyword in `return !(b)` calls a macro.
            TokenTree::Ident(_) if matches!(self, Before::Quote) => Before::Other,
            TokenTree::Ident(ident) if syn::parse2::<Ident>(ident.to_token_stream()).is_err() => Before::Other,
            TokenTree::Ident(_) => Before::Path,
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => Before::Path,
            _ => Before::Other,
        }
    }
}

fn regroup_group(group: &Group, is_cast: bool, next: Option<&TokenTree>) -> Group {
    let inner = regroup(group.stream());
    // `1 as $type << 2`: these would be the type's arguments.
    let takes_arguments = is_cast && next.is_some_and(is_less);
    let binds = group.delimiter() == Delimiter::None && (takes_arguments || could_bind_differently(&inner, next));
    let delimiter = if binds { Delimiter::Parenthesis } else { group.delimiter() };
    let first = inner.clone().into_iter().next();
    let mut output = Group::new(delimiter, inner);
    output.set_span(match first {
        // Where the statement begins that may begin with the parenthesis.
        Some(first) if binds => first.span().resolved_at(Span::mixed_site()),
        _ => group.span(),
    });
    output
}

fn could_bind_differently(tokens: &TokenStream, next: Option<&TokenTree>) -> bool {
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
            | Expr::Await(_)
            | Expr::Try(_)
            | Expr::Macro(_)
            | Expr::Lit(_)
            | Expr::Let(_)
            | Expr::Verbatim(_),
        ) => false,
        // A negative number may also stand where no parenthesis may: in a range pattern, as a constant argument.
        Ok(Expr::Unary(unary)) if matches!((&unary.op, &*unary.expr), (UnOp::Neg(_), Expr::Lit(_))) => {
            next.is_some_and(continues_a_value)
        }
        Ok(_) => true,
        Err(_) => matches!(syn::parse2(tokens.clone()), Ok(Type::TraitObject(_) | Type::ImplTrait(_) | Type::FnPtr(_))),
    }
}

fn is_less(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<')
}

/// `.method()`, `.field` or `?`, but not `..`.
fn continues_a_value(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => match punct.as_char() {
            '.' => punct.spacing() == Spacing::Alone,
            character => character == '?',
        },
        _ => false,
    }
}
