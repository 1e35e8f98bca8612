//! Puts probes before the statements of one function. Input and output are real Rust, shown at each step.
//!
//! Nothing of the user's is wrapped except where only that brings the right last statement back: the value of a block,
//! `if`, `match` or `.await` inside a larger expression.

mod block;
mod expr;
mod loops;
mod tail;
mod value;

use proc_macro2::TokenStream;
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, Signature, Stmt};

use crate::item::Scope;
use crate::probe::{Site, Table};
use crate::snippet::Body;
pub(crate) use expr::attributes;
use loops::Loop;

// Input:  fn f() { a(); }
// Output: fn f() { sites!(…); let __instr_guard = enter(); probe(&__INSTR_SITES, 0); a(); }
/// Rewrites the body of a function. `name` is its path within its module.
pub(crate) fn function(sig: &Signature, block: &mut Block, scope: &Scope, name: &str) {
    let body = Body::new(block.brace_token.span.join());
    let mut rewriter =
        Rewriter { table: Table::new(&scope.runtime, name, body), scope, name, statement: None, loops: Vec::new() };
    // A guard across an await would become part of the future's type, and so of its `Send`-ness.
    let guarded = sig.asyncness.is_none();
    if guarded {
        tail::leave_early(sig, block, name, &rewriter.table);
    }
    rewriter.visit_block_mut(block);
    let table = rewriter.table;
    if table.is_empty() {
        return;
    }
    let mut head = table.definition();
    if guarded {
        head.extend(table.guard());
    }
    insert_head(block, head);
}

/// Items that stand first stay first: behind statements they would be a lint.
fn insert_head(block: &mut Block, head: TokenStream) {
    let items = block.stmts.iter().take_while(|stmt| matches!(stmt, Stmt::Item(_))).count();
    block.stmts.insert(items, Stmt::Expr(Expr::Verbatim(head), None));
}

/// What is known at a place within a function's body.
struct Rewriter<'a> {
    table: Table<'a>,
    scope: &'a Scope,
    /// Path of the function within its module.
    name: &'a str,
    /// The innermost statement around this place.
    statement: Option<Site>,
    /// The loops around this place, within the same function, closure or async block.
    loops: Vec<Loop>,
}

impl Rewriter<'_> {
    /// Works on what belongs to `statement`.
    fn within(&mut self, statement: Site, work: impl FnOnce(&mut Self)) {
        let outer = self.statement.replace(statement);
        work(self);
        self.statement = outer;
    }

    /// Works on code that cannot reach the loops around it.
    fn beyond_loops(&mut self, work: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.loops);
        work(self);
        self.loops = outer;
    }
}
