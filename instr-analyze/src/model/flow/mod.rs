//! Which calls a thread made, and how each ended, concluded from the statements that it reached.
//!
//! Nothing records that a function is entered or left. The first statement of one begins a call. Any other statement belongs to
//! the innermost open call of its function that can have come to it, and all calls inside that one have ended. Who called is
//! told by the texts: a call goes to the innermost statement that names the function and has not called it as often as it says,
//! as long as the calls inside may have ended where they are. Nobody names the closures and operators, the destructors and the
//! callbacks of other crates; their calls end when the next one of the same function begins.

mod ending;
mod facts;
mod text;

use std::collections::{HashMap, VecDeque};

pub use ending::Ending;
pub use facts::Facts;
use text::Names;

use super::record::Stamp;
use super::sites::Sites;
use instr_format::ring::Clock;
use serde::Serialize;

/// So many open calls are kept, the innermost ones.
pub const DEPTH_MAX: usize = 4096;
/// Stands for a statement that the site table does not have.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Exit {
    /// At the end of its body, or nothing tells how.
    End,
    /// By a `return`.
    Return,
    /// By a `?`.
    Try,
    /// By a panic that unwound.
    Panic,
}

/// How the records of a call begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// With its first statement.
    Begun,
    /// In its midst: it was entered before the oldest record, and all calls that are known were made within it.
    Before,
    /// In its midst: an async body that goes on.
    Resumed,
}

/// A step of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Nothing is known any more of the calls that were open.
    Lost,
    /// The innermost call has ended.
    Left(Exit),
    /// A call of the function that begins with this statement, within the innermost one or, from before, around all.
    Entered(u32, Entry),
    /// A statement of the innermost call.
    Reached {
        /// Its id.
        id: u32,
        /// How deep its call is, where the first one that is known is at 0 and those around that one are below.
        depth: i64,
        /// Whether it is the header of a loop that turns.
        is_turn: bool,
    },
}

/// An open call.
#[derive(Debug)]
struct Call {
    body: u32,
    /// Its newest statement.
    last: u32,
    /// Which functions it has called since, and how often.
    made: Vec<(u32, u32)>,
}

/// Concludes the calls of one thread as its records come.
pub struct Flow<'a> {
    sites: &'a Sites,
    facts: &'a Facts,
    ending: Ending<'a>,
    /// Outermost first.
    calls: VecDeque<Call>,
    /// The depth of the first of these.
    bottom: i64,
    /// Whether there may be calls around these.
    is_cut: bool,
    newest: Option<Stamp>,
    names: HashMap<(u32, u32), Names>,
}

impl<'a> Flow<'a> {
    /// Of a thread of the program with these sites.
    pub fn new(sites: &'a Sites, ending: Ending<'a>) -> Self {
        let (calls, names) = (VecDeque::new(), HashMap::new());
        Flow { sites, facts: sites.facts(), ending, calls, bottom: 0, is_cut: false, newest: None, names }
    }

    /// Takes the thread's next record, which is of the statement `id`. `missing` says that records before it are.
    pub fn push(&mut self, id: u32, stamp: Stamp, missing: bool, each: &mut impl FnMut(Event)) {
        if missing {
            self.calls.clear();
            self.is_cut = true;
            each(Event::Lost);
        } else if self.newest.is_none() {
            self.is_cut = stamp.moment.seq > 1;
        }
        let is_turn = self.facts.body(id).is_some_and(|body| self.go(id, body, stamp, each));
        self.newest = Some(stamp);
        each(Event::Reached { id, depth: self.depth(), is_turn });
    }

    /// Ends the calls that are known to have ended with the last record.
    pub fn finish(mut self, each: &mut impl FnMut(Event)) {
        let Some(open) = self.ending.open.take() else { return };
        let unwound = self.ending.panicked.and_then(|id| self.calls.iter().rposition(|call| call.last == id));
        while self.calls.back().is_some_and(|call| !open.contains(&call.last)) {
            self.leave_one(unwound, each);
        }
    }

    fn depth(&self) -> i64 {
        self.bottom + self.calls.len() as i64 - 1
    }

