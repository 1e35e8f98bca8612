//! The call tree of a thread: each function once below each path of callers, with what its calls did there.
//!
//! A function that stands on its own path of callers is not entered again but gone back to, so that recursion, also by way of
//! others, has one node for each function.

mod build;

pub use build::Builder;

use instr_format::ring::Clock;

use super::flow::Exit;

/// The calls of a thread.
#[derive(Debug, Default)]
pub struct Tree {
    /// Parents stand before their children.
    pub nodes: Vec<Node>,
    /// What the times are good for. `None`: there are no records.
    pub clock: Option<Clock>,
    /// How many statements were reached.
    pub statements: u64,
    /// How many records are missing between those that are there.
    pub missing: u64,
    /// How many calls are counted with their callers, as the tree had become too large.
    pub left_out: u64,
}

/// The calls of a function that were made along one path of callers.
#[derive(Debug)]
pub struct Node {
    /// The function's first statement, by which it is known.
    pub body: u32,
    /// Its caller.
    pub parent: Option<usize>,
    /// How many callers are on its path.
    pub level: usize,
    /// How many calls began.
    pub calls: u64,
    /// How many are open at once at most: more than one in recursion.
    pub deepest: u64,
    /// How many are open still.
    pub open: u64,
    /// How many ended in each of these ways.
    pub exits: [(Exit, u64); 4],
    /// Statements of its own.
    pub statements: u64,
    /// With the clock `full`: time from its statements to the next ones. With `coarse`: that of the chunks of records that are
    /// within it, and within none of those that it calls. In nanoseconds.
    pub ns: u64,
}

/// What a node and all nodes below it have together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Total {
    /// Calls.
    pub calls: u64,
    /// Statements.
    pub statements: u64,
    /// Time, in nanoseconds.
    pub ns: u64,
}

impl Node {
    fn new(body: u32, parent: Option<usize>, level: usize) -> Self {
        let exits = [Exit::End, Exit::Return, Exit::Try, Exit::Panic].map(|exit| (exit, 0));
        Node { body, parent, level, calls: 0, deepest: 0, open: 0, exits, statements: 0, ns: 0 }
    }

    /// How many calls ended in this way.
    pub fn ended(&self, exit: Exit) -> u64 {
        self.exits.iter().find(|(way, _)| *way == exit).map_or(0, |(_, count)| *count)
    }
}

impl Tree {
    /// Of each node what it has together with those below it.
    pub fn totals(&self) -> Vec<Total> {
        let own = |node: &Node| Total { calls: node.calls, statements: node.statements, ns: node.ns };
        let mut totals: Vec<Total> = self.nodes.iter().map(own).collect();
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let Some(&Total { calls, statements, ns }) = totals.get(at) else { continue };
            if let Some(above) = node.parent.and_then(|parent| totals.get_mut(parent)) {
                above.calls = above.calls.saturating_add(calls);
                above.statements = above.statements.saturating_add(statements);
                above.ns = above.ns.saturating_add(ns);
            }
        }
        totals
    }

    /// The nodes below each node, and behind the last node those that have no caller; what took or did most comes first.
    pub fn children(&self, totals: &[Total]) -> Vec<Vec<usize>> {
        let mut children = vec![Vec::new(); self.nodes.len() + 1];
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(children) = children.get_mut(node.parent.unwrap_or(self.nodes.len())) {
                children.push(at);
            }
        }
        let weight = |at: &usize| totals.get(*at).map_or((0, 0), |total| (total.ns, total.statements));
        for children in &mut children {
            children.sort_by_key(|at| std::cmp::Reverse(weight(at)));
        }
        children
    }
}
