//! The bodies of closures and of match arms: blocks of their own, or made so.

use instr_format::sites::BlockKind;
use proc_macro2::Span;
use quote::ToTokens;
use syn::token::Paren;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprClosure, ExprMatch, ExprParen, ExprRange, MacroDelimiter, Pat, Stmt, parse_quote_spanned};

use super::block::{is_macro_call, leftmost_attributes};
use super::expr::taken;
use super::{Rewriter, insert_head};
use crate::probe::{Site, braced};
use crate::scope::Level;
use crate::snippet::{ends, first_span};

impl Rewriter<'_> {
    // Input:  |x| x + 1
    // Output: |x| { let __instr_guard = __INSTR_SITES.__instr_begin(3); x + 1 }
    pub(super) fn closure(&mut self, closure: &mut ExprClosure) {
        if closure.constness.is_some() {
            return;
        }
        let passed = self.passed;
        let guarded = closure.asyncness.is_none();
        let tokens = closure.body.to_token_stream();
        // Messages say that a closure ends where its body ends. A unit in braces that count as the user's would be a lint.
        let end = if is_unit(&closure.body) { None } else { ends(tokens).map(|(_, last)| last) };
        let closures = if guarded { 1 } else { 2 };
        self.apart(closures, guarded, |this| {
            let enters = guarded.then(|| this.table.count());
            this.first = enters;
            let entry = this.entry(closure);
            this.body(&mut closure.body, BlockKind::Closure, entry, enters, end);
        });
        if guarded {
            // It has a slot of its own.
            self.passed = passed;
        }
    }

    // Input:  match x { 1 => a(), _ if b() => { c() } }
    // Output: match x { 1 => { __INSTR_SITES.__instr_probe(&__instr_guard, 1); a() }, _ if b() => { __INSTR_SITES.__instr_probe(&__instr_guard, 2); c() } }
    pub(super) fn arms(&mut self, expr: &mut ExprMatch) {
        if expr.arms.iter().any(|arm| matches!(arm.pat, Pat::Guard(_))) {
            self.operand(&mut expr.expr);
        } else {
            self.visit_expr_mut(&mut expr.expr);
        }
        let kinds = std::iter::once(BlockKind::FirstArm).chain(std::iter::repeat(BlockKind::Arm));
        for (arm, kind) in expr.arms.iter_mut().zip(kinds) {
            if let Some(around) = self.nest.around {
                self.table.has_arm(around, &arm.pat);
            }
            if let Pat::Guard(guarded) = &mut arm.pat {
                self.visit_expr_mut(&mut guarded.guard);
            }
            let allowed = is_dropping(&arm.body);
            self.body(&mut arm.body, kind, None, None, None);
            if allowed {
                allow_drop(&mut arm.body);
            }
        }
    }

    /// The body of a closure or of a match arm: a block as it is, anything else in braces of its own, located at `end`. A
    /// closure with a guard `enters`, with the site of that number.
    fn body(
        &mut self,
        body: &mut Expr,
        kind: BlockKind,
        entry: Option<Site>,
        enters: Option<usize>,
        end: Option<Span>,
    ) {
        if let Expr::Block(block) = body
            && block.attrs.is_empty()
            && block.label.is_none()
        {
            self.entered(&mut block.block, kind, entry);
            if !block.block.stmts.is_empty() {
                insert_head(&mut block.block, enters.map(|first| self.table.guard(first, self.closures)));
            }
            return;
        }
        let first = self.first.take();
        self.begin_block(kind);
        let level = self.scope.level;
        let calls_macro = is_macro_call(body);
        let site = entry.or_else(|| if level == Level::Function { None } else { self.add(body, calls_macro) });
        let around = self.statement.filter(|_| level != Level::Statement);
        self.within(site.or(around), |this| this.outermost(body));
        if site.is_none() && enters.is_none() {
            return;
        }
        let probe = site
            .filter(|site| !self.table.begins_with(*site, first, self.closures))
            .map(|site| self.table.probe(site, &[]));
        let guard = enters.map(|first| self.table.guard(first, self.closures));
        let mut stmts: Vec<Stmt> = guard.into_iter().chain(probe).collect();
        let mut value = taken(body);
        if !leftmost_attributes(&value).is_empty() {
            // No attribute may stand where the body does, as it may at the start of a statement.
            let paren_token = Paren(Span::mixed_site());
            value = Expr::Paren(ExprParen { attrs: Vec::new(), paren_token, expr: Box::new(value) });
        }
        parenthesize_first(&mut value);
        stmts.push(Stmt::Expr(value, None));
        *body = braced(stmts, end.or(site.map(|site| site.span)).unwrap_or_else(Span::mixed_site));
    }
}

