//! The inserted tokens and the site table behind them. The only file that spells what the runtime offers to macros.
//!
//! Every token is resolved at `mixed_site`, so that it can neither capture a name of the user's nor raise a lint, and is
//! located at the statement that it belongs to.

use instr_format::names::MacroFlag;
use instr_format::sites::{BlockKind, FunctionLine, Nesting, SiteLine, TRY};
use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::token::{Brace, Paren};
use syn::{
    Attribute, Block, Expr, ExprBlock, ExprCall, ExprLit, ExprMethodCall, ExprPath, ExprReference, Lit, Pat, Path,
    Signature, Stmt, Token,
};

use crate::attributes;
use crate::edges::Edges;
use crate::scope::{Level, Scope};
use crate::signature;
use crate::snippet::{Body, Place, ends, first_span, pattern, place, without_attributes};
use crate::test_attributes::{Described, described};

/// Where the runtime is found unless `crate = path` says otherwise.
pub(crate) fn default_runtime() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> ::instr_runtime)
}

/// The name of a function's sites, as `macro_api::sites!` defines them.
const SITES: &str = "__INSTR_SITES";
/// The name of what a function or closure holds while it runs.
const GUARD: &str = "__instr_guard";

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
    function: Described,
    rows: Vec<Row>,
    /// The first token that came out of a macro.
    expanded: Option<Span>,
    /// Whether there is a guard around the place at hand: code that may wait has none.
    pub(crate) guarded: bool,
    /// The sites that guards record, and how many closures they are in.
    begun: Vec<(usize, usize)>,
}

/// One site.
struct Row {
    place: Place,
    closures: usize,
    nesting: Nesting,
    shape: String,
    /// Of the arms of its `match`es.
    patterns: Vec<String>,
}

