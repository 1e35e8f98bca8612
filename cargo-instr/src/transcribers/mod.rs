//! The functions that a file's `macro_rules!` make: items in their transcribers, the right-hand sides of their rules.
//!
//! Metavariables stand for anything there, so that it is no Rust yet. Items are found by tokens: where one may begin, by its
//! keyword. What is given to another macro (`other! { fn f() {} }`) is left to that one, which may want exactly what it
//! is given.

mod tokens;
mod walk;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};

use tokens::{call_len, is, mentions, trees};
use walk::Walk;

/// A definition by `macro_rules!` whose transcribers make functions.
#[derive(Debug)]
pub(crate) struct Macro {
    /// Its name.
    pub(crate) name: String,
    /// The lines of its definition.
    pub(crate) lines: RangeInclusive<usize>,
    /// Whether other crates can use it.
    pub(crate) is_exported: bool,
    /// What can take an attribute.
    pub(crate) items: Vec<Made>,
    /// Functions that its transcribers give to other macros.
    pub(crate) given: Vec<Function>,
}

/// A function, an `impl` or a trait in a transcriber.
#[derive(Debug)]
pub(crate) struct Made {
    /// Where it begins, in bytes.
    pub(crate) start: usize,
    /// Its functions that are not const and have a body.
    pub(crate) functions: Vec<Function>,
}

/// A function as the transcriber names it.
#[derive(Debug)]
pub(crate) struct Function {
    /// `TYPE::name`, with `$name` for what the macro is given.
    pub(crate) name: String,
    /// The line of its name.
    pub(crate) line: usize,
    /// Where it begins, in bytes.
    pub(crate) start: usize,
}

/// Finds the macros of a file, but for those that another macro is given.
pub(crate) fn macros(tokens: TokenStream) -> Vec<Macro> {
    let mut found = Vec::new();
    definitions(&trees(tokens), &mut found);
    found
}

fn definitions(tokens: &[TokenTree], found: &mut Vec<Macro>) {
    let (mut at, mut is_exported) = (0, false);
    while let Some(token) = tokens.get(at) {
        match &tokens[at..] {
            [TokenTree::Ident(word), bang, TokenTree::Ident(name), TokenTree::Group(body), ..]
                if word == "macro_rules" && is(bang, '!') =>
            {
                found.extend(definition(word, name, body, is_exported));
                at += 3;
            }
            [hash, TokenTree::Group(attribute), ..] if is(hash, '#') => {
                is_exported |= mentions(attribute, "macro_export");
                at += 2;
                continue;
            }
            rest if call_len(rest) > 0 => at += call_len(rest) - 1,
            _ => {
                if let TokenTree::Group(group) = token {
                    definitions(&trees(group.stream()), found);
                }
            }
        }
        is_exported = false;
        at += 1;
    }
}

fn definition(word: &Ident, name: &Ident, body: &Group, is_exported: bool) -> Option<Macro> {
    let rules = trees(body.stream());
    let (mut items, mut given) = (Vec::new(), Vec::new());
    for rule in rules.windows(4) {
        if let [TokenTree::Group(matcher), equals, arrow, TokenTree::Group(transcriber)] = rule
            && is(equals, '=')
            && is(arrow, '>')
        {
            let mut fragments = BTreeMap::new();
            collect_fragments(&trees(matcher.stream()), &mut fragments);
            let mut walk = Walk::new(&fragments);
            walk.items(&trees(transcriber.stream()), "");
            items.append(&mut walk.items);
            given.append(&mut walk.given);
        }
    }
    let lines = word.span().start().line..=body.span_close().end().line;
    let makes_functions = !items.is_empty() || !given.is_empty();
    makes_functions.then(|| Macro { name: name.to_string(), lines, is_exported, items, given })
}

/// The kinds of the metavariables: `$name:kind`.
fn collect_fragments(matcher: &[TokenTree], fragments: &mut BTreeMap<String, String>) {
    for tokens in matcher.windows(4) {
        if let [dollar, TokenTree::Ident(name), colon, TokenTree::Ident(kind)] = tokens
            && is(dollar, '$')
            && is(colon, ':')
        {
            fragments.insert(name.to_string(), kind.to_string());
        }
    }
    for token in matcher {
        if let TokenTree::Group(group) = token {
            collect_fragments(&trees(group.stream()), fragments);
        }
    }
}
