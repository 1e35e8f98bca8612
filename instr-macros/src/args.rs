//! The arguments of the attributes.

use instr_format::keys;
use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitStr, Path, Result, Token};

use crate::scope::{Level, Macros};

/// Arguments of `#[instrument_source]`.
#[derive(Default)]
pub(crate) struct Args {
    skip: Option<Span>,
    pub(crate) level: Option<Level>,
    pub(crate) macros: Option<Macros>,
    /// Where the runtime is found, if not at `::instr_runtime`.
    pub(crate) runtime: Option<Path>,
    /// Whether a tool has put the attribute there, whose user has nothing to be warned of. Not for people.
    pub(crate) by_tool: Option<()>,
}

/// In the order of their words.
const LEVELS: [Level; 3] = [Level::Statement, Level::Block, Level::Function];
const MACROS: [Macros; 4] = [Macros::Both, Macros::Invocations, Macros::Expansions, Macros::None];

impl Level {
    /// The level with this name.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        keys::LEVELS.iter().zip(LEVELS).find(|(name, _)| **name == word).map(|(_, level)| level)
    }
}

impl Macros {
    /// The choice with this name.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        keys::MACROS.iter().zip(MACROS).find(|(name, _)| **name == word).map(|(_, macros)| macros)
    }
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Args::default();
        let mut count = 0;
        while !input.is_empty() {
            let span = input.span();
            let name = input.call(Ident::parse_any).map(|name| name.to_string()).unwrap_or_default();
            match &*name {
                "skip" => set(&mut args.skip, span, span, "skip")?,
                "level" => {
                    set(&mut args.level, one_of(&keys::LEVELS, Level::of_word, input, span, "level")?, span, "level")?
                }
                "macros" => set(
                    &mut args.macros,
                    one_of(&keys::MACROS, Macros::of_word, input, span, "macros")?,
                    span,
                    "macros",
                )?,
                "crate" => set(&mut args.runtime, path(input, span)?, span, "crate")?,
                "by_tool" => set(&mut args.by_tool, (), span, "by_tool")?,
                "vars" => return Err(Error::new(span, "`vars` cannot be recorded yet: remove it")),
                _ => {
                    let expected = "`skip`, `level = \"…\"`, `macros = \"…\"` or `crate = path`";
                    return Err(Error::new(span, format!("unknown argument, expected {expected}")));
                }
            }
            count += 1;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        match args.skip {
            Some(skip) if count > 1 => {
                Err(Error::new(skip, "what is left out has no use for other arguments: remove them, or `skip`"))
            }
            _ => Ok(args),
        }
    }
}

fn set<T>(argument: &mut Option<T>, value: T, span: Span, name: &str) -> Result<()> {
    match argument.replace(value) {
        Some(_) => Err(Error::new(span, format!("argument `{name}` is given twice"))),
        None => Ok(()),
    }
}

/// The `= "word"` of an argument.
fn one_of<T>(
    words: &[&str],
    read: fn(&str) -> Option<T>,
    input: ParseStream<'_>,
    name_span: Span,
    name: &str,
) -> Result<T> {
    let assigned = input.parse::<Option<Token![=]>>()?.is_some() && !input.is_empty();
    let span = if assigned { input.span() } else { name_span };
    let word =
        if assigned { input.parse::<LitStr>().map(|word| word.value()).unwrap_or_default() } else { String::new() };
    read(&word).ok_or_else(|| {
        let allowed: Vec<_> = words.iter().map(|word| format!("`{name} = \"{word}\"`")).collect();
        Error::new(span, format!("expected one of {}", allowed.join(", ")))
    })
}

/// The `= path` of `crate`.
fn path(input: ParseStream<'_>, span: Span) -> Result<Path> {
    if input.is_empty() {
        return Err(Error::new(span, "argument `crate` needs a path: `crate = path`"));
    }
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}

impl Args {
    /// Whether this one item is left out.
    pub(crate) fn skips(&self) -> bool {
        self.skip.is_some()
    }

    /// An outer attribute takes a `skip` away, so one that is expanded on its own has nothing to be left out of.
    pub(crate) fn reject_skip(&self) -> Result<()> {
        match self.skip {
            Some(span) => Err(Error::new(
                span,
                "`skip` leaves an item out of an instrumented `impl`, `trait`, `mod` or function, but nothing around \
                 this item is instrumented: remove the attribute",
            )),
            None => Ok(()),
        }
    }
}

/// Arguments of `#[signal_handler]`.
#[derive(Default)]
pub(crate) struct HandlerArgs {
    /// Whether what would be warned of is an error.
    pub(crate) deny: Option<()>,
    /// Where the runtime is found, if not at `::instr_runtime`.
    pub(crate) runtime: Option<Path>,
}

impl Parse for HandlerArgs {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = HandlerArgs::default();
        while !input.is_empty() {
            let span = input.span();
            let name = input.call(Ident::parse_any).map(|name| name.to_string()).unwrap_or_default();
            match &*name {
                "deny" => set(&mut args.deny, (), span, "deny")?,
                "crate" => set(&mut args.runtime, path(input, span)?, span, "crate")?,
                _ => return Err(Error::new(span, "unknown argument, expected `deny` or `crate = path`")),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(args)
    }
}
