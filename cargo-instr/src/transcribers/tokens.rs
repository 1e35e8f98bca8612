//! What a few tokens are together.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The length of a word that begins an item: `pub(crate)`, `extern "C"`.
pub(super) fn word_len(word: &Ident, behind: &[TokenTree]) -> usize {
    match behind.first() {
        Some(TokenTree::Group(group)) if word == "pub" && group.delimiter() == Delimiter::Parenthesis => 2,
        Some(TokenTree::Literal(_)) if word == "extern" => 2,
        _ => 1,
    }
}

/// How long what follows `$(…)` is: `*`, `,+`, `?`.
pub(super) fn repetition_len(behind: &[TokenTree]) -> usize {
    let repeats = |token: &TokenTree| ['*', '+', '?'].iter().any(|mark| is(token, *mark));
    match behind {
        [first, ..] if repeats(first) => 1,
        [_, second, ..] if repeats(second) => 2,
        _ => 0,
    }
}

/// The length of a macro call, of which the tokens are the beginning: `name!(…)`, `$name! {…}`, `macro_rules! name {…}`.
pub(super) fn call_len(tokens: &[TokenTree]) -> usize {
    match tokens {
        [dollar, rest @ ..] if is(dollar, '$') && call_len(rest) > 0 => 1 + call_len(rest),
        [TokenTree::Ident(_), bang, TokenTree::Group(_), ..] if is(bang, '!') => 3,
        [TokenTree::Ident(_), bang, TokenTree::Ident(_), TokenTree::Group(_), ..] if is(bang, '!') => 4,
        _ => 0,
    }
}

/// The name that the tokens begin with, if any: `name`, `$name`.
pub(super) fn name(tokens: &[TokenTree]) -> String {
    match tokens {
        [TokenTree::Ident(name), ..] => name.to_string(),
        [dollar, TokenTree::Ident(name), ..] if is(dollar, '$') => format!("${name}"),
        _ => String::new(),
    }
}

/// The name of the type in an `impl`'s head.
pub(super) fn implementor(head: &[TokenTree]) -> String {
    let (mut name, mut depth) = (String::new(), 0usize);
    for (at, token) in head.iter().enumerate().skip(1) {
        let is_arrow = at > 0 && is(&head[at - 1], '-');
        match token {
            TokenTree::Ident(word) if depth == 0 && word == "where" => break,
            TokenTree::Ident(word) if depth == 0 => {
                let dollar = if is(&head[at - 1], '$') { "$" } else { "" };
                if word != "for" && word != "dyn" && word != "mut" {
                    name = format!("{dollar}{word}");
                }
            }
            token if is_brace(token) => break,
            token if is(token, '<') => depth += 1,
            token if is(token, '>') && !is_arrow => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    name
}

pub(super) fn mentions(group: &Group, word: &str) -> bool {
    trees(group.stream()).iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(group, word),
        _ => false,
    })
}

pub(super) fn is_brace(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

pub(super) fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

pub(super) fn trees(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}