// Input:  { [1, 2] }[i]
// Output: ({ [1, 2] })[i]
/// At the start of a statement the block would be one of its own. The parenthesis counts as the user's, as it begins what
/// may panic.
fn parenthesize_first(expr: &mut Expr) {
    let first = match expr {
        Expr::Assign(assign) => &mut assign.left,
        Expr::Await(inner) => &mut inner.base,
        Expr::Binary(binary) => &mut binary.left,
        Expr::Call(call) => &mut call.func,
        Expr::Cast(cast) => &mut cast.expr,
        Expr::Field(field) => &mut field.base,
        Expr::Index(index) => &mut index.expr,
        Expr::MethodCall(call) => &mut call.receiver,
        Expr::Range(ExprRange { start: Some(start), .. }) => start,
        Expr::Try(inner) => &mut inner.expr,
        _ => return,
    };
    parenthesize_first(first);
    if ends_statement(first)
        && let Some(place) = first_span(first.to_token_stream())
    {
        let expr = Box::new(taken(first));
        **first = Expr::Paren(ExprParen { attrs: Vec::new(), paren_token: Paren(place), expr });
    }
}

/// Whether a statement that begins with the expression ends with it too.
fn ends_statement(expr: &Expr) -> bool {
    match expr {
        Expr::Macro(call) => matches!(call.mac.delimiter, MacroDelimiter::Brace(_)),
        expr => matches!(
            expr,
            Expr::Block(_)
                | Expr::Const(_)
                | Expr::ForLoop(_)
                | Expr::If(_)
                | Expr::Loop(_)
                | Expr::Match(_)
                | Expr::TryBlock(_)
                | Expr::Unsafe(_)
                | Expr::While(_)
        ),
    }
}

/// `1 => drop(f()),` is an idiom for an arm without a value, and no lint unless braces are around it.
fn is_dropping(body: &Expr) -> bool {
    matches!(body, Expr::Call(call)
        if matches!(&*call.func, Expr::Path(path)
            if path.path.segments.last().is_some_and(|last| last.ident == "drop"))
            && call.args.iter().any(has_effects))
}

/// Allows such a call to be in the braces that it has got.
fn allow_drop(body: &mut Expr) {
    if let Expr::Block(block) = body
        && let Some(Stmt::Expr(Expr::Call(call), None)) = block.block.stmts.last_mut()
    {
        let allow = parse_quote_spanned!(Span::mixed_site()=>
            #[allow(dropping_copy_types, dropping_references, clippy::drop_non_drop)]);
        call.attrs.insert(0, allow);
    }
}

/// Whether the compiler takes the value for more than something to look at.
fn has_effects(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) | Expr::Closure(_) => false,
        Expr::Reference(reference) => has_effects(&reference.expr),
        Expr::Field(field) => has_effects(&field.base),
        Expr::Unary(unary) => has_effects(&unary.expr),
        Expr::Binary(binary) => has_effects(&binary.left) || has_effects(&binary.right),
        Expr::Cast(cast) => has_effects(&cast.expr),
        Expr::Paren(paren) => has_effects(&paren.expr),
        _ => true,
    }
}

fn is_unit(expr: &Expr) -> bool {
    matches!(expr, Expr::Tuple(tuple) if tuple.elems.is_empty())
}
