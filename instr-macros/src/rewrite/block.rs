//! Statements: a probe before each, and which of their attributes the probe needs.

use syn::visit_mut::VisitMut;
use syn::{Attribute, Block, Expr, Stmt};

use super::Rewriter;
use super::expr::attributes;
use crate::item;

impl Rewriter<'_> {
    // Input:  { let x; x = f(); x }
    // Output: { let x; probe(&__INSTR_SITES, 0); x = f(); probe(&__INSTR_SITES, 1); x }
    pub(super) fn block(&mut self, block: &mut Block) {
        let mut output = Vec::with_capacity(block.stmts.len() * 2);
        for mut stmt in std::mem::take(&mut block.stmts) {
            if let Stmt::Item(item) = &mut stmt {
                item::item_below(item, self.scope, &format!("{}::", self.name));
            } else if runs(&stmt) {
                let site = self.table.add(&stmt, calls_macro(&stmt));
                output.push(self.table.probe(site, &statement_attributes(&stmt)));
                self.within(site, |this| this.statement(&mut stmt));
            }
            output.push(stmt);
        }
        block.stmts = output;
    }

    fn statement(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Local(local) => {
                if let Some(init) = &mut local.init {
                    self.visit_expr_mut(&mut init.expr);
                    if let Some((_, diverge)) = &mut init.diverge {
                        self.visit_expr_mut(diverge);
                    }
                }
            }
            // Nothing of the statement is left once its outermost expression has its value.
            Stmt::Expr(Expr::Await(outermost), _) => self.operand(&mut outermost.base),
            Stmt::Expr(expr, _) => self.visit_expr_mut(expr),
            Stmt::Item(_) | Stmt::Macro(_) => {}
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
    matches!(stmt, Stmt::Macro(_) | Stmt::Expr(Expr::Macro(_), _))
}

/// The attributes of a statement; those of an expression stand at its leftmost operand.
fn statement_attributes(stmt: &Stmt) -> Vec<Attribute> {
    match stmt {
        Stmt::Local(local) => local.attrs.clone(),
        Stmt::Macro(call) => call.attrs.clone(),
        Stmt::Expr(expr, _) => leftmost_attributes(expr),
        Stmt::Item(_) => Vec::new(),
    }
}

fn leftmost_attributes(expr: &Expr) -> Vec<Attribute> {
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
