//! Functions whose last act is to call themselves. A release build makes a jump of such a call, so that it can go on for
//! millions of levels; with a guard to drop behind it there is no jump, and the stack overflows.
//!
//! So the guard is dropped early there: behind the call's last argument, as the callee begins. What the callee then
//! takes for its caller is the caller of this function, which is what it returns to.

use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, Expr, ExprAsync, ExprCall, ExprClosure, ExprMethodCall, ExprReturn, Item, ReceiverKind, Signature, Stmt,
    Token,
};

use super::expr::taken;
use super::value::{gives_closure, is_capitalized};
use crate::probe::Table;

// Input:  fn f(n: u64, sum: u64) -> u64 { if n == 0 { return sum; } f(n - 1, sum + n) }
// Output: fn f(n: u64, sum: u64) -> u64 { if n == 0 { return sum; } f(n - 1, after(sum + n, leave(__instr_guard))) }
/// Drops the guard before the calls in tail position, and says whether there are any. `name` is the function's path within its module. To be done before
/// anything else is rewritten.
pub(super) fn leave_early(sig: &Signature, block: &mut Block, name: &str, table: &Table<'_>) -> bool {
    // What stands before the last `::` is a type or, for a nested function, another function.
    let around = name.rsplit_once("::").and_then(|(path, _)| path.rsplit("::").next());
    let own_type = around.filter(|name| sig.receiver().is_some() || is_capitalized(name));
    let mut tails = Tails { sig, own_type, table, found: false };
    tails.block(block);
    tails.visit_block_mut(block);
    tails.found
}

struct Tails<'a> {
    sig: &'a Signature,
    /// The type that the function belongs to.
    own_type: Option<&'a str>,
    table: &'a Table<'a>,
    found: bool,
}

/// Finds the `return`s of the function itself.
impl VisitMut for Tails<'_> {
    fn visit_expr_return_mut(&mut self, expr: &mut ExprReturn) {
        if let Some(value) = &mut expr.expr {
            self.tail(value);
        }
        visit_mut::visit_expr_return_mut(self, expr);
    }

    fn visit_expr_closure_mut(&mut self, _: &mut ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut ExprAsync) {}
    fn visit_item_mut(&mut self, _: &mut Item) {}
}

impl Tails<'_> {
    fn block(&mut self, block: &mut Block) {
        if let Some(Stmt::Expr(tail, None)) = block.stmts.last_mut() {
            self.tail(tail);
        }
    }

    /// An expression whose value the function returns.
    fn tail(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Block(block) if block.label.is_none() => self.block(&mut block.block),
            Expr::Unsafe(block) => self.block(&mut block.block),
            Expr::If(expr) => {
                self.block(&mut expr.then_branch);
                if let Some((_, or)) = &mut expr.else_branch {
                    self.tail(or);
                }
            }
            Expr::Match(expr) => expr.arms.iter_mut().for_each(|arm| self.tail(&mut arm.body)),
            Expr::Paren(paren) => self.tail(&mut paren.expr),
            Expr::Group(group) => self.tail(&mut group.expr),
            Expr::Call(call) if self.is_self(call) => self.leave_in_call(call),
            Expr::MethodCall(call) if self.is_on_self(call) => self.leave_in_method_call(call),
            _ => {}
        }
    }

    /// `f(…)` in a function, `Self::f(…)` or `Type::f(…)` in a method.
    fn is_self(&self, call: &ExprCall) -> bool {
        let Expr::Path(path) = &*call.func else { return false };
        let mut segments = path.path.segments.iter().rev();
        if path.qself.is_some() || segments.next().is_none_or(|last| last.ident != self.sig.ident) {
            return false;
        }
        match (segments.next(), self.own_type) {
            (None, own_type) => own_type.is_none(),
            (Some(of), own_type) => of.ident == "Self" || own_type.is_some_and(|own_type| of.ident == own_type),
        }
    }

    /// `self.f(…)`. On anything else it may well be a function of that name of another type, which has no probes.
    fn is_on_self(&self, call: &ExprMethodCall) -> bool {
        matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("self")) && call.method == self.sig.ident
    }

    fn leave_in_call(&mut self, call: &mut ExprCall) {
        let place = match last_but_closures(&mut call.args) {
            Some(argument) => argument,
            None => &mut *call.func,
        };
        self.found = true;
        *place = self.table.leave_after(taken(place));
    }

    fn leave_in_method_call(&mut self, call: &mut ExprMethodCall) {
        // What is no reference would be dropped at another time, were it moved.
        let by_reference =
            matches!(self.sig.receiver(), Some(receiver) if matches!(receiver.kind, ReceiverKind::Reference(..)));
        let place = match last_but_closures(&mut call.args) {
            Some(argument) => argument,
            None if by_reference => &mut *call.receiver,
            None => return,
        };
        self.found = true;
        *place = self.table.leave_after(taken(place));
    }
}

/// The last argument that a call can be put around: closures take their types from where they stand.
fn last_but_closures(arguments: &mut Punctuated<Expr, Token![,]>) -> Option<&mut Expr> {
    arguments.iter_mut().rev().find(|argument| !gives_closure(argument))
}
