//! The call tree of a thread.

pub mod json;
pub mod text;

use crate::model::sites::Sites;
use crate::model::tree::{Total, Tree};

/// A tree to be shown.
pub struct Shown<'a> {
    /// The process.
    pub pid: u64,
    /// The thread's id and name.
    pub thread: (u64, &'a str),
    /// What its functions are called.
    pub sites: &'a Sites,
    /// Its calls.
    pub tree: &'a Tree,
    /// Deeper ones are left out.
    pub depth: usize,
}

impl Shown<'_> {
    /// What all of it has together.
    fn total(&self, totals: &[Total]) -> Total {
        let roots = self.tree.nodes.iter().zip(totals).filter(|(node, _)| node.parent.is_none());
        roots.fold(Total::default(), |sum, (_, total)| Total {
            calls: sum.calls.saturating_add(total.calls),
            statements: sum.statements.saturating_add(total.statements),
            ns: sum.ns.saturating_add(total.ns),
        })
    }
}
