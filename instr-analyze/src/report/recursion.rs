//! Which functions call each other, many calls deep.

use std::io::{self, Write};

use instr_format::escape::Printable;
use serde::Serialize;

use super::lines::cut;
use super::number::Grouped;
use crate::model::chain::{Chain, Counted, Part};
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::model::thread::Thread;
use crate::model::total::total;
use crate::run::load::Run;

/// So many functions are named.
const NAMED: usize = 4;
/// A function recurses if it has a call in so many.
const SHARE: u64 = 20;
/// Fewer calls are no recursion.
const FEW: u64 = 100;

/// Functions that call each other.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    /// Each, and how many calls it has.
    functions: Vec<Function>,
    /// How many of the thread's calls these are.
    calls: u64,
    /// The statement that called the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Statement>,
    /// How many calls the thread was in.
    #[serde(skip)]
    depth: u64,
}

#[derive(Debug, Serialize)]
struct Function {
    function: String,
    calls: u64,
}

// Output:   recursion: yaml::load_node, yaml::load_sequence (86,998 of 87,001 calls), from src/main.rs:15: load(&text)
/// Says it of the thread whose stack has overflowed.
pub(super) fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let has_overflowed = run.crash.as_ref().is_some_and(|crash| crash.has_overflowed());
    let Some(thread) = run.threads.iter().find(|thread| has_overflowed && run.has_crashed(thread)) else {
        return Ok(());
    };
    if found(thread, &run.sites).is_none() {
        return Ok(());
    }
    of_thread(thread, &run.sites, out)?;
    writeln!(out, "  instrumented calls take more stack: the plain program may have room for them")
}

/// Says it of one thread.
pub(super) fn of_thread(thread: &Thread, sites: &Sites, out: &mut dyn Write) -> io::Result<()> {
    let Some(Found { functions, calls, from, depth }) = found(thread, sites) else { return Ok(()) };
    let named = functions.iter().take(NAMED).map(|named| Printable(named.function.as_bytes()).to_string());
    let others = if functions.len() > NAMED { ", …" } else { "" };
    let names = named.collect::<Vec<_>>().join(", ");
    write!(out, "  recursion: {names}{others} ({} of {} calls)", Grouped(calls), Grouped(depth))?;
    if let Some(from) = from {
        let file = short(&from.file);
        write!(out, ", from {}:{}: {}", Printable(file.as_bytes()), from.line, cut(&from.snippet))?;
    }
    out.write_all(b"\n")
}

/// The functions that call each other in a thread, if there are any.
pub(super) fn found(thread: &Thread, sites: &Sites) -> Option<Found> {
    let chain = thread.chain.as_ref().filter(|chain| chain.depth >= FEW)?;
    let Recursion { functions, mut around, .. } = Recursion::of(chain, sites);
    let recurses = |calls: u64| calls >= chain.depth / SHARE && calls > 1;
    let first = functions.iter().position(|(_, calls)| recurses(*calls))?;
    let functions: Vec<Function> = functions
        .into_iter()
        .filter(|(_, calls)| recurses(*calls))
        .map(|(function, calls)| Function { function, calls })
        .collect();
    let calls = total(functions.iter().map(|function| function.calls));
    Some(Found { functions, calls, from: around.get_mut(first).and_then(Option::take), depth: chain.depth })
}

/// The calls of each function, as they are counted.
#[derive(Default)]
struct Recursion {
    /// Each function, and how many calls it has, in the order of their first calls.
    functions: Vec<(String, u64)>,
    /// For each of these, the statement that was open around its first call.
    around: Vec<Option<Statement>>,
    newest: Option<Statement>,
}

impl Recursion {
    fn of(chain: &Chain, sites: &Sites) -> Self {
        let mut recursion = Recursion::default();
        chain.parts.iter().for_each(|part| recursion.add(part, sites));
        recursion
    }

    fn add(&mut self, part: &Part, sites: &Sites) {
        match part {
            Part::Call(call) => {
                if let Some(statement) = call.statement().and_then(|id| sites.statement(id)) {
                    self.count(&statement, call.repeats);
                    self.newest = Some(statement);
                }
            }
            Part::Cycle { body, .. } => body.iter().for_each(|part| self.add(part, sites)),
            Part::Counted(Counted { functions, .. }) => {
                for (id, calls) in functions {
                    if let Some(statement) = sites.statement(*id) {
                        self.count(&statement, *calls);
                    }
                }
            }
            Part::Missing(_) => {}
        }
    }

    fn count(&mut self, statement: &Statement, calls: u64) {
        let path = statement.path();
        match self.functions.iter_mut().find(|(known, _)| *known == path) {
            Some((_, sum)) => *sum = sum.saturating_add(calls),
            None => {
                self.functions.push((path, calls));
                self.around.push(self.newest.clone());
            }
        }
    }
}
