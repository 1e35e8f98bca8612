//! What a thread did, step by step, with its loops folded.

use std::collections::VecDeque;

use super::damage::Damage;
use super::filter::Taken;
use super::flow::{Entry, Event, Exit, Flow, UNKNOWN};
use super::fold::{Folder, Item, Loop};
use super::record::{Batch, Kept, Record, Visitor, What};
use super::sites::Sites;

/// A part of what a thread did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<T> {
    /// Statements that it reached.
    Item(Item<T>),
    /// So many records that were overwritten, or are damaged.
    Missing(u64),
}

/// A statement that was reached, and what became of the calls there; in a loop, those of its first turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its record.
    pub record: Kept,
    /// How many calls it is deeper than the outermost step that is kept.
    pub depth: i64,
    /// Whether its function was entered.
    pub is_entered: bool,
    /// Whether a loop turned.
    pub is_turn: bool,
    /// How the calls ended that ended behind it, innermost first.
    pub exits: Vec<Exit>,
}

/// So many of the newest records tell what a thread did: more than a ring of the usual size holds.
pub const NEWEST: u64 = 1 << 20;
/// How many ends of calls are kept with a step.
const EXITS_MAX: usize = 64;

/// Folds the records of a thread as they come.
pub struct Steps<T> {
    folder: Folder<T>,
    newest: Option<u64>,
}

impl<T> Default for Steps<T> {
    fn default() -> Self {
        Steps { folder: Folder::default(), newest: None }
    }
}

impl<T> Steps<T> {
    /// How many records are missing before the next one. What was folded before them goes to `each`.
    pub fn missing_before(&mut self, record: &Record<'_>, each: &mut dyn FnMut(Part<T>)) -> u64 {
        let seq = record.stamp.moment.seq;
        // In a log, a signal handler's lines come before the one that it interrupted.
        let newest = self.newest.replace(seq).filter(|_| matches!(record.what, What::Site(_)));
        let missing = newest.map_or(0, |newest| seq.saturating_sub(newest).saturating_sub(1));
        if missing > 0 {
            // Nobody knows that a loop went on in between.
            std::mem::take(&mut self.folder).finish(&mut |item| each(Part::Item(item)));
            each(Part::Missing(missing));
        }
        missing
    }

    /// Takes the next record. What can be folded no more goes to `each`.
    pub fn push(&mut self, key: u64, value: T, each: &mut dyn FnMut(Part<T>)) {
        self.folder.push(key, value, &mut |item| each(Part::Item(item)));
    }

    /// Gives what is left to `each`.
    pub fn finish(self, each: &mut dyn FnMut(Part<T>)) {
        self.folder.finish(&mut |item| each(Part::Item(item)));
    }
}

/// The newest parts of what a thread did.
pub struct History<'a> {
    sites: &'a Sites,
    taken: Taken<'a>,
    /// The first record that is looked at.
    since: u64,
    flow: Flow<'a>,
    steps: Steps<Step>,
    /// The newest step, of which it is not known yet what ended behind it.
    held: Option<(u64, Step)>,
    parts: VecDeque<Part<Step>>,
    /// Whether older parts have made room.
    is_full: bool,
    max: usize,
}

impl<'a> History<'a> {
    /// Keeps so many parts, of the records that are `taken` from the one with the number `since` on.
    pub fn new(sites: &'a Sites, flow: Flow<'a>, taken: Taken<'a>, since: u64, max: usize) -> Self {
        let (steps, held, parts, is_full) = (Steps::default(), None, VecDeque::new(), false);
        History { sites, taken, since, flow, steps, held, parts, is_full, max }
    }

    fn push(&mut self, record: &Record<'_>) {
        let History { sites, taken, flow, steps, held, parts, is_full, max, .. } = self;
        let each = &mut |part| *is_full |= keep(parts, *max, part);
        let is_newer = steps.newest.is_none_or(|newest| newest.checked_add(1) == Some(record.stamp.moment.seq));
        if !is_newer && let Some((key, step)) = held.take() {
            steps.push(key, step, each);
        }
        let missing = steps.missing_before(record, each);
        let id = sites.id(record).unwrap_or(UNKNOWN);
        let (mut is_entered, mut reached) = (false, (0, false));
        flow.push(id, record.stamp, missing > 0, &mut |event| match event {
            Event::Left(exit) => add(held, exit),
            Event::Entered(_, entry) => is_entered |= entry == Entry::Begun,
            Event::Reached { depth, is_turn, .. } => reached = (depth, is_turn),
            Event::Lost => {}
        });
        if let Some((key, step)) = held.take() {
            steps.push(key, step, each);
        }
        if taken.takes(record) {
            let (depth, is_turn) = reached;
            let step = Step { record: record.kept(), depth, is_entered, is_turn, exits: Vec::new() };
            *held = Some((record.key(), step));
        }
    }

    /// The parts, oldest first, and whether older ones have made room.
    pub fn finish(self) -> (Vec<Part<Step>>, bool) {
        let History { flow, mut steps, mut held, mut parts, mut is_full, max, .. } = self;
        flow.finish(&mut |event| {
            if let Event::Left(exit) = event {
                add(&mut held, exit);
            }
        });
        if let Some((key, step)) = held {
            steps.push(key, step, &mut |part| is_full |= keep(&mut parts, max, part));
        }
        steps.finish(&mut |part| is_full |= keep(&mut parts, max, part));
        let mut outermost = i64::MAX;
        each_step(parts.iter_mut(), &mut |step| outermost = outermost.min(step.depth));
        each_step(parts.iter_mut(), &mut |step| step.depth -= outermost);
        (parts.into(), is_full)
    }
}

impl Visitor for History<'_> {
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

fn add(held: &mut Option<(u64, Step)>, exit: Exit) {
    if let Some((_, step)) = held.as_mut().filter(|(_, step)| step.exits.len() < EXITS_MAX) {
        step.exits.push(exit);
    }
}

fn each_step<'a>(parts: impl Iterator<Item = &'a mut Part<Step>>, each: &mut impl FnMut(&mut Step)) {
    fn of_item(item: &mut Item<Step>, each: &mut impl FnMut(&mut Step)) {
        match item {
            Item::Step(step) => each(&mut step.value),
            Item::Loop(Loop { body, .. }) => body.iter_mut().for_each(|item| of_item(item, each)),
        }
    }
    for part in parts {
        if let Part::Item(item) = part {
            of_item(item, each);
        }
    }
}

/// Returns whether the oldest one has made room.
fn keep(parts: &mut VecDeque<Part<Step>>, max: usize, part: Part<Step>) -> bool {
    parts.push_back(part);
    let is_full = parts.len() > max;
    if is_full {
        parts.pop_front();
    }
    is_full
}
