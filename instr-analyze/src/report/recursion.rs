//! Which functions have used up a stack.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::lines::cut;
use super::number::Grouped;
use crate::model::chain::{Chain, Counted, Part};
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::run::load::Run;

/// So many functions are named.
const NAMED: usize = 4;
/// A function recurses if it has a call in so many.
const SHARE: u64 = 20;
/// Fewer calls are no recursion.
const FEW: u64 = 100;

/// What is known of the functions that call each other.
#[derive(Default)]
struct Recursion {
    /// Each function, and how many calls it has, in the order of their first calls.
    functions: Vec<(String, u64)>,
    /// For each of these, the statement that was open around its first call.
    around: Vec<Option<Statement>>,
    newest: Option<Statement>,
}

// Output:   recursion: yaml::load_node, yaml::load_sequence (86,998 of 87,001 calls), from src/main.rs:15: load(&text)
/// Says it of the thread whose stack has overflowed.
pub(super) fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let crashed = run.threads.iter().find(|thread| run.has_crashed(thread));
    let chain = crashed.and_then(|thread| thread.chain.as_ref());
    let has_overflowed = run.crash.as_ref().is_some_and(|crash| crash.has_overflowed());
    let Some(chain) = chain.filter(|chain| has_overflowed && chain.depth >= FEW) else { return Ok(()) };
    let recursion = Recursion::of(chain, &run.sites);
    let recurses = |calls: u64| calls >= chain.depth / SHARE;
    let Some(first) = recursion.functions.iter().position(|(_, calls)| recurses(*calls)) else { return Ok(()) };
    let calls = recursion.functions.iter().map(|(_, calls)| *calls).filter(|calls| recurses(*calls)).sum();
    let recursive = recursion.functions.iter().filter(|(_, calls)| recurses(*calls));
    let mut names: Vec<String> = recursive.map(|(path, _)| Printable(path.as_bytes()).to_string()).collect();
    if names.len() > NAMED {
        names.truncate(NAMED);
        names.push("…".to_owned());
    }
    write!(out, "  recursion: {} ({} of {} calls)", names.join(", "), Grouped(calls), Grouped(chain.depth))?;
    if let Some(from) = recursion.around.get(first).and_then(Option::as_ref) {
        let file = short(&from.file);
        write!(out, ", from {}:{}: {}", Printable(file.as_bytes()), from.line, cut(&from.snippet))?;
    }
    writeln!(out, "\n  instrumented calls take more stack: the plain program may have room for them")
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