    /// Goes to a statement of a body. Returns whether a loop has turned.
    fn go(&mut self, id: u32, body: u32, stamp: Stamp, each: &mut impl FnMut(Event)) -> bool {
        let facts = self.facts;
        let could = |call: &Call| call.body == body && facts.can_follow(call.last, id);
        let is_first = id == body;
        let mut at = None;
        if !is_first || (facts.is_header(id) && !self.is_called_by_top(body)) {
            at = self.calls.iter().rposition(could);
        }
        if at.is_none() && !is_first && !facts.suspends(body) && !facts.recurses(body) {
            // It has come there in a way that the site table does not tell of.
            at = self.calls.iter().rposition(|call| call.body == body);
        }
        if let Some(at) = at {
            self.leave(at + 1, stamp, each);
            if let Some(call) = self.calls.back_mut() {
                call.last = id;
                call.made.clear();
            }
            return facts.is_header(id);
        }
        if is_first {
            let callers = self.callers(body);
            self.leave(callers, stamp, each);
            if let Some(caller) = self.calls.back_mut() {
                match caller.made.iter_mut().find(|(made, _)| *made == body) {
                    Some((_, count)) => *count += 1,
                    None => caller.made.push((body, 1)),
                }
            }
            self.enter(id, body, Entry::Begun, each);
        } else if facts.suspends(body) || !self.is_cut {
            let again = self.calls.back().is_some_and(|call| call.body == body);
            self.leave(self.calls.len() - usize::from(again), stamp, each);
            self.enter(id, body, Entry::Resumed, each);
        } else {
            self.leave(0, stamp, each);
            self.bottom -= 1;
            self.enter(id, body, Entry::Before, each);
        }
        false
    }

    fn enter(&mut self, id: u32, body: u32, entry: Entry, each: &mut impl FnMut(Event)) {
        self.calls.push_back(Call { body, last: id, made: Vec::new() });
        if self.calls.len() > DEPTH_MAX {
            self.calls.pop_front();
            self.bottom += 1;
            self.is_cut = true;
        }
        each(Event::Entered(body, entry));
    }

    /// Ends all calls but so many of the outermost.
    fn leave(&mut self, kept: usize, stamp: Stamp, each: &mut impl FnMut(Event)) {
        let until = stamp.unix_ns().filter(|_| stamp.clock == Clock::Full);
        let unwound = self.newest.and_then(|newest| {
            let Flow { calls, ending, .. } = self;
            let mut left = (kept..calls.len()).rev();
            left.find(|at| calls.get(*at).is_some_and(|call| ending.panics_in(call.last, newest.unix_ns(), until)))
        });
        while self.calls.len() > kept {
            self.leave_one(unwound, each);
        }
    }

    /// Ends the innermost call, where a panic began in the one with the number `unwound`.
    fn leave_one(&mut self, unwound: Option<usize>, each: &mut impl FnMut(Event)) {
        let Some(call) = self.calls.pop_back() else { return };
        let is_unwound = unwound.is_some_and(|from| self.calls.len() <= from);
        each(Event::Left(if is_unwound { Exit::Panic } else { exit(self.facts, &call) }));
    }

    /// Whether the innermost call is in a statement that names the function, and has not yet called it as often.
    fn is_called_by_top(&mut self, body: u32) -> bool {
        self.calls.len().checked_sub(1).is_some_and(|top| self.may_call(top, body))
    }

    fn may_call(&mut self, at: usize, body: u32) -> bool {
        let Some(Call { last, made, .. }) = self.calls.get(at) else { return false };
        let (facts, sites) = (self.facts, self.sites);
        match self.names.entry((*last, body)).or_insert_with(|| facts.names(sites, *last, body)) {
            Names::Any => true,
            Names::Calls(times) => made.iter().find(|(made, _)| *made == body).map_or(0, |(_, count)| *count) < *times,
        }
    }

    /// How many of the open calls are around a new call of a function.
    fn callers(&mut self, body: u32) -> usize {
        let (facts, depth) = (self.facts, self.calls.len());
        let maker = facts.maker(body);
        for at in (0..depth).rev() {
            if self.may_call(at, body) {
                return at + 1;
            }
            let Some(call) = self.calls.get(at) else { break };
            // A closure does not call itself.
            if maker.is_some() && call.body == body {
                return at;
            }
            if maker == Some(call.body) || (maker.is_none() && !facts.may_end(call.last)) {
                break;
            }
        }
        for (at, call) in self.calls.iter().enumerate().rev().take_while(|(_, call)| facts.may_end(call.last)) {
            if call.body == body {
                return at;
            }
        }
        let calls_nothing = |call: &&Call| facts.may_end(call.last) && !facts.has_call(call.last);
        depth - self.calls.iter().rev().take_while(calls_nothing).count()
    }
}

fn exit(facts: &Facts, call: &Call) -> Exit {
    let last = call.last;
    if facts.returns(last) {
        Exit::Return
    } else if facts.has_try(last) && !facts.may_end(last) {
        Exit::Try
    } else {
        Exit::End
    }
}

#[cfg(test)]
mod tests;
