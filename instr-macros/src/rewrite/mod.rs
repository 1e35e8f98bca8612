//! Puts probes before the statements of one function. Input and output are real Rust, shown at each step.
//!
//! Nothing of the user's is wrapped except where only that brings the right last statement back: the value of a block,
//! `if`, `match` or `.await` inside a larger expression.

mod block;
mod expr;
mod loops;
mod tail;
mod value;

use crate::edges::Edges;
use syn::{Block, Signature, Stmt};

use crate::probe::{Site, Table};
use crate::scope::{Level, Scope};
use crate::snippet::Body;
pub(crate) use expr::attributes;
use loops::Loop;

// Input:  fn f() { a(); }
// Output: fn f() { sites!(…); let __instr_guard = enter(); __INSTR_SITES.__instr_probe(0); a(); }
/// Rewrites the body of a function. `name` is its path within its module.
pub(crate) fn function(sig: &Signature, block: &mut Block, scope: &Scope, name: &str) {
    let body = Body::new(block.brace_token.span.join());
    let table = Table::new(scope, name, body);
    let mut rewriter = Rewriter { table, scope, name, statement: None, loops: Vec::new(), passed: 0 };
    // A guard across an await would become part of the future's type, and so of its `Send`-ness.
    let guarded = sig.asyncness.is_none();
    let leaves = guarded && tail::leave_early(sig, block, name, &rewriter.table);
    let entry = rewriter.entry(sig);
    rewriter.entered(block, entry);
    let table = rewriter.table;
    if table.is_empty() && !leaves {
        return;
    }
    let mut head = Vec::new();
    if !table.is_empty() {
        head.push(table.definition());
    }
    if guarded {
        head.push(table.guard());
    }
    insert_head(block, head);
}

/// Items that stand first stay first: behind statements they would be a lint.
fn insert_head(block: &mut Block, head: Vec<Stmt>) {
    let items = block.stmts.iter().take_while(|stmt| matches!(stmt, Stmt::Item(_))).count();
    block.stmts.splice(items..items, head);
}

/// What is known at a place within a function's body.
struct Rewriter<'a> {
    table: Table<'a>,
    scope: &'a Scope,
    /// Path of the function within its module.
    name: &'a str,
    /// The innermost statement around this place, or whatever else the level gives a site, within the same function,
    /// closure or async block.
    statement: Option<Site>,
    /// The loops around this place, within the same.
    loops: Vec<Loop>,
    /// How many places have been passed after which another site than `statement` can be the last-reached one.
    passed: usize,
}

impl Rewriter<'_> {
    /// Works on what belongs to `statement`.
    fn within(&mut self, statement: Option<Site>, work: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.statement, statement);
        work(self);
        self.statement = outer;
    }

    /// Works on code that runs on its own: it cannot reach the loops around it, and neither does the statement.
    fn apart(&mut self, work: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.loops);
        self.within(None, work);
        self.loops = outer;
    }

    fn add(&mut self, code: &impl Edges, calls_macro: bool) -> Option<Site> {
        self.passed += 1;
        self.table.add(code, calls_macro)
    }

    /// The site of a function, a closure or an async block as a whole.
    fn entry(&mut self, code: &impl Edges) -> Option<Site> {
        if self.scope.level == Level::Statement { None } else { self.add(code, false) }
    }
}
