//! What a value is, as far as its expression shows it. To be asked before the expression is rewritten.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprAssign, ExprAsync, ExprBreak, ExprCall, ExprClosure, ExprForLoop, ExprGroup, ExprLoop, ExprMacro,
    ExprParen, ExprWhile, Item, Lifetime, Lit, Macro, Stmt, UnOp,
};

use super::expr::attributes;
use crate::attributes::contain;

/// Whether the value is or holds a closure. A call around it would hide the bound that the closure's types come from.
pub(super) fn gives_closure(expr: &Expr) -> bool {
    any_result(expr, &|result| match result {
        Expr::Closure(_) => true,
        Expr::Reference(reference) => gives_closure(&reference.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().any(gives_closure),
        Expr::Macro(call) => begins_closure(&call.mac.tokens),
        _ => false,
    })
}

/// Whether the value is a number whose type comes from around it: below a cast, an operator hands the cast's type on,
/// which a call does not.
pub(super) fn gives_untyped_number(expr: &Expr) -> bool {
    any_result(expr, &|result| match result {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.suffix().is_empty(),
            Lit::Float(number) => number.suffix().is_empty(),
            _ => false,
        },
        Expr::Unary(unary) => !matches!(unary.op, UnOp::Deref(_)) && gives_untyped_number(&unary.expr),
        Expr::Macro(_) | Expr::Verbatim(_) => true,
        _ => false,
    })
}

/// Whether the value may hold a reference to a temporary, which lives longer where this is part of what a `let` binds:
/// `let x = (if c { &temporary() } else { … }, 1)`. A call around it would end that.
pub(super) fn extends(expr: &Expr) -> bool {
    any_result(expr, &|result| match result {
        Expr::Reference(reference) => !is_local_place(&reference.expr),
        Expr::RawAddr(address) => !is_local_place(&address.expr),
        Expr::Macro(_) | Expr::Verbatim(_) => true,
        Expr::Tuple(tuple) => tuple.elems.iter().any(extends),
        Expr::Array(array) => array.elems.iter().any(extends),
        Expr::Repeat(repeat) => extends(&repeat.expr),
        Expr::Struct(literal) => {
            literal.fields.iter().any(|field| extends(&field.expr)) || literal.rest.as_deref().is_some_and(extends)
        }
        Expr::Call(call) => is_constructor(call) && call.args.iter().any(extends),
        Expr::Cast(cast) => extends(&cast.expr),
        Expr::Range(range) => [&range.start, &range.end].into_iter().flatten().any(|end| extends(end)),
        _ => false,
    })
}

/// Whether the value may be a constant, a reference to which the compiler makes `'static`: `&{ f(); [1, 2] }`. A call around
/// any part of it would end that.
pub(super) fn promotes(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Macro(_) | Expr::Verbatim(_) | Expr::Closure(_) => true,
        Expr::Path(_) => !is_local_place(expr),
        Expr::Paren(paren) => promotes(&paren.expr),
        Expr::Group(group) => promotes(&group.expr),
        Expr::Unary(unary) => promotes(&unary.expr),
        Expr::Binary(binary) => promotes(&binary.left) && promotes(&binary.right),
        Expr::Cast(cast) => promotes(&cast.expr),
        Expr::Reference(reference) => promotes(&reference.expr),
        Expr::Field(field) => promotes(&field.base),
        Expr::Index(index) => promotes(&index.expr) && promotes(&index.index),
        Expr::Tuple(tuple) => tuple.elems.iter().all(promotes),
        Expr::Array(array) => array.elems.iter().all(promotes),
        Expr::Repeat(repeat) => promotes(&repeat.expr),
        Expr::Struct(literal) => {
            literal.fields.iter().all(|field| promotes(&field.expr)) && literal.rest.as_deref().is_none_or(promotes)
        }
        Expr::Call(call) => is_constructor(call) && call.args.iter().all(promotes),
        Expr::Range(range) => [&range.start, &range.end].into_iter().flatten().all(|end| promotes(end)),
        Expr::Unsafe(block) => block_promotes(&block.block),
        Expr::Block(block) => block_promotes(&block.block),
        Expr::Loop(expr) => in_breaks(&expr.body, &promotes),
        // Where branches meet, there is no constant.
        _ => false,
    }
}

