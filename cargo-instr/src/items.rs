//! The items of a source file, whatever else is in it.

use proc_macro2::{Delimiter, Span, TokenTree};
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Attribute, Item};

/// What is left as it is, mostly as syn does not know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untouched {
    /// The line on which that begins.
    pub line: usize,
    /// The column, from 1 on.
    pub column: usize,
    /// Why it is.
    pub reason: String,
}

impl Untouched {
    /// In text before which there are as many lines.
    pub fn new(error: &syn::Error, lines_before: usize) -> Self {
        Self::at(error.span(), format!("syn cannot parse it: {error}"), lines_before)
    }

    /// What is left as it is for another reason.
    pub(crate) fn at(span: Span, reason: String, lines_before: usize) -> Self {
        let start = span.start();
        Untouched { line: start.line + lines_before, column: start.column + 1, reason }
    }
}

/// The items that syn knows. Another one, such as `type A = B + C;` of edition 2015, is passed over up to its end, and its
/// error is kept if there may be functions in it.
pub(crate) fn items(input: ParseStream<'_>) -> syn::Result<(Vec<Item>, Vec<syn::Error>)> {
    input.call(Attribute::parse_inner)?;
    let (mut items, mut unknown) = (Vec::new(), Vec::new());
    while !input.is_empty() {
        let ahead = input.fork();
        match ahead.parse() {
            Ok(item) => {
                items.push(item);
                input.advance_to(&ahead);
            }
            Err(error) => unknown.extend(pass_over(input)?.then_some(error)),
        }
    }
    Ok((items, unknown))
}

/// Whether what is passed over may hold functions.
fn pass_over(input: ParseStream<'_>) -> syn::Result<bool> {
    let mut holds_functions = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        holds_functions |= ["fn", "impl", "trait", "mod"].iter().any(|word| is_word(&token, word));
        if ends_item(&token) {
            return Ok(holds_functions && matches!(token, TokenTree::Group(_)));
        }
    }
    Ok(false)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    }
}
