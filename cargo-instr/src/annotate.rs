//! Puts the attribute on every item of a source file, text in, text out, such that lines and columns stay.

use proc_macro2::{Span, TokenStream};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{AttrStyle, Attribute, ImplItem, Item, ItemMod, TraitItem, Type};

use crate::insertion::Text;
use crate::items::{Untouched, items};
use crate::macros::{Definition, EXPORTED, GIVEN, LeftFunction, MOVED, Refused, UNCOMPILED};
use crate::transcribers::{self, Macro};

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
    /// Whether functions that macros of the file make are annotated too, but for macros that may not be.
    pub macros: Option<&'a Refused>,
    /// Whether the file is a library's, whose exported macros other crates may use.
    pub is_library: bool,
}

impl<'a> Style<'a> {
    /// The attribute on every item.
    pub fn new(attribute: &'a str) -> Self {
        Style {
            attribute,
            skip: "",
            module: "",
            selects: &|_| true,
            keeps_columns: false,
            whole_modules: false,
            macros: None,
            is_library: false,
        }
    }
}

/// An annotated source file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Annotated {
    /// The text.
    pub text: String,
    /// How many items are instrumented.
    pub places: usize,
    /// The lines of the items that were left alone, because they share a line with what stands before them.
    pub left_alone: Vec<usize>,
    /// Items that syn does not know, and that may hold functions; and functions with modules in files.
    pub untouched: Vec<Untouched>,
    /// The macros that make what is instrumented.
    pub macros: Vec<Definition>,
    /// The macros that are not to make any.
    pub refused: Vec<Definition>,
    /// Functions of macros that are left alone.
    pub left: Vec<LeftFunction>,
}

/// Annotates every function that is not const, every `impl` and every `trait` with such functions, also in inline
/// modules. What macros are given is no item; what they make is one if the style says so.
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
    let text = Text::new(body, tokens.clone());
    let mut found = Vec::new();
    let macros = style.macros.map_or_else(Vec::new, |_| transcribers::macros(tokens.clone()));
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
    let mut left_alone = Vec::new();
    found.retain(|item| {
        let moves = style.keeps_columns && item.starts().any(|start| text.moves_code(start));
        left_alone.extend(moves.then(|| lines_before + text.line_of(item.start)));
        !moves
    });
    let mut annotated = Annotated { left_alone, untouched, ..Annotated::default() };
    for made in macros {
        annotated.add_macro(made, lines_before, &text, style, &mut found);
    }
    annotated.places = found.len();
    let mut insertions = Vec::new();
    for item in &found {
        insertions.push((text.place(item.start), style.attribute));
        insertions.extend(item.skipped.iter().map(|start| (text.place(*start), style.skip)));
    }
    annotated.text = head.to_owned() + &text.with(insertions);
    Ok(annotated)
}

impl Annotated {
    /// What a macro makes is instrumented, or it is noted why not.
    fn add_macro(
        &mut self,
        made: Macro,
        lines_before: usize,
        text: &Text<'_>,
        style: &Style<'_>,
        found: &mut Vec<Found>,
    ) {
        let lines = made.lines.start() + lines_before..=made.lines.end() + lines_before;
        let definition = Definition { name: made.name, lines, text: text.lines(&made.lines) };
        let mut leave = |function: &transcribers::Function, reason| {
            self.left.push(LeftFunction::new(&definition, &function.name, function.line + lines_before, reason));
        };
        let is_exported = made.is_exported && style.is_library;
        let is_refused = style.macros.is_some_and(|refused| refused.has(&definition));
        let selects =
            |function: &transcribers::Function| (style.selects)(&format!("{}::{}", style.module, function.name));
        let mut places = 0;
        for item in made.items {
            let (selected, skipped): (Vec<_>, Vec<_>) =
                item.functions.into_iter().partition(|function| selects(function));
            let skipped = skipped.into_iter().map(|function| function.start).collect();
            let item = Found { start: item.start, split: None, skipped };
            let reason = match () {
                () if selected.is_empty() => continue,
                () if is_exported => EXPORTED,
                () if is_refused => UNCOMPILED,
                () if style.keeps_columns && item.starts().any(|start| text.moves_code(start)) => MOVED,
                () => {
                    places += 1;
                    found.push(item);
                    continue;
                }
            };
            selected.iter().for_each(|function| leave(function, reason));
        }
        let reason = if is_exported { EXPORTED } else { GIVEN };
        made.given.iter().filter(|function| selects(function)).for_each(|function| leave(function, reason));
        if is_refused {
            self.refused.push(definition);
        } else if places > 0 {
            self.macros.push(definition);
        }
    }
}

/// Length of the byte order mark and the shebang line, which have to stay first.
pub(crate) fn head_len(source: &str) -> usize {
    let mark = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &source[mark..];
    let is_shebang = rest.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    let shebang = if is_shebang { rest.find('\n').map_or(rest.len(), |end| end + 1) } else { 0 };
    mark + shebang
}

/// An item to instrument.
struct Found {
    start: usize,
    /// A module in it that is in another file.
    split: Option<Span>,
    /// Where the functions begin that are to be left out of it.
    skipped: Vec<usize>,
}

impl Found {
    /// Where attributes go.
    fn starts(&self) -> impl Iterator<Item = usize> {
        [self.start].into_iter().chain(self.skipped.iter().copied())
    }
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