impl<'a> Table<'a> {
    /// Of the function with this path within its module and this signature.
    pub(crate) fn new(
        scope: &'a Scope,
        (name, sig): (&str, &Signature),
        body: Body,
        attrs: &[Attribute],
        guarded: bool,
    ) -> Self {
        let parameters = signature::parameter_names(sig);
        let lines = Some(body.lines_from(sig.fn_token.span.start().line));
        let function = described(attrs, |test| {
            FunctionLine { name, file: &body.file, lines, parameters: &parameters, test }.to_string()
        });
        Table { scope, body, function, rows: Vec::new(), expanded: None, guarded, begun: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many sites there are so far.
    pub(crate) fn count(&self) -> usize {
        self.rows.len()
    }

    /// Adds a site for a statement, an expression or a signature in so many closures, and in this block of the statement `around`
    /// it, before anything in it is rewritten; `None`: the attribute leaves it out.
    pub(crate) fn add(
        &mut self,
        code: &impl Edges,
        calls_macro: bool,
        closures: usize,
        (around, block): (Option<Site>, u32),
    ) -> Option<Site> {
        let hygienic = Span::mixed_site();
        let edges = code.edges().or_else(|| ends(without_attributes(code.to_token_stream())));
        let (first, last) = edges.unwrap_or((hygienic, hygienic));
        let place = place(code, calls_macro, &self.body);
        if !self.scope.macros.include(place.macro_flag) {
            return None;
        }
        if place.macro_flag == MacroFlag::Expansion {
            self.expanded.get_or_insert(first);
        }
        let index = self.rows.len();
        let up = around.and_then(|around| u32::try_from(index - around.index).ok());
        let nesting = Nesting { up, block, has_loop: false };
        self.rows.push(Row { place, closures, nesting, shape: String::new(), patterns: Vec::new() });
        Some(Site { index, span: first.resolved_at(hygienic), end: last.resolved_at(hygienic) })
    }

    /// Says of a site that its statement has a loop.
    pub(crate) fn has_loop(&mut self, site: Site) {
        if let Some(row) = self.rows.get_mut(site.index) {
            row.nesting.has_loop = true;
        }
    }

    /// Says of a site that its statement has one more block.
    pub(crate) fn has_block(&mut self, site: Site, kind: BlockKind) {
        self.extend_shape(site, kind.letter());
    }

    /// Says of a site that its statement has one more `?`.
    pub(crate) fn has_try(&mut self, site: Site) {
        self.extend_shape(site, TRY);
    }

    /// Says of a site which pattern the next arm in its statement has.
    pub(crate) fn has_arm(&mut self, site: Site, arm: &Pat) {
        if let Some(row) = self.rows.get_mut(site.index) {
            row.patterns.push(pattern(arm, &self.body));
        }
    }

    fn extend_shape(&mut self, site: Site, letter: char) {
        if let Some(row) = self.rows.get_mut(site.index) {
            row.shape.push(letter);
        }
    }

    /// The path to the runtime, located at a statement, so that messages are not about the attribute.
    fn runtime_at(&self, span: Span) -> TokenStream {
        let located = self.scope.runtime.clone().into_iter().map(|mut token| {
            token.set_span(span.resolved_at(token.span()));
            token
        });
        located.collect()
    }

    // Output: __INSTR_SITES.__instr_probe(&__instr_guard, 3)
    // Or:     __INSTR_SITES.__instr_probe_here(3)
    /// A method, as the shortest path costs the compiler least, and syntax trees instead of tokens, as each stream of those
    /// goes through the compiler once more. Code that may wait must hold no reference while it does.
    fn call(&self, method: &str, site: Site, attrs: Vec<Attribute>) -> ExprMethodCall {
        let span = site.span;
        let guard = self.guarded.then(|| reference(GUARD, span));
        let method = if self.guarded { method.to_owned() } else { format!("{method}_here") };
        call(&method, guard.into_iter().chain([number(site.index, span)]), span, attrs)
    }

    fn statement(&self, method: &str, site: Site, attrs: Vec<Attribute>) -> Stmt {
        // The compiler takes a statement's place from its first and last tokens too, and finds the probe unreachable where
        // it would find the user's statement so.
        Stmt::Expr(Expr::MethodCall(self.call(method, site, attrs)), Some(Token![;](site.end)))
    }

    /// The statement that records `site`.
    pub(crate) fn probe(&self, site: Site, attrs: &[Attribute]) -> Stmt {
        self.statement("__instr_probe", site, attributes::for_probe(attrs, site.span))
    }

    /// The statement that makes `site` the last-reached one again, before a statement with `attrs` that has no site.
    pub(crate) fn resume(&self, site: Site, attrs: &[Attribute]) -> Stmt {
        self.statement("__instr_resume", site, attributes::for_probe(attrs, site.span))
    }

    // Output: #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 3);
    /// [`Self::back`] behind a loop's body, which may never reach its end.
    pub(crate) fn back_at_end(&self, header: Site) -> Stmt {
        self.statement(self.back_method(), header, vec![attributes::allow_unreachable(header.span)])
    }

    /// The statement that goes back to a loop's header: records it again, or resumes what the whole loop belongs to.
    pub(crate) fn back(&self, header: Site) -> Stmt {
        self.statement(self.back_method(), header, Vec::new())
    }

    fn back_method(&self) -> &'static str {
        if self.scope.level == Level::Statement { "__instr_probe" } else { "__instr_resume" }
    }

    /// Whether `site` is that of the `first` statement, right behind a guard, which then records it.
    pub(crate) fn begins_with(&mut self, site: Site, first: Option<usize>, closures: usize) -> bool {
        let begins = first == Some(site.index);
        if begins {
            self.begun.push((site.index, closures));
        }
        begins
    }

    // Output: let __instr_guard = __INSTR_SITES.__instr_begin(0);
    // Or:     let __instr_guard = ::instr_runtime::macro_api::enter();
    /// The statement that enters a function, or what is in so many closures of it. If the site with number `first` is its own and
    /// stands right behind, it is recorded here.
    pub(crate) fn guard(&self, first: usize, closures: usize) -> Stmt {
        if !self.begun.contains(&(first, closures)) {
            return guard(&self.scope.runtime);
        }
        let span = Span::mixed_site();
        let begin = call("__instr_begin", [number(first, span)], span, Vec::new());
        verbatim(quote_spanned!(span=> let __instr_guard = #begin;))
    }

    // Input:  OPERAND
    // Output: (::instr_runtime::macro_api::after)(OPERAND, __INSTR_SITES.__instr_resume(&__instr_guard, 3))
    /// Makes `site` the thread's last-reached statement again once `operand` has its value. Nothing stands before the operand
    /// that a future would have to keep while it waits for that.
    ///
    /// The parentheses are located where the operand begins and ends and count as the user's. The compiler takes the
    /// place of an expression from its first and last tokens, and would report a panic in one around this at the
    /// attribute.
    pub(crate) fn resume_after(&self, operand: Expr, site: Site) -> Expr {
        let operand = without_parens(operand);
        let edges = operand.edges().or_else(|| ends(operand.to_token_stream()));
        let (first, last) = edges.unwrap_or((site.span, site.span));
        let resume = self.call("__instr_resume", site, Vec::new());
        self.after(operand, Expr::MethodCall(resume), site.span, first, last)
    }

    // Input:  ARGUMENT
    // Output: (::instr_runtime::macro_api::after)(ARGUMENT, ::instr_runtime::macro_api::leave(__instr_guard))
    /// Drops the function's guard behind an argument, which is still to be rewritten.
    pub(crate) fn leave_after(&self, argument: Expr) -> Expr {
        let argument = without_parens(argument);
        let place = argument.edges().map(|(first, _)| first).or_else(|| first_span(argument.to_token_stream()));
        let place = place.unwrap_or_else(Span::mixed_site);
        let span = place.resolved_at(Span::mixed_site());
        let runtime = self.runtime_at(span);
        let leave = Expr::Verbatim(quote_spanned!(span=> #runtime::macro_api::leave(__instr_guard)));
        self.after(argument, leave, span, place, place)
    }

    /// The call of `after` at `span`, its parentheses at `first` and `last`.
    fn after(&self, value: Expr, then: Expr, span: Span, first: Span, last: Span) -> Expr {
        let runtime = self.runtime_at(span);
        let after = parenthesized(quote_spanned!(span=> #runtime::macro_api::after), first);
        Expr::Call(ExprCall {
            attrs: Vec::new(),
            func: Box::new(Expr::Verbatim(after)),
            paren_token: Paren(last),
            args: [value, then].into_iter().collect(),
        })
    }

    // Output: ::instr_runtime::macro_api::sites!(4, " name file\n1 5 n let\\sa\\s=\\s1;\n…");
    // Or:     ::instr_runtime::macro_api::sites!(4, "…", (::instr_runtime::macro_api::caller)());
    pub(crate) fn definition(&self) -> Stmt {
        let (runtime, count) = (&self.scope.runtime, Literal::usize_unsuffixed(self.rows.len()));
        let expanded = self.expanded.map(|span| {
            // The compiler takes a call for as far expanded as its first and last tokens, and says as its place where
            // the outermost macro was invoked.
            let caller = quote_spanned!(Span::mixed_site()=> #runtime::macro_api::caller);
            let (caller, arguments) = (parenthesized(caller, span), parenthesized(TokenStream::new(), span));
            quote_spanned!(Span::mixed_site()=> , #caller #arguments)
        });
        let lines: String = self.rows.iter().map(Row::text).collect();
        let sites = |function: &str| {
            let text = format!("{function}{lines}");
            quote_spanned!(Span::mixed_site()=> #runtime::macro_api::sites!(#count, #text #expanded);)
        };
        let plain = sites(&self.function.text);
        verbatim(match &self.function.unless {
            None => plain,
            Some((when, function)) => {
                let conditional = sites(function);
                quote_spanned!(Span::mixed_site()=> #[cfg(not(#when))] #plain #[cfg(#when)] #conditional)
            }
        })
    }
}

impl Row {
    /// Its line in the table.
    fn text(&self) -> String {
        let Row { place, closures, nesting, shape, patterns } = self;
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let line = SiteLine {
            line: place.line,
            col: place.col,
            macro_flag: place.macro_flag,
            closures: *closures,
            further: place.further as u64,
            nesting: *nesting,
            shape,
            snippet: &place.snippet,
            patterns: &patterns,
            other_file: place.other_file.as_deref(),
        };
        line.to_string()
    }
}

// Output: let __instr_guard = ::instr_runtime::macro_api::enter();
/// The statement that enters a function or closure that does not begin with a recorded statement.
pub(crate) fn guard(runtime: &TokenStream) -> Stmt {
    verbatim(quote_spanned!(Span::mixed_site()=> let __instr_guard = #runtime::macro_api::enter();))
}

// Output: ::instr_runtime::macro_api::tracked!("/ws/instr.toml");
/// An item by which the compiler tells cargo that the crate depends on a file.
pub(crate) fn tracked(runtime: &TokenStream, file: &str) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> #runtime::macro_api::tracked!(#file);)
}

pub(crate) fn verbatim(tokens: TokenStream) -> Stmt {
    Stmt::Expr(Expr::Verbatim(tokens), None)
}

/// A call of a method of the function's sites.
fn call(method: &str, args: impl IntoIterator<Item = Expr>, span: Span, attrs: Vec<Attribute>) -> ExprMethodCall {
    ExprMethodCall {
        attrs,
        receiver: Box::new(variable(SITES, span)),
        dot_token: Token![.](span),
        method: Ident::new(method, span),
        turbofish: None,
        paren_token: Paren(span),
        args: args.into_iter().collect(),
    }
}

fn variable(name: &str, span: Span) -> Expr {
    Expr::Path(ExprPath { attrs: Vec::new(), qself: None, path: Path::from(Ident::new(name, span)) })
}

fn reference(name: &str, span: Span) -> Expr {
    let (and_token, expr) = (Token![&](span), Box::new(variable(name, span)));
    Expr::Reference(ExprReference { attrs: Vec::new(), and_token, mutability: None, expr })
}

fn number(value: usize, span: Span) -> Expr {
    let mut number = Literal::usize_unsuffixed(value);
    number.set_span(span);
    Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Verbatim(number) })
}

/// `{ STATEMENTS }` as an expression, whose braces are located at `span`.
pub(crate) fn braced(stmts: Vec<Stmt>, span: Span) -> Expr {
    Expr::Block(ExprBlock { attrs: Vec::new(), label: None, block: Block { brace_token: Brace(span), stmts } })
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
fn without_parens(mut expr: Expr) -> Expr {
    while let Expr::Paren(paren) = expr {
        if !paren.attrs.is_empty() {
            return Expr::Paren(paren);
        }
        expr = *paren.expr;
    }
    expr
}
