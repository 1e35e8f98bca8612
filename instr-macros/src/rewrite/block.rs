//! Statements: a probe before each, and which of their attributes the probe needs.

use instr_format::sites::BlockKind;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Block, Expr, Stmt};

use super::expr::attributes;
use super::value::diverges;
use super::{Rewriter, insert_head};
use crate::probe::Site;
use crate::scope::Level;

impl Rewriter<'_> {
    // Input:  { a(); }, at the level of blocks
    // Output: { __INSTR_SITES.__instr_probe(&__instr_guard, 0); a(); }
    /// A block by itself, or as the body of what has the site `entry`.
    pub(super) fn entered(&mut self, block: &mut Block, kind: BlockKind, entry: Option<Site>) {
        let has_own = self.scope.level == Level::Block && block.stmts.iter().any(runs);
        let first = self.first.take();
        self.begin_block(kind);
        let entry = entry.or_else(|| if has_own { self.add(block, false) } else { None });
        self.statements(block, entry, first);
        if let Some(entry) = entry
            && !self.table.begins_with(entry, first, self.closures)
        {
            insert_head(block, [self.table.probe(entry, &[])]);
        }
    }

    // Input:  { let x; x = f(); x }
    // Output: { let x; __INSTR_SITES.__instr_probe(&__instr_guard, 0); x = f(); __INSTR_SITES.__instr_probe(&__instr_guard, 1); x }
    /// The guard records the statement with the site `first`, if there is nothing before it.
    fn statements(&mut self, block: &mut Block, entry: Option<Site>, mut first: Option<usize>) {
        let each = self.scope.level == Level::Statement;
        let mut output = Vec::with_capacity(block.stmts.len() * 2);
        let mut reachable = true;
        // What a statement without a site belongs to, and whether another site may be the last-reached one before it.
        let (mut around, mut left) = (entry.or(self.statement), false);
        for mut stmt in std::mem::take(&mut block.stmts) {
            if let Stmt::Item(item) = &mut stmt {
                self.item(item);
            } else if runs(&stmt) {
                let attrs = statement_attributes(&stmt);
                let own = if each { self.add(&stmt, calls_macro(&stmt)) } else { None };
                match (own, around) {
                    _ if !reachable => {}
                    (Some(own), _) if attrs.is_empty() && self.table.begins_with(own, first, self.closures) => {}
                    (Some(own), _) => output.push(self.table.probe(own, &attrs)),
                    (None, Some(around)) if left => output.push(self.table.resume(around, &attrs)),
                    _ => {}
                }
                first = None;
                reachable &= !matches!(&stmt, Stmt::Expr(expr, _) if diverges(expr));
                let passed = self.passed;
                self.within(if each { own } else { around }, |this| this.statement(&mut stmt));
                // What has attributes may be configured out, and what stands before it too.
                left = self.passed > passed || left && !attrs.is_empty();
                if own.is_some() && attrs.is_empty() {
                    around = own;
                }
            }
            output.push(stmt);
        }
        block.stmts = output;
    }

    fn statement(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Local(local) => {
                if let Some(init) = &mut local.init {
                    self.outermost(&mut init.expr);
                    if let Some((_, diverge)) = &mut init.diverge {
                        self.branch(diverge, BlockKind::LetElse);
                    }
                }
            }
            Stmt::Expr(expr, _) => self.outermost(expr),
            Stmt::Item(_) | Stmt::Macro(_) => {}
        }
    }

    /// The outermost expression of a statement or of a body: nothing is left once it has its value, which an await may
    /// never give.
    pub(super) fn outermost(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Await(outermost) => {
                self.operand(&mut outermost.base);
                self.passed += 1;
            }
            expr => self.visit_expr_mut(expr),
        }
    }
}

/// A declaration without a value does nothing.
fn runs(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Local(local) => local.init.is_some(),
        Stmt::Expr(Expr::Verbatim(_), _) => false,
        Stmt::Expr(..) | Stmt::Macro(_) => true,
        Stmt::Item(_) => false,
    }
}

fn calls_macro(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Macro(_) => true,
        Stmt::Expr(expr, _) => is_macro_call(expr),
        _ => false,
    }
}

pub(super) fn is_macro_call(expr: &Expr) -> bool {
    match expr {
        Expr::Group(group) => is_macro_call(&group.expr),
        expr => matches!(expr, Expr::Macro(_)),
    }
}

/// The attributes of a statement; those of an expression stand at its leftmost operand.
pub(crate) fn statement_attributes(stmt: &Stmt) -> Vec<Attribute> {
    match stmt {
        Stmt::Local(local) => local.attrs.clone(),
        Stmt::Macro(call) => call.attrs.clone(),
        Stmt::Expr(expr, _) => leftmost_attributes(expr),
        Stmt::Item(_) => Vec::new(),
    }
}

pub(super) fn leftmost_attributes(expr: &Expr) -> Vec<Attribute> {
    let mut output = attributes(expr).to_vec();
    let left = match expr {
        Expr::Assign(assign) => Some(&assign.left),
        Expr::Binary(binary) => Some(&binary.left),
        Expr::Cast(cast) => Some(&cast.expr),
        _ => None,
    };
    if let Some(left) = left {
        output.extend(leftmost_attributes(left));
    }
    output
}
