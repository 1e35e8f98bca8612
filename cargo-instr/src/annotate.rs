//! Puts the attribute on every item of a source file, text in, text out, such that lines and columns stay.

use std::cmp::Reverse;
use std::ops::Range;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{AttrStyle, Attribute, ImplItem, Item, ItemMod, TraitItem, Type};

use crate::items::{Untouched, items};

/// The attribute as it is spelled since edition 2018.
pub const ATTRIBUTE: &str = "#[::instr_runtime::instrument_source]";
/// The attribute as it is spelled in edition 2015.
pub const ATTRIBUTE_2015: &str = "#[instr_runtime::instrument_source]";

/// Why an item is left alone part of which is in another file.
const SPLIT: &str = "the compiler takes no module in a file through an attribute";

/// What to put, and where.
pub struct Style<'a> {
    /// The attribute that instruments.
    pub attribute: &'a str,
    /// The attribute that leaves one function out of an instrumented `impl` or `trait`.
    pub skip: &'a str,
    /// Path of the file's module, from its crate's name on.
    pub module: &'a str,
    /// Whether to instrument the function with this path.
    pub selects: &'a dyn Fn(&str) -> bool,
    /// Whether to leave an item alone whose code would be moved to other columns.
    pub keeps_columns: bool,
    /// Whether an inline module gets one attribute instead of its items, unless a part of it is in another file, where the
    /// attribute may not stand.
    pub whole_modules: bool,
}

impl<'a> Style<'a> {
    /// The attribute on every item.
    pub fn new(attribute: &'a str) -> Self {
        Style { attribute, skip: "", module: "", selects: &|_| true, keeps_columns: false, whole_modules: false }
    }
}

/// An annotated source file.
#[derive(Debug, PartialEq, Eq)]
pub struct Annotated {
    /// The text.
    pub text: String,
    /// How many items are instrumented.
    pub places: usize,
    /// The lines of the items that were left alone, because they share a line with what stands before them.
    pub left_alone: Vec<usize>,
    /// Items that syn does not know, and that may hold functions; and functions with modules in files.
    pub untouched: Vec<Untouched>,
}

/// Annotates every function that is not const, every `impl` and every `trait` with such functions, also in inline
/// modules. What macros define or are given is no item.
///
/// # Errors
/// When the source is not Rust as syn knows it.
pub fn annotate(source: &str, attribute: &str) -> syn::Result<Annotated> {
    annotate_in_style(source, &Style::new(attribute))
}

/// The same, as the style says.
///
/// # Errors
/// When the source is not Rust as syn knows it.
pub fn annotate_in_style(source: &str, style: &Style<'_>) -> syn::Result<Annotated> {
    let (head, body) = source.split_at(head_len(source));
    let tokens: TokenStream = body.parse()?;
    let mut ranges = Vec::new();
    token_ranges(tokens.clone(), &mut ranges);
    ranges.sort_unstable_by_key(|range| (range.end, Reverse(range.start)));
    let mut found = Vec::new();
    let (items, unknown) = items.parse2(tokens)?;
    items.iter().for_each(|item| find(item, style.module, style, &mut found));

    let lines_before = head.matches('\n').count();
    let mut untouched: Vec<_> = unknown.iter().map(|error| Untouched::new(error, lines_before)).collect();
    found.retain(|item| {
        let split = item.split.map(|span| Untouched::at(span, SPLIT.to_owned(), lines_before));
        let whole = split.is_none();
        untouched.extend(split);
        whole
    });
    let mut annotated = Annotated { text: head.to_owned(), places: 0, left_alone: Vec::new(), untouched };
    let mut copied = 0;
    for item in &found {
        let place = insertion_place(body, &ranges, item.start);
        let moves = |start| moves_code(&body[insertion_place(body, &ranges, start)..]);
        if style.keeps_columns && (moves(item.start) || item.skipped.iter().any(|start| moves(*start))) {
            annotated.left_alone.push(1 + source[..head.len() + item.start].matches('\n').count());
            continue;
        }
        annotated.places += 1;
        let skips = item.skipped.iter().map(|start| (insertion_place(body, &ranges, *start), style.skip));
        for (place, attribute) in [(place, style.attribute)].into_iter().chain(skips) {
            annotated.text.push_str(&body[copied..place]);
            annotated.text.push_str(attribute);
            copied = place;
        }
    }
    annotated.text.push_str(&body[copied..]);
    Ok(annotated)
}

