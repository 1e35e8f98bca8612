//! The inserted tokens and the site table behind them. The only file that spells what the runtime offers to macros.
//!
//! Every token is resolved at `mixed_site`, so that it can neither capture a name of the user's nor raise a lint, and is
//! located at the statement that it belongs to.

use std::fmt::Write as _;

use instr_format::names::MacroFlag;
use instr_format::sites::{FunctionLine, SiteLine};
use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Expr, Stmt, Token};

use crate::attributes;
use crate::scope::{Level, Scope};
use crate::snippet::{Body, ends, place, without_attributes};

/// Where the runtime is found unless `crate = path` says otherwise.
pub(crate) fn default_runtime() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> ::instr_runtime)
}

/// A statement's number in its function's table, and where its probe is located: from its first token to its last.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    index: usize,
    pub(crate) span: Span,
    end: Span,
}

/// The site table of one function, as it grows.
pub(crate) struct Table<'a> {
    scope: &'a Scope,
    body: Body,
    text: String,
    count: usize,
    /// The first token that came out of a macro.
    expanded: Option<Span>,
}

impl<'a> Table<'a> {
    pub(crate) fn new(scope: &'a Scope, name: &str, body: Body) -> Self {
        let text = FunctionLine { name, file: &body.file }.to_string();
        Table { scope, body, text, count: 0, expanded: None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a site for a statement, an expression or a signature, before anything in it is rewritten; `None`: the
    /// attribute leaves it out.
    pub(crate) fn add(&mut self, code: &impl ToTokens, calls_macro: bool) -> Option<Site> {
        let tokens = without_attributes(code.to_token_stream());
        let hygienic = Span::mixed_site();
        let (first, last) = ends(tokens.clone()).unwrap_or((hygienic, hygienic));
        let place = place(tokens, calls_macro, &self.body);
        if !self.scope.macros.include(place.macro_flag) {
            return None;
        }
        if place.macro_flag == MacroFlag::Expansion {
            self.expanded.get_or_insert(first);
        }
        let line = SiteLine {
            line: place.line,
            col: place.col,
            macro_flag: place.macro_flag,
            snippet: &place.snippet,
            other_file: place.other_file.as_deref(),
        };
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{line}");
        self.count += 1;
        Some(Site { index: self.count - 1, span: first.resolved_at(hygienic), end: last.resolved_at(hygienic) })
    }

    /// The path to the runtime, located at a statement, so that messages are not about the attribute.
    fn runtime_at(&self, span: Span) -> TokenStream {
        let located = self.scope.runtime.clone().into_iter().map(|mut token| {
            token.set_span(span.resolved_at(token.span()));
            token
        });
        located.collect()
    }

    // Output: ::instr_runtime::macro_api::probe(&__INSTR_IDS[3])
    fn call(&self, function: &str, site: Site) -> TokenStream {
        let Site { index, span, .. } = site;
        let (runtime, index) = (self.runtime_at(span), Literal::usize_unsuffixed(index));
        let function = proc_macro2::Ident::new(function, span);
        quote_spanned!(span=> #runtime::macro_api::#function(&__INSTR_IDS[#index]))
    }

    /// The statement that records `site`.
    pub(crate) fn probe(&self, site: Site, attrs: &[Attribute]) -> Stmt {
        statement(attributes::for_probe(attrs, site.span), self.call("probe", site), site.end)
    }

    /// The statement that makes `site` the last-reached one again, before a statement with `attrs` that has no site.
    pub(crate) fn resume(&self, site: Site, attrs: &[Attribute]) -> Stmt {
        statement(attributes::for_probe(attrs, site.span), self.call("resume", site), site.end)
    }

    // Output: #[allow(unreachable_code)] ::instr_runtime::macro_api::probe(&__INSTR_IDS[3]);
    /// [`Self::back`] behind a loop's body, which may never reach its end.
    pub(crate) fn back_at_end(&self, header: Site) -> Stmt {
        statement(quote_spanned!(header.span=> #[allow(unreachable_code)]), self.back_call(header), header.end)
    }

    /// The statement that goes back to a loop's header: records it again, or resumes what the whole loop belongs to.
    pub(crate) fn back(&self, header: Site) -> Stmt {
        statement(TokenStream::new(), self.back_call(header), header.end)
    }

    fn back_call(&self, header: Site) -> TokenStream {
        self.call(if self.scope.level == Level::Statement { "probe" } else { "resume" }, header)
    }

    // Output: let __instr_guard = ::instr_runtime::macro_api::enter();
    pub(crate) fn guard(&self) -> TokenStream {
        let runtime = &self.scope.runtime;
        quote_spanned!(Span::mixed_site()=> let __instr_guard = #runtime::macro_api::enter();)
    }

    // Input:  OPERAND
    // Output: (::instr_runtime::macro_api::after)(OPERAND, ::instr_runtime::macro_api::resume(&__INSTR_IDS[3]))
    /// Makes `site` the thread's last-reached statement again once `operand` has its value.
    ///
    /// The parentheses are located where the operand begins and ends and count as the user's. The compiler takes the
    /// place of an expression from its first and last tokens, and would report a panic in one around this at the
    /// attribute.
    pub(crate) fn resume_after(&self, operand: &Expr, site: Site) -> Expr {
        let resume = self.call("resume", site);
        let (runtime, span) = (self.runtime_at(site.span), site.span);
        let operand = without_parens(operand).to_token_stream();
        let (first, last) = ends(operand.clone()).unwrap_or((span, span));
        let mut tokens = parenthesized(quote_spanned!(span=> #runtime::macro_api::after), first);
        tokens.extend(parenthesized(quote_spanned!(span=> #operand, #resume), last));
        Expr::Verbatim(tokens)
    }

    // Output: ::instr_runtime::macro_api::sites!(4, " name file\n1 5 n let\\sa\\s=\\s1;\n…");
    // Or:     ::instr_runtime::macro_api::sites!(4, "…", (::instr_runtime::macro_api::caller)());
    pub(crate) fn definition(&self) -> TokenStream {
        let (runtime, count, text) = (&self.scope.runtime, Literal::usize_unsuffixed(self.count), &self.text);
        let expanded = self.expanded.map(|span| {
            // The compiler takes a call for as far expanded as its first and last tokens, and says as its place where
            // the outermost macro was invoked.
            let caller = quote_spanned!(Span::mixed_site()=> #runtime::macro_api::caller);
            let (caller, arguments) = (parenthesized(caller, span), parenthesized(TokenStream::new(), span));
            quote_spanned!(Span::mixed_site()=> , #caller #arguments)
        });
        quote_spanned!(Span::mixed_site()=> #runtime::macro_api::sites!(#count, #text #expanded);)
    }
}

/// The compiler takes a statement's place from its first and last tokens too, and finds the probe unreachable where it
/// would find the user's statement so.
fn statement(attrs: TokenStream, call: TokenStream, end: Span) -> Stmt {
    Stmt::Expr(Expr::Verbatim(quote!(#attrs #call)), Some(Token![;](end)))
}

/// `{ TOKENS }` as an expression, whose braces are located at `span`.
pub(crate) fn braced(tokens: TokenStream, span: Span) -> Expr {
    Expr::Verbatim(delimited(Delimiter::Brace, tokens, span))
}

fn parenthesized(tokens: TokenStream, span: Span) -> TokenStream {
    delimited(Delimiter::Parenthesis, tokens, span)
}

fn delimited(delimiter: Delimiter, tokens: TokenStream, span: Span) -> TokenStream {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    TokenTree::Group(group).into()
}

/// Parentheses around a function's argument would be a lint.
fn without_parens(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) if paren.attrs.is_empty() => without_parens(&paren.expr),
        expr => expr,
    }
}