fn block_promotes(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(tail, None)) => promotes(tail),
        _ => true,
    }
}

/// Whether a variable gets its next value from branches that look at it: `last = match last { None => Some(a), Some(b) => … }`.
/// Where the first branch tells its type, the others need that.
pub(super) fn updates(assign: &ExprAssign) -> bool {
    let mut value = &*assign.right;
    while let Expr::Paren(ExprParen { expr, .. }) | Expr::Group(ExprGroup { expr, .. }) = value {
        value = expr;
    }
    let branches = matches!(value, Expr::If(_) | Expr::Match(_));
    branches && variable(&assign.left).is_some_and(|name| name != "self" && contain(&value.to_token_stream(), &name))
}

/// The variable that a place is part of, or that refers to it.
fn variable(place: &Expr) -> Option<String> {
    match place {
        Expr::Paren(paren) => variable(&paren.expr),
        Expr::Group(group) => variable(&group.expr),
        Expr::Field(field) => variable(&field.base),
        Expr::Index(index) => variable(&index.expr),
        Expr::Unary(unary) => variable(&unary.expr),
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

/// Whether nothing behind the expression is ever reached, as far as `return`, `break` and `continue` show it. What stands
/// there needs no probe, and is itself what the compiler calls unreachable.
pub(super) fn diverges(expr: &Expr) -> bool {
    never_passes(expr, |_| false)
}

/// The same as far as loops without a `break` show it too. A macro may hide one, so what stands behind has its probes; but
/// there is no value to go on with, whose type a call around would hide.
pub(super) fn has_no_value(expr: &Expr) -> bool {
    never_passes(expr, is_endless)
}

fn never_passes(expr: &Expr, endless: fn(&ExprLoop) -> bool) -> bool {
    let kind = match expr {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Loop(expr) => endless(expr),
        Expr::Paren(paren) => never_passes(&paren.expr, endless),
        Expr::Group(group) => never_passes(&group.expr, endless),
        Expr::Unsafe(block) => block_never_passes(&block.block, endless),
        Expr::Block(block) => block.label.is_none() && block_never_passes(&block.block, endless),
        Expr::If(expr) => {
            let or = expr.else_branch.as_ref().map(|(_, or)| or);
            block_never_passes(&expr.then_branch, endless) && or.is_some_and(|or| never_passes(or, endless))
        }
        Expr::Match(expr) => !expr.arms.is_empty() && expr.arms.iter().all(|arm| never_passes(&arm.body, endless)),
        _ => false,
    };
    kind && attributes(expr).is_empty()
}

fn block_never_passes(block: &Block, endless: fn(&ExprLoop) -> bool) -> bool {
    block.stmts.iter().any(|stmt| matches!(stmt, Stmt::Expr(expr, _) if never_passes(expr, endless)))
}

/// Whether no `break` leaves the loop, not even one in a macro's tokens.
fn is_endless(expr: &ExprLoop) -> bool {
    struct Breaks<'a> {
        label: Option<&'a Lifetime>,
        /// How many loops around the place have begun inside.
        depth: usize,
        found: bool,
    }
    impl Breaks<'_> {
        fn inner_loop(&mut self, walk: impl FnOnce(&mut Self)) {
            self.depth += 1;
            walk(self);
            self.depth -= 1;
        }
    }
    impl Visit<'_> for Breaks<'_> {
        fn visit_expr_break(&mut self, expr: &ExprBreak) {
            self.found |= match &expr.label {
                None => self.depth == 0,
                Some(label) => self.label.is_some_and(|own| own.ident == label.ident),
            };
            visit::visit_expr_break(self, expr);
        }
        fn visit_expr_loop(&mut self, expr: &ExprLoop) {
            self.inner_loop(|this| visit::visit_expr_loop(this, expr));
        }
        fn visit_expr_while(&mut self, expr: &ExprWhile) {
            self.inner_loop(|this| visit::visit_expr_while(this, expr));
        }
        fn visit_expr_for_loop(&mut self, expr: &ExprForLoop) {
            self.visit_expr(&expr.expr);
            self.inner_loop(|this| this.visit_block(&expr.body));
        }
        fn visit_macro(&mut self, call: &Macro) {
            self.found |= contain(&call.tokens, "break");
        }
        fn visit_expr_closure(&mut self, _: &ExprClosure) {}
        fn visit_expr_async(&mut self, _: &ExprAsync) {}
        fn visit_item(&mut self, _: &Item) {}
    }
    let mut breaks = Breaks { label: expr.label.as_ref().map(|label| &label.name), depth: 0, found: false };
    breaks.visit_block(&expr.body);
    !breaks.found
}

