//! Breadcrumbs: which way a thread went at each branch, concluded from the statements that it reached and from how they lie in
//! each other.
//!
//! A statement that has blocks is *open* from when it is reached until its call reaches one that does not lie in it. A branch is
//! taken when a statement in one of its blocks is reached; if it is left without that, it went the way that has no statements,
//! if there is but one. What is open when the thread dies has decided nothing more.

mod way;

use std::collections::VecDeque;

use instr_format::sites::BlockKind;

use super::damage::Damage;
use super::flow::{Event, Exit, Flow, UNKNOWN};
use super::fold::{Folder, Item};
use super::record::{Batch, Record, Visitor};
use super::sites::Sites;

pub use way::{Way, ways};

/// A branch, and the way that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crumb {
    /// The statement that has it.
    pub id: u32,
    /// The way.
    pub way: Way,
}

/// Statements of one call that are open, outermost first.
#[derive(Default)]
struct Call {
    open: Vec<Open>,
}

struct Open {
    id: u32,
    /// In which of its blocks the call is.
    block: Option<u32>,
    /// The blocks that it has been in.
    taken: Vec<u32>,
    /// How often its loop has turned.
    turns: u64,
}

/// Collects the newest ones of a thread.
pub struct Crumbs<'a> {
    sites: &'a Sites,
    flow: Flow<'a>,
    since: u64,
    newest: Option<u64>,
    calls: Vec<Call>,
    folder: Folder<Crumb>,
    items: VecDeque<Item<Crumb>>,
    max: usize,
}

impl<'a> Crumbs<'a> {
    /// Keeps so many, of the records from the one with the number `since` on; what repeats is one.
    pub fn new(sites: &'a Sites, flow: Flow<'a>, since: u64, max: usize) -> Self {
        let (calls, folder, items) = (Vec::new(), Folder::default(), VecDeque::new());
        Crumbs { sites, flow, since, newest: None, calls, folder, items, max }
    }

    /// The newest ones, oldest first.
    pub fn finish(mut self) -> Vec<Item<Crumb>> {
        let Crumbs { folder, items, max, .. } = &mut self;
        std::mem::take(folder).finish(&mut |item| keep(items, *max, item));
        self.items.into()
    }

    fn push(&mut self, record: &Record<'_>) {
        let Crumbs { sites, flow, newest, calls, folder, items, max, .. } = self;
        let seq = record.stamp.moment.seq;
        let is_missing = newest.replace(seq).is_some_and(|newest| seq > newest.saturating_add(1));
        let mut found = Vec::new();
        flow.push(sites.id(record).unwrap_or(UNKNOWN), record.stamp, is_missing, &mut |event| {
            follow(sites, calls, event, &mut found);
        });
        for crumb in found {
            folder.push(crumb.key(), crumb, &mut |item| keep(items, *max, item));
        }
    }
}

impl Visitor for Crumbs<'_> {
    fn record(&mut self, record: &Record<'_>) {
        if record.stamp.moment.seq >= self.since {
            self.push(record);
        }
    }

    fn batch(&mut self, batch: Batch<'_>) {
        let batch = batch.since(self.since);
        batch.records.iter().for_each(|record| self.push(&batch.of(record)));
    }

    fn damage(&mut self, _: Damage) {}
}

impl Crumb {
    /// Equal for what is the same.
    fn key(&self) -> u64 {
        let (kind, number) = match self.way {
            Way::Block(block) => (0, u64::from(block)),
            Way::Without(block) => (1, u64::from(block)),
            Way::Left(turns) => (2, turns),
            Way::Try => (3, 0),
        };
        u64::from(self.id) << 32 ^ number << 2 ^ kind
    }
}

fn keep(items: &mut VecDeque<Item<Crumb>>, max: usize, item: Item<Crumb>) {
    items.push_back(item);
    if items.len() > max {
        items.pop_front();
    }
}

fn follow(sites: &Sites, calls: &mut Vec<Call>, event: Event, found: &mut Vec<Crumb>) {
    match event {
        Event::Lost => calls.clear(),
        Event::Entered(..) => calls.push(Call::default()),
        Event::Left(exit) => {
            let Some(mut call) = calls.pop() else { return };
            match exit {
                // Nothing was decided any more.
                Exit::Panic => return,
                Exit::Try => {
                    let innermost = call.open.pop();
                    found.extend(innermost.map(|open| Crumb { id: open.id, way: Way::Try }));
                }
                Exit::End | Exit::Return => {}
            }
            call.leave(0, sites, found);
        }
        Event::Reached { id, is_turn, .. } => {
            if calls.is_empty() {
                calls.push(Call::default());
            }
            if let Some(call) = calls.last_mut() {
                call.reach(id, is_turn, sites, found);
            }
        }
    }
}

impl Call {
    fn reach(&mut self, id: u32, is_turn: bool, sites: &Sites, found: &mut Vec<Crumb>) {
        let mut around: Vec<u32> = sites.structure().outward(id).collect();
        around.reverse();
        let same = self.open.iter().zip(&around).take_while(|(open, id)| open.id == **id).count();
        // A statement that is reached again begins anew, unless it is a loop's header.
        let kept = if same == around.len() && !is_turn { same - usize::from(same > 0) } else { same };
        self.leave(kept, sites, found);
        if is_turn && let Some(header) = self.open.last_mut().filter(|_| same == around.len()) {
            header.block = None;
        }
        let missing = around.get(self.open.len()..).unwrap_or_default();
        self.open.extend(missing.iter().map(|id| Open { id: *id, block: None, taken: Vec::new(), turns: 0 }));
        for (outer, inner) in self.open.iter_mut().zip(around.get(1..).unwrap_or_default()) {
            let Some(block) = sites.nesting(*inner).map(|nesting| nesting.block) else { continue };
            outer.enter(block, sites, found);
        }
    }

    /// Leaves all open statements but so many of the outermost.
    fn leave(&mut self, kept: usize, sites: &Sites, found: &mut Vec<Crumb>) {
        while self.open.len() > kept {
            let Some(open) = self.open.pop() else { return };
            open.leave(sites, found);
        }
    }
}

impl Open {
    fn enter(&mut self, block: u32, sites: &Sites, found: &mut Vec<Crumb>) {
        if self.block == Some(block) {
            return;
        }
        self.block = Some(block);
        let kind = sites.shape(self.id).blocks().nth(block as usize);
        match kind {
            Some(BlockKind::Turns | BlockKind::Loop) => self.turns += 1,
            Some(BlockKind::Closure | BlockKind::Future | BlockKind::Plain) | None => {}
            Some(_) => found.push(Crumb { id: self.id, way: Way::Block(block) }),
        }
        if !self.taken.contains(&block) {
            self.taken.push(block);
        }
    }

    fn leave(self, sites: &Sites, found: &mut Vec<Crumb>) {
        let (id, taken) = (self.id, &self.taken);
        for choice in ways(sites, id) {
            if let Some(way) = choice.without(taken) {
                found.push(Crumb { id, way });
            }
        }
        let kinds: Vec<_> = sites.shape(id).blocks().collect();
        if kinds.contains(&BlockKind::Turns) {
            found.push(Crumb { id, way: Way::Left(self.turns) });
        }
    }
}

#[cfg(test)]
mod tests;
