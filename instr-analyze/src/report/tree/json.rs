//! A call tree as JSON.

use std::io::{self, Write};

use instr_format::ring::Clock;
use serde::Serialize;

use super::Shown;
use crate::model::flow::Exit;
use crate::model::tree::Total;
use crate::report::object;

#[derive(Serialize)]
struct JsonTree<'a> {
    pid: u64,
    tid: u64,
    thread: &'a str,
    clock: &'static str,
    statements: u64,
    calls: u64,
    #[serde(skip_serializing_if = "is_zero")]
    missing: u64,
    #[serde(skip_serializing_if = "is_zero")]
    left_out: u64,
    functions: Vec<JsonNode>,
}

#[derive(Serialize)]
struct JsonNode {
    /// Where in the list its caller is.
    caller: Option<usize>,
    file: String,
    line: u64,
    module: String,
    function: String,
    calls: u64,
    deepest: u64,
    open: u64,
    /// How many calls ended how.
    exits: Exits,
    /// Its own, and with those of all functions below.
    own_statements: u64,
    statements: u64,
    /// The same of times; with a coarse clock, the chunks that are wholly within it.
    own_ns: Option<u64>,
    ns: Option<u64>,
}

#[derive(Serialize)]
struct Exits {
    end: u64,
    r#return: u64,
    r#try: u64,
    panic: u64,
}

/// Writes the tree as an object on one line.
///
/// # Errors
/// When the output cannot be written.
pub fn write(shown: &Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    let totals = shown.tree.totals();
    let (children, all) = (shown.tree.children(&totals), shown.total(&totals));
    let ((tid, thread), tree) = (shown.thread, shown.tree);
    let mut list = List { shown, totals: &totals, children: &children, nodes: Vec::new() };
    list.add_below(tree.nodes.len(), None);
    let object = JsonTree {
        pid: shown.pid,
        tid,
        thread,
        clock: match tree.clock {
            Some(Clock::Full) => "full",
            Some(Clock::Coarse) => "coarse",
            _ => "off",
        },
        statements: all.statements,
        calls: all.calls,
        missing: tree.missing,
        left_out: tree.left_out,
        functions: list.nodes,
    };
    object::write(&object, out)?;
    out.write_all(b"\n")
}

/// Puts what is below a node behind the others, each with all that is below it.
struct List<'a> {
    shown: &'a Shown<'a>,
    totals: &'a [Total],
    children: &'a [Vec<usize>],
    nodes: Vec<JsonNode>,
}

impl List<'_> {
    fn add_below(&mut self, at: usize, caller: Option<usize>) {
        for child in self.children.get(at).map(Vec::as_slice).unwrap_or_default() {
            let Some(node) = self.node(*child, caller) else { continue };
            self.nodes.push(node);
            let is_innermost = |level: usize| level + 1 >= self.shown.depth;
            if self.shown.tree.nodes.get(*child).is_some_and(|node| !is_innermost(node.level)) {
                self.add_below(*child, Some(self.nodes.len() - 1));
            }
        }
    }

    fn node(&self, at: usize, caller: Option<usize>) -> Option<JsonNode> {
        let Shown { tree, sites, .. } = self.shown;
        let (node, total) = (tree.nodes.get(at)?, self.totals.get(at)?);
        let statement = sites.statement(node.body)?;
        let of_clock = |ns: u64, clocks: &[Clock]| tree.clock.filter(|clock| clocks.contains(clock)).map(|_| ns);
        Some(JsonNode {
            caller,
            file: statement.file,
            line: statement.line,
            module: statement.module,
            function: statement.function,
            calls: node.calls,
            deepest: node.deepest,
            open: node.open,
            exits: Exits {
                end: node.ended(Exit::End),
                r#return: node.ended(Exit::Return),
                r#try: node.ended(Exit::Try),
                panic: node.ended(Exit::Panic),
            },
            own_statements: node.statements,
            statements: total.statements,
            own_ns: of_clock(node.ns, &[Clock::Full]),
            ns: of_clock(total.ns, &[Clock::Full, Clock::Coarse]),
        })
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