/// A variable, or a part of one. Constants, by their names, are not meant: each use of one is a temporary.
fn is_local_place(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(paren) => is_local_place(&paren.expr),
        Expr::Group(group) => is_local_place(&group.expr),
        Expr::Field(field) => is_local_place(&field.base),
        Expr::Index(index) => is_local_place(&index.expr),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)) && is_local_place(&unary.expr),
        Expr::Path(path) => path.path.get_ident().is_some_and(|name| !is_capitalized(&name.to_string())),
        _ => false,
    }
}

/// Whether the callee is a tuple struct or a variant, by its name.
pub(super) fn is_constructor(call: &ExprCall) -> bool {
    let mut callee = &*call.func;
    while let Expr::Paren(ExprParen { expr, .. }) | Expr::Group(ExprGroup { expr, .. }) = callee {
        callee = expr;
    }
    let Expr::Path(path) = callee else { return false };
    path.path.segments.last().is_some_and(|segment| is_capitalized(&segment.ident.to_string()))
}

pub(super) fn is_capitalized(name: &str) -> bool {
    name.trim_start_matches("r#").trim_start_matches('_').starts_with(char::is_uppercase)
}

/// Looks at the expressions whose value becomes that of `expr`: it itself, or the ends of its branches.
fn any_result(expr: &Expr, test: &dyn Fn(&Expr) -> bool) -> bool {
    match expr {
        Expr::Paren(paren) => any_result(&paren.expr, test),
        Expr::Group(group) => any_result(&group.expr, test),
        Expr::Unsafe(block) => in_tail(&block.block, test),
        Expr::Block(block) => in_tail(&block.block, test) || block.label.is_some() && in_breaks(&block.block, test),
        Expr::Loop(expr) => in_breaks(&expr.body, test),
        Expr::If(expr) => {
            let or = expr.else_branch.as_ref().map(|(_, or)| or);
            in_tail(&expr.then_branch, test) || or.is_some_and(|or| any_result(or, test))
        }
        Expr::Match(expr) => expr.arms.iter().any(|arm| any_result(&arm.body, test)),
        other => test(other),
    }
}

fn in_tail(block: &Block, test: &dyn Fn(&Expr) -> bool) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(tail, None)) => any_result(tail, test),
        Some(Stmt::Macro(call)) if call.semi_token.is_none() => {
            test(&Expr::Macro(ExprMacro { attrs: Vec::new(), mac: call.mac.clone() }))
        }
        _ => false,
    }
}

/// Looks at what any `break` inside the block carries, also if it leaves another loop.
fn in_breaks(block: &Block, test: &dyn Fn(&Expr) -> bool) -> bool {
    struct Breaks<'a> {
        test: &'a dyn Fn(&Expr) -> bool,
        found: bool,
    }
    impl Visit<'_> for Breaks<'_> {
        fn visit_expr_break(&mut self, expr: &ExprBreak) {
            self.found |= expr.expr.as_ref().is_some_and(|value| any_result(value, self.test));
            visit::visit_expr_break(self, expr);
        }
        fn visit_expr_closure(&mut self, _: &ExprClosure) {}
        fn visit_item(&mut self, _: &Item) {}
    }
    let mut breaks = Breaks { test, found: false };
    breaks.visit_block(block);
    breaks.found
}

/// Whether a macro's tokens have a `|` where an expression begins. In a pattern it stands behind another one.
fn begins_closure(tokens: &TokenStream) -> bool {
    let mut operand_before = false;
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Punct(punct) => {
            let begins = punct.as_char() == '|' && !operand_before;
            operand_before = matches!(punct.as_char(), '|' | '?' | '>') && operand_before;
            begins
        }
        TokenTree::Ident(name) => {
            operand_before = !["move", "async", "return", "break", "static"].iter().any(|word| name == word);
            false
        }
        TokenTree::Group(group) => {
            operand_before = true;
            begins_closure(&group.stream())
        }
        TokenTree::Literal(_) => {
            operand_before = true;
            false
        }
    })
}
