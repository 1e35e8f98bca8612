//! Finds calls in a signal handler that are not async-signal-safe. By their names and in the handler's own text only: what
//! the functions do that it calls, and what is among the arguments of a macro, is not looked into.

mod posix;
mod table;

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Arm, Block, Expr, ExprCall, ExprMethodCall, Item, Macro, Path, Stmt};

use crate::warning::{Warning, allows, allows_in};

/// The calls in the body of a handler that it must not make, but those in statements with `#[allow(deprecated)]`.
pub(crate) fn unsafe_calls(block: &Block) -> Vec<Warning> {
    let mut calls = Calls { found: Vec::new() };
    calls.visit_block(block);
    calls.found
}

struct Calls {
    found: Vec<Warning>,
}

impl Calls {
    fn found(&mut self, reason: Option<&'static str>, name: &str, span: Span) {
        if let Some(reason) = reason {
            self.found.push(Warning { span, note: format!("`{name}` {reason}; see signal-safety(7)") });
        }
    }
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        if !allows_in(stmt) {
            visit::visit_stmt(self, stmt);
        }
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        if !allows(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(function) = &*call.func {
            let path = segments(&function.path);
            self.found(table::of_function(&path), &path.join("::"), last_span(&function.path));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        self.found(table::of_method(&name, call.args.len()), &name, call.method.span());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let path = segments(&mac.path);
        self.found(table::of_macro(&path), &format!("{}!", path.join("::")), last_span(&mac.path));
    }

    // Its functions are not the handler.
    fn visit_item(&mut self, _: &'ast Item) {}
}

/// The names in a path.
pub(crate) fn segments(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Where a path says what it is.
pub(crate) fn last_span(path: &Path) -> Span {
    path.segments.last().map_or_else(Span::mixed_site, |last| last.ident.span())
}
