//! Puts the attribute on every item of a source file, text in, text out, such that lines and columns stay.

use std::cmp::Reverse;
use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{AttrStyle, Attribute, ImplItem, Item, TraitItem};

/// The attribute as it is spelled since edition 2018.
pub const ATTRIBUTE: &str = "#[::instr_runtime::instrument_source]";
/// The attribute as it is spelled in edition 2015.
pub const ATTRIBUTE_2015: &str = "#[instr_runtime::instrument_source]";

/// What the attributes are put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// Every function that is not const, every `impl` and every `trait` with such functions, also in inline modules.
    Items,
    /// Whole inline modules, unless one holds a module in a file of its own, where the attribute may not stand; and every
    /// item that is in none of them.
    Modules,
}

/// An annotated source file.
#[derive(Debug, PartialEq, Eq)]
pub struct Annotated {
    /// The text.
    pub text: String,
    /// How many attributes it has got.
    pub places: usize,
}

/// Annotates every item of a source file. What macros define or are given is no item.
///
/// # Errors
/// When the source is not Rust as syn knows it.
pub fn annotate(source: &str, attribute: &str) -> syn::Result<Annotated> {
    annotate_places(source, attribute, Places::Items)
}

/// Annotates a source file at the places that are asked for.
///
/// # Errors
/// When the source is not Rust as syn knows it.
pub fn annotate_places(source: &str, attribute: &str, places: Places) -> syn::Result<Annotated> {
    let (head, body) = source.split_at(head_len(source));
    let tokens: TokenStream = body.parse()?;
    let mut ranges = Vec::new();
    token_ranges(tokens.clone(), &mut ranges);
    ranges.sort_unstable_by_key(|range| (range.end, Reverse(range.start)));
    let mut starts = Vec::new();
    syn::parse2::<syn::File>(tokens)?.items.iter().for_each(|item| find_items(item, places, &mut starts));

    let mut text = head.to_owned();
    let mut copied = 0;
    for start in &starts {
        let place = insertion_place(body, &ranges, *start);
        text.push_str(&body[copied..place]);
        text.push_str(attribute);
        copied = place;
    }
    text.push_str(&body[copied..]);
    Ok(Annotated { text, places: starts.len() })
}

/// Length of the byte order mark and the shebang line, which have to stay first.
fn head_len(source: &str) -> usize {
    let mark = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &source[mark..];
    let is_shebang = rest.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    let shebang = if is_shebang { rest.find('\n').map_or(rest.len(), |end| end + 1) } else { 0 };
    mark + shebang
}

/// Where each token lies. A doc comment is several tokens, all but its closing bracket as long as itself.
fn token_ranges(tokens: TokenStream, ranges: &mut Vec<Range<usize>>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                ranges.push(group.span_open().byte_range());
                token_ranges(group.stream(), ranges);
                ranges.push(group.span_close().byte_range());
            }
            token => ranges.push(token.span().byte_range()),
        }
    }
}

/// Behind the last token before `start`, which is normally the end of an earlier line; or on the line after a doc
/// comment, which would swallow the attribute.
fn insertion_place(body: &str, ranges: &[Range<usize>], start: usize) -> usize {
    let before = ranges.partition_point(|range| range.end <= start);
    let Some(last) = before.checked_sub(1).and_then(|last| ranges.get(last)) else { return 0 };
    match body[last.end..start].find('\n') {
        Some(newline) if body[last.start..].starts_with("//") => last.end + newline + 1,
        _ => last.end,
    }
}

fn find_items(item: &Item, places: Places, starts: &mut Vec<usize>) {
    let attrs = match item {
        Item::Fn(function) if function.sig.constness.is_none() => &function.attrs,
        Item::Impl(block) if block.items.iter().any(is_function) => &block.attrs,
        Item::Trait(block) if block.items.iter().any(has_body) => &block.attrs,
        Item::Mod(module) => {
            let items = module.content.iter().flat_map(|(_, items)| items);
            let mut inner = Vec::new();
            items.for_each(|item| find_items(item, places, &mut inner));
            let whole = places == Places::Modules && is_inline(item) && !inner.is_empty();
            return if whole { starts.push(item_start(item, &module.attrs)) } else { starts.append(&mut inner) };
        }
        _ => return,
    };
    // Runs when nothing else can be relied upon.
    if !attrs.iter().any(|attr| attr.path().is_ident("panic_handler")) {
        starts.push(item_start(item, attrs));
    }
}

/// Whether no part of the item is in another file.
fn is_inline(item: &Item) -> bool {
    match item {
        Item::Mod(module) => module.content.as_ref().is_some_and(|(_, items)| items.iter().all(is_inline)),
        _ => true,
    }
}

fn is_function(item: &ImplItem) -> bool {
    matches!(item, ImplItem::Fn(method) if method.sig.constness.is_none())
}

fn has_body(item: &TraitItem) -> bool {
    matches!(item, TraitItem::Fn(method) if method.default.is_some())
}

fn item_start(item: &Item, attrs: &[Attribute]) -> usize {
    let outer = attrs.iter().filter(|attr| matches!(attr.style, AttrStyle::Outer));
    let starts = outer.map(|attr| attr.span().byte_range().start);
    starts.chain([item.span().byte_range().start]).min().unwrap_or_default()
}
