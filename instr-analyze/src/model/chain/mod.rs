//! A thread's chain of open statements: which statement each function is in that the thread has entered and not left.

mod fold;
pub mod functions;
pub mod stack;

use super::filter::Filter;
use super::sites::Sites;
use super::total::total;

/// The open statements of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// How many functions and closures the thread is in, with code outside of them that has statements.
    pub depth: u64,
    /// How many of the outermost ones the parent had entered, before it forked this process.
    pub inherited: u64,
    /// Whether a panic is unwinding: the statements are those that were open when it began.
    pub at_panic: bool,
    /// The calls, outermost first.
    pub parts: Vec<Part>,
    /// The innermost calls as they are, not folded, innermost first; a few thousand at most.
    pub innermost: Vec<Option<u32>>,
}

/// A part of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// One call.
    Call(Call),
    /// Calls of the same functions, in the same order, so many times.
    Cycle {
        /// How often.
        times: u64,
        /// The calls of each turn, outermost first.
        body: Vec<Part>,
    },
    /// So many calls whose statements were in memory that died with the process.
    Missing(u64),
    /// Calls of which no more is known than how many there are of each function.
    Counted(Counted),
}

/// A call, or the same one in each turn of a cycle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    /// What is open; in most turns, where these differ.
    pub open: Open,
    /// The other statements of the function that are open in some turns, the most frequent first.
    pub others: Vec<u32>,
    /// How many calls it stands for.
    pub repeats: u64,
}

/// What is open in a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Open {
    /// The statement with this id.
    Statement(u32),
    /// The function has reached none: it has none, or was just entered.
    Nothing,
    /// A statement that the filter leaves out.
    LeftOut,
}

/// Calls of which no more is known than how many there are of each function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counted {
    /// How many.
    pub calls: u64,
    /// A statement of each function, and how many calls are of that; the most frequent first.
    pub functions: Vec<(u32, u64)>,
}

impl Chain {
    /// The innermost open statement for which `wanted` holds.
    pub fn find(&self, mut wanted: impl FnMut(u32) -> bool) -> Option<u32> {
        self.calls().find_map(|call| call.statement().filter(|id| wanted(*id)))
    }

    /// The calls, innermost first; those of a cycle once.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        let mut calls = Vec::new();
        self.parts.iter().rev().for_each(|part| part.collect(&mut calls));
        calls.into_iter()
    }

    /// The parts without so many of the innermost calls. Of a turn that is cut, the calls stand alone.
    pub(crate) fn without_innermost(&self, calls: u64) -> Vec<Part> {
        without_last(self.parts.clone(), calls)
    }

    /// The same without the statements that the filter leaves out.
    pub(crate) fn filtered(mut self, sites: &Sites, filter: &Filter<'_>) -> Self {
        if filter.restricts_files() {
            let takes = |id: u32| sites.statement(id).is_some_and(|statement| filter.takes_file(&statement.file));
            self.parts.iter_mut().for_each(|part| part.leave_out(&takes));
            self.innermost.iter_mut().for_each(|call| *call = call.filter(|id| takes(*id)));
        }
        self
    }
}

impl Part {
    /// How many calls it stands for.
    pub fn calls(&self) -> u64 {
        match self {
            Part::Call(call) => call.repeats,
            Part::Cycle { body, .. } => total(body.iter().map(Part::calls)),
            Part::Missing(calls) | Part::Counted(Counted { calls, .. }) => *calls,
        }
    }

    /// The same calls from the other end.
    pub(crate) fn reversed(mut self) -> Self {
        if let Part::Cycle { body, .. } = &mut self {
            *body = std::mem::take(body).into_iter().rev().map(Part::reversed).collect();
        }
        self
    }

    /// So many of the turns that it is one of `times`.
    fn turns(&self, turns: u64, times: u64) -> Self {
        let share = |calls: u64| calls / times.max(1) * turns;
        match self {
            Part::Call(call) => Part::Call(Call { repeats: share(call.repeats), ..call.clone() }),
            Part::Cycle { times: inner, body } => {
                Part::Cycle { times: *inner, body: body.iter().map(|part| part.turns(turns, times)).collect() }
            }
            Part::Missing(calls) => Part::Missing(share(*calls)),
            Part::Counted(counted) => Part::Counted(Counted { calls: share(counted.calls), ..counted.clone() }),
        }
    }

    fn collect<'a>(&'a self, calls: &mut Vec<&'a Call>) {
        match self {
            Part::Call(call) => calls.push(call),
            Part::Cycle { body, .. } => body.iter().rev().for_each(|part| part.collect(calls)),
            Part::Missing(_) | Part::Counted(_) => {}
        }
    }

    fn leave_out(&mut self, takes: &impl Fn(u32) -> bool) {
        match self {
            Part::Call(call) => {
                call.others.retain(|id| takes(*id));
                if call.statement().is_some_and(|id| !takes(id)) {
                    call.open = Open::LeftOut;
                }
            }
            Part::Cycle { body, .. } => body.iter_mut().for_each(|part| part.leave_out(takes)),
            Part::Counted(counted) => counted.functions.retain(|(id, _)| takes(*id)),
            Part::Missing(_) => {}
        }
    }
}

/// The parts, outermost first, without so many calls at their end.
fn without_last(mut parts: Vec<Part>, mut calls: u64) -> Vec<Part> {
    while let Some(part) = parts.pop() {
        if part.calls() <= calls {
            calls -= part.calls();
            continue;
        }
        match part {
            part if calls == 0 => parts.push(part),
            Part::Cycle { times, body } => {
                let turn: Vec<Part> = body.iter().map(|part| part.turns(1, times)).collect();
                let of_turn = total(turn.iter().map(Part::calls)).max(1);
                let (whole, rest) = (calls / of_turn, calls % of_turn);
                let kept = times.saturating_sub(whole).saturating_sub(u64::from(rest > 0));
                match kept {
                    0 => {}
                    1 => parts.extend(turn.clone()),
                    _ => parts.push(Part::Cycle {
                        times: kept,
                        body: body.iter().map(|part| part.turns(kept, times)).collect(),
                    }),
                }
                if rest > 0 {
                    parts.extend(without_last(turn, rest));
                }
            }
            Part::Missing(missing) => parts.push(Part::Missing(missing - calls)),
            Part::Counted(counted) => parts.push(Part::Counted(Counted { calls: counted.calls - calls, ..counted })),
            Part::Call(call) => parts.push(Part::Call(call)),
        }
        break;
    }
    parts
}

impl Call {
    /// The statement that is open.
    pub fn statement(&self) -> Option<u32> {
        match self.open {
            Open::Statement(id) => Some(id),
            Open::Nothing | Open::LeftOut => None,
        }
    }
}
