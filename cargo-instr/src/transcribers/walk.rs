//! From a transcriber's tokens to the items in it.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, Ident, TokenTree};

use super::tokens::{call_len, implementor, is, is_brace, mentions, name, repetition_len, trees, word_len};
use super::{Function, Made};

/// What stands at a place where an item may begin.
enum Unit {
    /// What ends there; the next item begins behind it.
    Whole,
    /// The beginning of an item: an attribute, a visibility, a metavariable that may be either.
    Beginning,
    /// `const` before a function.
    Const,
    /// The keyword of an item.
    Keyword,
    /// A statement or an item of another kind.
    Other,
}

/// Looks for items in a transcriber.
pub(super) struct Walk<'a> {
    fragments: &'a BTreeMap<String, String>,
    pub(super) items: Vec<Made>,
    pub(super) given: Vec<Function>,
    /// Whether there are metavariables that may be items.
    is_open: bool,
}

impl<'a> Walk<'a> {
    /// `fragments`: the kinds of the metavariables.
    pub(super) fn new(fragments: &'a BTreeMap<String, String>) -> Self {
        Walk { fragments, items: Vec::new(), given: Vec::new(), is_open: false }
    }

    /// Items and statements. `path` leads to them, with `::` at its end if there is anything. Returns whether they end where an
    /// item ends.
    pub(super) fn items(&mut self, tokens: &[TokenTree], path: &str) -> bool {
        let (mut start, mut at, mut is_const) = (0, 0, false);
        while at < tokens.len() {
            let (unit, len) = self.unit(&tokens[at..], path);
            match unit {
                Unit::Beginning => at += len,
                Unit::Const => (at, is_const) = (at + len, true),
                Unit::Whole | Unit::Keyword | Unit::Other => {
                    at += match unit {
                        Unit::Whole => len,
                        Unit::Keyword => self.item(&tokens[start..], at - start, is_const, path),
                        _ => self.statement(&tokens[at..], path),
                    };
                    (start, is_const) = (at, false);
                }
            }
        }
        start == at
    }

    fn unit(&mut self, rest: &[TokenTree], path: &str) -> (Unit, usize) {
        match rest {
            [hash, bang, TokenTree::Group(_), ..] if is(hash, '#') && is(bang, '!') => (Unit::Whole, 3),
            [hash, TokenTree::Group(_), ..] if is(hash, '#') => (Unit::Beginning, 2),
            _ if call_len(rest) > 0 => (Unit::Other, 0),
            [dollar, TokenTree::Group(group), behind @ ..] if is(dollar, '$') => {
                let whole = self.items(&trees(group.stream()), path);
                (if whole { Unit::Whole } else { Unit::Beginning }, 2 + repetition_len(behind))
            }
            [dollar, TokenTree::Ident(name), ..] if is(dollar, '$') => {
                let kind = self.kind(name);
                let is_whole = ["item", "stmt", "expr", "block"].contains(&kind);
                self.is_open |= kind != "vis" && name != "crate";
                (if is_whole { Unit::Whole } else { Unit::Beginning }, 2)
            }
            [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Brace => {
                self.items(&trees(group.stream()), path);
                (Unit::Whole, 1)
            }
            [semicolon, ..] if is(semicolon, ';') => (Unit::Whole, 1),
            [TokenTree::Ident(word), behind @ ..] => (word_unit(&word.to_string(), behind), word_len(word, behind)),
            _ => (Unit::Other, 0),
        }
    }

    /// What kind of fragment a metavariable stands for.
    fn kind(&self, name: &Ident) -> &str {
        self.fragments.get(&name.to_string()).map_or("", String::as_str)
    }

    /// An item whose keyword is at `keyword`. Returns its length from there on.
    fn item(&mut self, tokens: &[TokenTree], keyword: usize, is_const: bool, path: &str) -> usize {
        let head = &tokens[keyword..];
        let (body, len) = self.body(head);
        let name = head.get(1..).map(name).unwrap_or_default();
        let start = tokens[0].span().byte_range().start;
        let inside = match body {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => trees(group.stream()),
            Some(_) => Vec::new(),
            None => return len,
        };
        // The one that runs when nothing else can be relied upon.
        let panics = tokens[..keyword]
            .iter()
            .any(|token| matches!(token, TokenTree::Group(group) if mentions(group, "panic_handler")));
        match &head[0] {
            TokenTree::Ident(word) if word == "mod" => {
                self.items(&inside, &format!("{path}{name}::"));
            }
            TokenTree::Ident(word) if word == "fn" => {
                if !is_const && !panics {
                    let line = head[1].span().start().line;
                    let function = Function { name: format!("{path}{name}"), line, start };
                    self.items.push(Made { start, functions: vec![function] });
                }
            }
            word => {
                let name = if word.to_string() == "impl" { implementor(head) } else { name };
                let path = format!("{path}{name}::");
                let mut block = Walk::new(self.fragments);
                block.items(&inside, &path);
                let mut functions: Vec<_> = block.items.into_iter().flat_map(|item| item.functions).collect();
                if functions.is_empty() && block.is_open {
                    functions.push(Function { name: format!("{path}$"), line: word.span().start().line, start });
                }
                self.given.append(&mut block.given);
                if !functions.is_empty() {
                    self.items.push(Made { start, functions });
                }
            }
        }
        len
    }

    /// The body of an item, and how long the item is.
    fn body<'t>(&self, head: &'t [TokenTree]) -> (Option<&'t TokenTree>, usize) {
        for (at, token) in head.iter().enumerate() {
            match token {
                TokenTree::Punct(_) if is(token, ';') => return (None, at + 1),
                // `-> Array<{ N }>` has none.
                token if is_brace(token) && !head.get(at + 1).is_some_and(|next| is(next, '>') || is(next, ',')) => {
                    return (Some(token), at + 1);
                }
                TokenTree::Ident(name) if at > 0 && is(&head[at - 1], '$') && self.kind(name) == "block" => {
                    return (Some(token), at + 1);
                }
                _ => {}
            }
        }
        // It may be in the last metavariable.
        (head.last(), head.len())
    }