/// Length of the byte order mark and the shebang line, which have to stay first.
pub(crate) fn head_len(source: &str) -> usize {
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

/// Whether the rest of a line, which an attribute in front would move, holds more than comments and the head of an item.
fn moves_code(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default();
    line.split_once('{').is_some_and(|(_, behind)| !behind.trim().is_empty())
}

/// An item to instrument.
struct Found {
    start: usize,
    /// A module in it that is in another file.
    split: Option<Span>,
    /// Where the functions begin that are to be left out of it.
    skipped: Vec<usize>,
}

fn find(item: &Item, module: &str, style: &Style<'_>, found: &mut Vec<Found>) {
    let (attrs, functions) = match item {
        Item::Fn(function) if function.sig.constness.is_none() => {
            (&function.attrs, vec![(format!("{module}::{}", function.sig.ident), item_start(item, &function.attrs))])
        }
        Item::Impl(block) => {
            let name = type_name(&block.self_ty);
            let functions = block.items.iter().filter_map(|item| match item {
                ImplItem::Fn(method) if method.sig.constness.is_none() => {
                    Some((format!("{module}::{name}::{}", method.sig.ident), item_start(item, &method.attrs)))
                }
                _ => None,
            });
            (&block.attrs, functions.collect())
        }
        Item::Trait(block) => {
            let functions = block.items.iter().filter_map(|item| match item {
                TraitItem::Fn(method) if method.default.is_some() && method.sig.constness.is_none() => {
                    Some((format!("{module}::{}::{}", block.ident, method.sig.ident), item_start(item, &method.attrs)))
                }
                _ => None,
            });
            (&block.attrs, functions.collect())
        }
        Item::Mod(block) => {
            let module = format!("{module}::{}", block.ident);
            let items = block.content.iter().flat_map(|(_, items)| items);
            let mut inner = Vec::new();
            items.for_each(|item| find(item, &module, style, &mut inner));
            if style.whole_modules && module_in_a_file(item).is_none() && !inner.is_empty() {
                let skipped = inner.into_iter().flat_map(|item| item.skipped).collect();
                inner = vec![Found { start: item_start(item, &block.attrs), split: None, skipped }];
            }
            return found.append(&mut inner);
        }
        _ => return,
    };
    let (selected, skipped): (Vec<_>, Vec<_>) = functions.into_iter().partition(|(name, _)| (style.selects)(name));
    // Runs when nothing else can be relied upon.
    let panics = attrs.iter().any(|attr| attr.path().is_ident("panic_handler"));
    if !selected.is_empty() && !panics {
        let skipped = skipped.into_iter().map(|(_, start)| start).collect();
        found.push(Found { start: item_start(item, attrs), split: module_in_a_file(item), skipped });
    }
}

/// The first module of an item that is in another file, in whatever block.
fn module_in_a_file(item: &Item) -> Option<Span> {
    struct Modules(Option<Span>);
    impl Visit<'_> for Modules {
        fn visit_item_mod(&mut self, module: &ItemMod) {
            if module.content.is_none() {
                self.0.get_or_insert(module.mod_token.span);
            }
            visit::visit_item_mod(self, module);
        }
    }
    let mut modules = Modules(None);
    modules.visit_item(item);
    modules.0
}

/// The name of a type in an `impl`'s head, as records have it.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default(),
        Type::Reference(reference) => format!("&{}", type_name(&reference.elem)),
        _ => String::new(),
    }
}

fn item_start(item: &impl Spanned, attrs: &[Attribute]) -> usize {
    let outer = attrs.iter().filter(|attr| matches!(attr.style, AttrStyle::Outer));
    let starts = outer.map(|attr| attr.span().byte_range().start);
    starts.chain([item.span().byte_range().start]).min().unwrap_or_default()
}
