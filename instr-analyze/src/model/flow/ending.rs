//! What is known of a thread beside its records: its panics, and which of its statements were open in the end.

use std::collections::{HashSet, VecDeque};

use instr_format::last::SlotCopy;

use crate::model::chain::Chain;
use crate::model::panics::Panic;

/// The time of a panic is that of another clock than the times of records are counted on from the run's beginning.
const APART_NS: u64 = 100_000;

/// What is known of a thread beside its records.
#[derive(Debug, Default)]
pub struct Ending<'a> {
    /// The statements that were open, if that is known.
    pub(super) open: Option<HashSet<u32>>,
    /// The statement from which a panic unwound as the last thing.
    pub(super) panicked: Option<u32>,
    /// Its panics, oldest first.
    panics: VecDeque<&'a Panic>,
}

impl<'a> Ending<'a> {
    /// Of the thread with this id, from its slot, its open statements and the panics of the run.
    pub fn new((tid, reuse): (u64, u64), slot: Option<&SlotCopy>, chain: Option<&Chain>, panics: &'a [Panic]) -> Self {
        let is_over = slot.is_some_and(|slot| slot.ended || slot.left);
        let open = match chain {
            _ if is_over => Some(HashSet::new()),
            Some(chain) => Some(chain.innermost.iter().copied().flatten().collect()),
            None => None,
        };
        let panicked = slot.and_then(|slot| slot.panicked).filter(|_| is_over);
        let is_its = |panic: &&Panic| panic.tid == tid && panic.reuse.max(1) == reuse;
        Ending { open, panicked, panics: panics.iter().filter(is_its).collect() }
    }

    /// Whether the next panic began in this statement, after the time `from` and before `to`, as far as these are known.
    pub(super) fn panics_in(&mut self, statement: u32, from: Option<u64>, to: Option<u64>) -> bool {
        let is_in = |panic: &Panic| {
            panic.statement == Some(statement.into())
                && from.is_none_or(|from| from <= panic.unix_ns.saturating_add(APART_NS))
                && to.is_none_or(|to| panic.unix_ns <= to.saturating_add(APART_NS))
        };
        let Some(at) = self.panics.iter().position(|panic| is_in(panic)) else { return false };
        self.panics.drain(..=at);
        true
    }
}
