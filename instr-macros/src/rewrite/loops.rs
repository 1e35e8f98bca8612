//! Loop headers: evaluated again before every turn, and recorded each time.

use instr_format::sites::BlockKind;
use proc_macro2::Span;
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, ExprBlock, ExprContinue, ExprForLoop, ExprLoop, ExprWhile, Ident, Label, Stmt, Token};

use super::Rewriter;
use crate::probe::{Site, braced};
use crate::scope::Level;

/// A loop around the place at hand.
pub(super) struct Loop {
    label: Option<Ident>,
    /// The statement that its header belongs to; a plain `loop` has no header.
    header: Option<Site>,
}

impl Rewriter<'_> {
    // Input:  while c() { a(); }
    // Output: while c() { { probe(1); a(); } probe(0); }
    pub(super) fn while_loop(&mut self, expr: &mut ExprWhile) {
        self.visit_expr_mut(&mut expr.cond);
        self.loop_body(&mut expr.body, BlockKind::Turns, expr.label.as_ref(), self.statement);
    }

    // Input:  for x in v { a(x); }
    // Output: for x in v { { probe(1); a(x); } probe(0); }
    pub(super) fn for_loop(&mut self, expr: &mut ExprForLoop) {
        self.visit_expr_mut(&mut expr.expr);
        self.loop_body(&mut expr.body, BlockKind::Turns, expr.label.as_ref(), self.statement);
    }

    pub(super) fn plain_loop(&mut self, expr: &mut ExprLoop) {
        self.loop_body(&mut expr.body, BlockKind::Loop, expr.label.as_ref(), None);
    }

    fn loop_body(&mut self, block: &mut Block, kind: BlockKind, label: Option<&Label>, header: Option<Site>) {
        let level = self.scope.level;
        if let Some(statement) = self.statement.filter(|_| level == Level::Statement) {
            self.table.has_loop(statement);
        }
        let left_by_continue = header.filter(|_| level != Level::Function);
        self.loops.push(Loop { label: label.map(|label| label.name.ident.clone()), header: left_by_continue });
        let passed = self.passed;
        self.entered(block, kind, None);
        self.loops.pop();
        if let Some(header) = header
            && (level == Level::Statement || self.passed > passed)
        {
            // The user's block stays whole inside, so that the temporaries of its tail live as long as before.
            let inner = Block { brace_token: block.brace_token, stmts: std::mem::take(&mut block.stmts) };
            let semi = ends_in_semicolon(&inner).then(|| Token![;](Span::mixed_site()));
            let inner = ExprBlock { attrs: Vec::new(), label: None, block: inner };
            block.stmts = vec![Stmt::Expr(Expr::Block(inner), semi), self.table.back_at_end(header)];
        }
    }

    // Input:  continue
    // Output: { probe(0); continue }
    pub(super) fn continued(&self, expr: &ExprContinue) -> Option<Expr> {
        let target = match &expr.label {
            None => self.loops.last(),
            Some(label) => self.loops.iter().rev().find(|around| around.label.as_ref() == Some(&label.ident)),
        };
        let header = target?.header?;
        if !expr.attrs.is_empty() {
            return None;
        }
        let statements = vec![self.table.back(header), Stmt::Expr(Expr::Continue(expr.clone()), None)];
        Some(braced(statements, header.span))
    }
}

/// Where the last statement in a block ends in a semicolon, clippy wants one behind the block too, or none at both.
fn ends_in_semicolon(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(_, semi)) => semi.is_some(),
        Some(Stmt::Macro(call)) => call.semi_token.is_some(),
        Some(Stmt::Local(_)) => true,
        Some(Stmt::Item(_)) | None => false,
    }
}
