//! Two sequences of statements side by side: where they part, how loops differ, and where they go on together again.
//!
//! Both are read once, step by step; what is kept of them has a bound. Steps are compared by their keys alone, so whatever
//! else is known of them makes no difference.

pub mod fingerprint;
pub mod hits;
pub mod identity;
mod meeting;
pub mod pairs;
mod side;
mod turns;

use std::collections::{HashMap, VecDeque};

use super::fold::{Folder, Item};
pub use meeting::{Meeting, meeting_of};
use side::Side;
use turns::Recent;

/// What comparing two sequences has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison<T> {
    /// How many steps both have in common, up to the first difference.
    pub equal: u64,
    /// How many each side has done up to there, with the turns that only one has made.
    pub done: [u64; 2],
    /// Loops that turned more often on one side, after which both went on alike; in the order of the first time.
    pub loops: Vec<LoopDifference<T>>,
    /// The first difference that is no number of turns.
    pub first: Option<Difference<T>>,
}

/// A loop that turned more often on one side than on the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopDifference<T> {
    /// The step in which one side left it.
    pub at: T,
    /// How often it had turned on each side, the first time that this differed.
    pub turns: [u64; 2],
    /// How often it differed again.
    pub again: u64,
}

/// Where two sequences part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference<T> {
    /// What both did before, the newest last, as the first side has it.
    pub before: Vec<Item<T>>,
    /// What each did then, up to where they meet again; nothing where a sequence ends.
    pub then: [Vec<Item<T>>; 2],
    /// Where they go on together.
    pub meeting: Option<Meeting<T>>,
    /// How many steps of each side were looked through for that.
    pub looked: [u64; 2],
}

impl<T> Comparison<T> {
    /// Of two sequences with so many steps that are all the same.
    pub fn of_equal(steps: u64) -> Self {
        Comparison { equal: steps, done: [steps; 2], loops: Vec::new(), first: None }
    }

    /// Whether nothing differs.
    pub fn is_equal(&self) -> bool {
        self.loops.is_empty() && self.first.is_none()
    }
}

/// Compares two sequences of keys and what they stand for. Of each side, `context` items before and behind the first
/// difference are kept.
pub fn compare<T: Clone>(
    a: impl Iterator<Item = (u64, T)>,
    b: impl Iterator<Item = (u64, T)>,
    context: usize,
) -> Comparison<T> {
    let (mut a, mut b) = (Side::new(a), Side::new(b));
    let mut common = Common::default();
    loop {
        let (of_a, of_b) = (a.key(0), b.key(0));
        if of_a.is_none() && of_b.is_none() {
            return common.into_comparison(|_| None);
        }
        if of_a == of_b
            && let (Some((key, value)), Some(_)) = (a.next(), b.next())
        {
            common.push(key, value);
        } else if !common.turned_more_often(&mut a, &mut b) {
            break;
        }
    }
    let [of_a, of_b] = [meeting::ahead(&mut a), meeting::ahead(&mut b)];
    let meeting = meeting::find(&of_a, &of_b);
    let looked = [of_a.steps(), of_b.steps()];
    let after = meeting.as_ref().map(|meeting| meeting.after);
    let then = [of_a.first(context + 1, after.map(|[a, _]| a)), of_b.first(context + 1, after.map(|[_, b]| b))];
    common.into_comparison(|folder| Some(Difference { before: newest(folder, context), then, meeting, looked }))
}

/// What both sides have done.
struct Common<T> {
    steps: u64,
    /// How many each has done alone, in turns of loops.
    alone: [u64; 2],
    /// The newest of them: more than any context shows.
    folder: Folder<T>,
    recent: Recent,
    loops: Vec<LoopDifference<T>>,
    /// Indices of `loops` by the keys of their steps.
    known: HashMap<u64, usize>,
}

impl<T> Default for Common<T> {
    fn default() -> Self {
        Common {
            steps: 0,
            alone: [0; 2],
            folder: Folder::default(),
            recent: Recent::default(),
            loops: Vec::new(),
            known: HashMap::new(),
        }
    }
}

impl<T: Clone> Common<T> {
    fn push(&mut self, key: u64, value: T) {
        self.steps += 1;
        self.recent.push(key);
        self.folder.push(key, value, &mut |_| {});
    }

    /// Passes over the turns of a loop that only one side makes, if that is what comes next.
    fn turned_more_often(
        &mut self,
        a: &mut Side<impl Iterator<Item = (u64, T)>, T>,
        b: &mut Side<impl Iterator<Item = (u64, T)>, T>,
    ) -> bool {
        let periods = [self.recent.period(a, b), self.recent.period(b, a)];
        let (of_a, period) = match periods {
            [None, None] => return false,
            [Some(a), None] => (true, a),
            [None, Some(b)] => (false, b),
            [Some(a), Some(b)] => (a < b, a.min(b)),
        };
        let (Some(key), Some(at)) = (self.recent.newest(1).next(), self.folder.newest().next().map(Item::last)) else {
            return false;
        };
        let (at, before) = (at.clone(), turns::turns(&self.recent, &self.folder, period));
        let folder = &mut self.folder;
        let more = if of_a {
            self.recent.pass(period, a, &mut |key, value| folder.push(key, value, &mut |_| {}))
        } else {
            self.recent.pass(period, b, &mut |_, _| {})
        };
        self.alone[usize::from(!of_a)] += more * period as u64;
        let turns = if of_a { [before + more, before] } else { [before, before + more] };
        match self.known.get(&key).and_then(|index| self.loops.get_mut(*index)) {
            Some(known) => known.again += 1,
            None => {
                self.known.insert(key, self.loops.len());
                self.loops.push(LoopDifference { at, turns, again: 0 });
            }
        }
        true
    }
}

impl<T> Common<T> {
    fn into_comparison(self, first: impl FnOnce(Folder<T>) -> Option<Difference<T>>) -> Comparison<T> {
        let Common { steps, alone, folder, loops, .. } = self;
        Comparison { equal: steps, done: alone.map(|alone| steps + alone), loops, first: first(folder) }
    }
}

/// The newest items that were folded, so many.
fn newest<T>(folder: Folder<T>, count: usize) -> Vec<Item<T>> {
    let mut newest = VecDeque::new();
    folder.finish(&mut |item| {
        newest.push_back(item);
        if newest.len() > count {
            newest.pop_front();
        }
    });
    newest.into()
}

#[cfg(test)]
mod tests;
