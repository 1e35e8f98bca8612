//! Functions that cannot be instrumented. They stay as they are, but for an entry in the site table that says why, which
//! ends up in the run's `run.json`.

use instr_format::sites::{FunctionLine, UntouchedLine};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{Attribute, Block, Signature, parse_quote_spanned};

use crate::attributes::{SIGNAL_HANDLER, mentions, names};
use crate::probe::verbatim;
use crate::scope::Scope;
use crate::{rewrite, spacing};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Const,
    Naked,
    SignalHandler,
    Unknown,
}

impl Reason {
    fn text(self) -> &'static str {
        match self {
            Reason::Const => "const fn",
            Reason::Naked => "naked function",
            Reason::SignalHandler => "signal handler",
            Reason::Unknown => "syntax that instr does not know",
        }
    }
}

/// Why a function stays as it is, if it does. Another macro that is given the word may make it const:
/// `#[rustversion::attr(since(1.83), const)]`.
pub(crate) fn reason(attrs: &[Attribute], sig: &Signature) -> Option<Reason> {
    let has = |name| attrs.iter().any(|attr| names(attr, name));
    match sig.constness {
        _ if has(SIGNAL_HANDLER) => Some(Reason::SignalHandler),
        _ if has("naked") => Some(Reason::Naked),
        Some(_) => Some(Reason::Const),
        None if attrs.iter().any(|attr| mentions(&attr.meta, "const")) => Some(Reason::Const),
        None => None,
    }
}

// Input:  const fn f() -> u8 { 1 }
// Output: const fn f() -> u8 { let _ = 0_u8; untouched!(" f src/lib.rs\n3 const fn\n"); 1 }
/// Adds the entry of a function that stays as it is.
pub(crate) fn list(reason: Reason, sig: &mut Signature, block: &mut Block, scope: &Scope, name: &str) {
    let entry = entry(reason, scope, name, sig.ident.span());
    if reason == Reason::Const {
        let quiet = rewrite::is_quiet(block);
        let first = (!quiet).then(|| verbatim(quote_spanned!(Span::mixed_site()=> let _ = 0_u8;)));
        rewrite::insert_items(block, quiet, first, Some(verbatim(entry)));
    } else {
        let bound = bound(&entry);
        sig.generics.make_where_clause().predicates.push(parse_quote_spanned!(Span::mixed_site()=> #bound));
    }
}

/// Adds the entry of an item that could not be parsed, if it is a function or holds some. Its body must not be taken
/// apart: what came through `macro_rules` would lose its invisible groups.
pub(crate) fn unknown(tokens: &mut TokenStream, scope: &Scope, path: &str) {
    let mut output: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let Some((TokenTree::Group(body), head)) = output.split_last() else { return };
    if body.delimiter() != Delimiter::Brace {
        return;
    }
    let Some(name) = function_name(head) else {
        let holds = |token: &&TokenTree| ["impl", "trait", "mod"].iter().any(|word| token.to_string() == *word);
        if let Some(keyword) = head.iter().find(holds) {
            let name = format!("{path}{}", spacing::text(head.iter().cloned().collect()));
            let entry = entry(Reason::Unknown, scope, &name, keyword.span());
            tokens.extend(quote_spanned!(Span::mixed_site()=> const _: () = { #entry };));
        }
        return;
    };
    // The compiler allows no bounds there.
    if name == "main" {
        return;
    }
    let bound = bound(&entry(Reason::Unknown, scope, &format!("{path}{name}"), name.span()));
    let bounds = output.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "where"));
    let (at, bound) = match bounds {
        Some(at) => (at + 1, quote_spanned!(Span::mixed_site()=> #bound,)),
        None => (output.len() - 1, quote_spanned!(Span::mixed_site()=> where #bound)),
    };
    output.splice(at..at, bound);
    *tokens = output.into_iter().collect();
}

// Output: [(); { untouched!("…"); 0 }]:
/// A bound without a trait, which always holds. It has room for an entry where none may stand in the body.
fn bound(entry: &TokenStream) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> [(); { #entry 0 }]:)
}

/// The name behind `fn`.
fn function_name(tokens: &[TokenTree]) -> Option<Ident> {
    tokens.windows(2).find_map(|pair| match pair {
        [TokenTree::Ident(keyword), TokenTree::Ident(name)] if keyword == "fn" => Some(name.clone()),
        _ => None,
    })
}

fn entry(reason: Reason, scope: &Scope, name: &str, span: Span) -> TokenStream {
    let function = FunctionLine { name, file: &span.file(), lines: None, parameters: "", test: None };
    let text = format!("{function}{}", UntouchedLine { line: span.start().line, reason: reason.text() });
    let runtime = &scope.runtime;
    quote_spanned!(Span::mixed_site()=> #runtime::macro_api::untouched!(#text);)
}