    /// A statement, or an item that holds no functions but in its braces. Returns its length.
    fn statement(&mut self, tokens: &[TokenTree], path: &str) -> usize {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let call = call_len(&tokens[at..]);
            if call > 0 {
                at += call;
                if let TokenTree::Group(group) = &tokens[at - 1] {
                    given(group, path, &mut self.given);
                    if group.delimiter() == Delimiter::Brace {
                        return at;
                    }
                }
                continue;
            }
            at += 1;
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    self.items(&trees(group.stream()), path);
                    return at;
                }
                token if is(token, ';') => return at,
                _ => {}
            }
        }
        at
    }
}

fn word_unit(word: &str, behind: &[TokenTree]) -> Unit {
    let next = |words: &[&str]| matches!(behind.first(), Some(TokenTree::Ident(next)) if words.iter().any(|word| next == word));
    let is_named =
        matches!(behind.first(), Some(TokenTree::Ident(_))) || behind.first().is_some_and(|next| is(next, '$'));
    match word {
        "pub" | "default" | "unsafe" | "async" | "safe" | "auto" => Unit::Beginning,
        "extern" if !next(&["crate"]) => Unit::Beginning,
        "const" if next(&["fn", "unsafe", "async", "extern"]) => Unit::Const,
        "fn" | "trait" | "mod" if is_named => Unit::Keyword,
        "impl" => Unit::Keyword,
        _ => Unit::Other,
    }
}

/// Functions with bodies among the tokens of a macro call.
fn given(group: &Group, path: &str, found: &mut Vec<Function>) {
    let tokens = trees(group.stream());
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "fn" => {
                let rest = &tokens[at + 1..];
                let ends = |token: &&TokenTree| is(token, ';') || is_brace(token);
                let name = name(rest);
                if !name.is_empty() && rest.iter().find(ends).is_some_and(is_brace) {
                    let line = rest[0].span().start().line;
                    let start = token.span().byte_range().start;
                    found.push(Function { name: format!("{path}{name}"), line, start });
                }
            }
            TokenTree::Group(group) => given(group, path, found),
            _ => {}
        }
    }
}
