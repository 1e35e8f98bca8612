//! Puts probes before the statements of one function. Input and output are real Rust, shown at each step.
//!
//! Nothing of the user's is wrapped except where only that brings the right last statement back: the value of a block,
//! `if`, `match` or `.await` inside a larger expression.

mod block;
mod body;
mod expr;
mod loops;
mod tail;
mod value;

use instr_format::sites::BlockKind;
use instr_format::text::CLOSURE;
use syn::{Attribute, Block, Expr, Item, Macro, Signature, Stmt};

use crate::edges::Edges;
use crate::item;
use crate::probe::{Site, Table};
use crate::scope::{Level, Scope};
use crate::snippet::Body;
pub(crate) use block::statement_attributes;
pub(crate) use expr::attributes;
use loops::Loop;

// Input:  fn f() { a(); }
// Output: fn f() { let __instr_guard = __INSTR_SITES.__instr_begin(0); sites!(…); a(); }
/// Rewrites the body of a function. `name` is its path within its module.
pub(crate) fn function(attrs: &[Attribute], sig: &Signature, block: &mut Block, scope: &Scope, name: &str) {
    let body = Body::new(block.brace_token.span.join());
    // A guard across an await would become part of the future's type, and so of its `Send`-ness.
    let guarded = sig.asyncness.is_none();
    let table = Table::new(scope, (name, sig), body, attrs, guarded);
    let (statement, loops) = (None, Vec::new());
    let mut rewriter =
        Rewriter { table, scope, name, closures: 0, statement, nest: Nest::default(), loops, first: None, passed: 0 };
    let leaves = guarded && tail::leave_early(sig, block, name, &rewriter.table);
    let quiet = is_quiet(block);
    rewriter.first = guarded.then_some(0);
    let entry = rewriter.entry(sig);
    rewriter.entered(block, BlockKind::Plain, entry);
    let table = rewriter.table;
    if table.is_empty() && !leaves {
        return;
    }
    let guard = guarded.then(|| table.guard(0, 0));
    let sites = (!table.is_empty()).then(|| table.definition());
    insert_items(block, quiet, guard, sites);
}

/// Items that stand first stay first: behind statements they would be a lint.
fn insert_head(block: &mut Block, head: impl IntoIterator<Item = Stmt>) {
    let items = block.stmts.iter().take_while(|stmt| matches!(stmt, Stmt::Item(_))).count();
    block.stmts.splice(items..items, head);
}

/// Puts `first`, a `let`, at the head of a function's body, and items behind it. Were they first, clippy would pass over
/// the function (`inline_always`), as it does over one that is `quiet`; and before items of the user's, over those
/// (`items_after_statements`).
pub(crate) fn insert_items(block: &mut Block, quiet: bool, first: Option<Stmt>, items: Option<Stmt>) {
    let leading = block.stmts.iter().take_while(|stmt| matches!(stmt, Stmt::Item(_))).count();
    let behind_first = leading + usize::from(first.is_some());
    block.stmts.splice(leading..leading, first);
    let last = block.stmts.iter().rposition(|stmt| matches!(stmt, Stmt::Item(_)));
    let at = if quiet { leading } else { last.map_or(0, |last| last + 1).max(behind_first) };
    block.stmts.splice(at..at, items);
}

/// Whether clippy passes over a function with this body.
pub(crate) fn is_quiet(block: &Block) -> bool {
    block.stmts.first().is_none_or(ends_at_once)
}

fn ends_at_once(stmt: &Stmt) -> bool {
    let panics = |mac: &Macro| ["panic", "unreachable"].iter().any(|name| mac.path.is_ident(name));
    match stmt {
        Stmt::Macro(call) => panics(&call.mac),
        Stmt::Expr(Expr::Macro(call), _) => panics(&call.mac),
        Stmt::Expr(Expr::Return(value), _) => value.expr.is_none(),
        Stmt::Expr(Expr::Block(block), _) => is_quiet(&block.block),
        Stmt::Expr(Expr::Unsafe(block), _) => is_quiet(&block.block),
        _ => false,
    }
}

/// What is known at a place within a function's body.
struct Rewriter<'a> {
    table: Table<'a>,
    scope: &'a Scope,
    /// Path of the function within its module.
    name: &'a str,
    /// How many closures and async blocks of the function are around this place.
    closures: usize,
    /// The innermost statement around this place, or whatever else the level gives a site, within the same function,
    /// closure or async block.
    statement: Option<Site>,
    /// Where the next site lies.
    nest: Nest,
    /// The loops around this place, within the same.
    loops: Vec<Loop>,
    /// The number of the site that the guard records if it is that of the first statement in the body that is rewritten next.
    first: Option<usize>,
    /// How many places have been passed after which another site than `statement` can be the last-reached one.
    passed: usize,
}

/// In what a site lies: other than [`Rewriter::statement`], that may be the statement that a closure stands in.
#[derive(Clone, Copy, Default)]
struct Nest {
    /// The innermost statement around it that has a site.
    around: Option<Site>,
    /// In which of that one's blocks it is.
    block: u32,
    /// How many blocks have been begun.
    blocks: u32,
}

impl Rewriter<'_> {
    /// Works on what belongs to `statement`.
    fn within(&mut self, statement: Option<Site>, work: impl FnOnce(&mut Self)) {
        let outer = (self.statement, self.nest);
        self.statement = statement;
        if statement.is_some() {
            self.nest = Nest { around: statement, ..Nest::default() };
        }
        work(self);
        let blocks = if statement.is_some() { outer.1.blocks } else { self.nest.blocks };
        (self.statement, self.nest) = (outer.0, Nest { blocks, ..outer.1 });
    }

    /// Begins the next block or arm of the statement around this place.
    fn begin_block(&mut self, kind: BlockKind) {
        self.nest.block = self.nest.blocks;
        self.nest.blocks += 1;
        if let Some(around) = self.nest.around {
            self.table.has_block(around, kind);
        }
    }

    /// Works on a closure or an async block, or on an async closure, which is both. It runs on its own: it cannot reach the
    /// loops around it, and neither does the statement. What may wait is not `guarded`.
    fn apart(&mut self, closures: usize, guarded: bool, work: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.loops);
        let was_guarded = std::mem::replace(&mut self.table.guarded, guarded);
        self.closures += closures;
        self.within(None, work);
        self.closures -= closures;
        self.table.guarded = was_guarded;
        self.loops = outer;
    }

    /// An item within the function.
    fn item(&mut self, item: &mut Item) {
        let path = format!("{}{}::", self.name, CLOSURE.repeat(self.closures));
        item::item_below(item, self.scope, &path);
    }

    fn add(&mut self, code: &impl Edges, calls_macro: bool) -> Option<Site> {
        self.passed += 1;
        self.table.add(code, calls_macro, self.closures, (self.nest.around, self.nest.block))
    }

    /// The site of a function, a closure or an async block as a whole.
    fn entry(&mut self, code: &impl Edges) -> Option<Site> {
        if self.scope.level == Level::Statement { None } else { self.add(code, false) }
    }
}
