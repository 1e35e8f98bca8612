//! The arguments of the attributes.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Path, Result, Token};

/// Arguments of `#[instrument_source]`.
#[derive(Default)]
pub(crate) struct Args {
    skip: Option<Span>,
    /// Where the runtime is found, if not at `::instr_runtime`.
    pub(crate) runtime: Option<Path>,
}

mod keyword {
    syn::custom_keyword!(skip);
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Args::default();
        while !input.is_empty() {
            let ahead = input.lookahead1();
            let span = input.span();
            if ahead.peek(keyword::skip) {
                input.parse::<keyword::skip>()?;
                reject_second(args.skip.replace(span).is_some(), span, "skip")?;
            } else if ahead.peek(Token![crate]) {
                input.parse::<Token![crate]>()?;
                if input.is_empty() {
                    return Err(Error::new(span, "argument `crate` needs a path: `crate = path`"));
                }
                input.parse::<Token![=]>()?;
                reject_second(args.runtime.is_some(), span, "crate")?;
                args.runtime = Some(input.call(Path::parse_mod_style)?);
            } else {
                return Err(Error::new(span, "unknown argument, expected `skip` or `crate = path`"));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(args)
    }
}

fn reject_second(present: bool, span: Span, name: &str) -> Result<()> {
    if present { Err(Error::new(span, format!("argument `{name}` is given twice"))) } else { Ok(()) }
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
pub(crate) struct NoArgs;

impl Parse for NoArgs {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.is_empty() { Ok(NoArgs) } else { Err(input.error("`#[signal_handler]` takes no arguments")) }
    }
}
