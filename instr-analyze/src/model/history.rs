//! What a thread did, step by step, with its loops folded.

use std::collections::VecDeque;

use super::fold::{Folder, Item};
use super::record::{Kept, Record, What};

/// A part of what a thread did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Statements that it reached.
    Item(Item<Kept>),
    /// So many records that were overwritten, or are damaged.
    Missing(u64),
}

/// Folds the records of a thread as they come.
#[derive(Default)]
pub struct Steps {
    folder: Folder<Kept>,
    newest: Option<u64>,
}

impl Steps {
    /// Takes the next record, which is shown if it is `taken`. What can be folded no more goes to `each`.
    pub fn push(&mut self, record: &Record<'_>, taken: bool, each: &mut dyn FnMut(Part)) {
        let seq = record.stamp.moment.seq;
        // In a log, a signal handler's lines come before the one that it interrupted.
        if let (What::Site(_), Some(newest)) = (record.what, self.newest) {
            let missing = seq.saturating_sub(newest).saturating_sub(1);
            if missing > 0 {
                // Nobody knows that a loop went on in between.
                std::mem::take(&mut self.folder).finish(&mut |item| each(Part::Item(item)));
                each(Part::Missing(missing));
            }
        }
        self.newest = Some(seq);
        if taken {
            self.folder.push(record.key(), record.kept(), &mut |item| each(Part::Item(item)));
        }
    }

    /// Gives what is left to `each`.
    pub fn finish(self, each: &mut dyn FnMut(Part)) {
        self.folder.finish(&mut |item| each(Part::Item(item)));
    }
}

/// The newest parts of what a thread did.
pub struct History {
    steps: Steps,
    parts: VecDeque<Part>,
    max: usize,
}

impl History {
    /// Keeps so many parts.
    pub fn new(max: usize) -> Self {
        History { steps: Steps::default(), parts: VecDeque::new(), max }
    }

    /// Takes the next record, which is shown if it is `taken`.
    pub fn push(&mut self, record: &Record<'_>, taken: bool) {
        let History { steps, parts, max } = self;
        steps.push(record, taken, &mut |part| keep(parts, *max, part));
    }

    /// The parts, oldest first.
    pub fn finish(self) -> Vec<Part> {
        let History { steps, mut parts, max } = self;
        steps.finish(&mut |part| keep(&mut parts, max, part));
        parts.into()
    }
}

fn keep(parts: &mut VecDeque<Part>, max: usize, part: Part) {
    parts.push_back(part);
    if parts.len() > max {
        parts.pop_front();
    }
}
