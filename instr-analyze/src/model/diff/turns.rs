//! Tells a loop that turns once more from steps of another kind: it does again what was done right before.

use std::collections::VecDeque;

use super::side::Side;
use crate::model::fold::{Folder, Item, Loop};

/// The longest turn, in steps.
const PERIOD_MAX: usize = 1024;

/// The keys of the newest steps.
#[derive(Default)]
pub(super) struct Recent(VecDeque<u64>);

impl Recent {
    pub(super) fn push(&mut self, key: u64) {
        if self.0.len() == PERIOD_MAX {
            self.0.pop_front();
        }
        self.0.push_back(key);
    }

    /// The smallest number of steps such that the ones which follow are once more the last ones.
    pub(super) fn period(&self, follows: &mut dyn FnMut(usize) -> Option<u64>) -> Option<usize> {
        let first = follows(0)?;
        let begins_alike = |period: &usize| self.newest(*period).next() == Some(first);
        (1..=self.0.len()).filter(begins_alike).find(|period| self.is_turn(*period, follows))
    }

    /// Takes whole turns of so many steps from a side, as long as there are any. Returns how many.
    pub(super) fn pass<T>(
        &self,
        period: usize,
        side: &mut Side<impl Iterator<Item = (u64, T)>, T>,
        each: &mut dyn FnMut(u64, T),
    ) -> u64 {
        let mut turns = 0;
        while self.is_turn(period, &mut |at| side.key(at)) {
            side.by_ref().take(period).for_each(|(key, value)| each(key, value));
            turns += 1;
        }
        turns
    }

    /// How often the newest steps have come in a row, so many at a time.
    fn turns(&self, period: usize) -> u64 {
        let alike =
            self.0.iter().rev().zip(self.0.iter().rev().skip(period)).take_while(|(new, old)| new == old).count();
        (alike / period.max(1) + 1) as u64
    }

    fn is_turn(&self, period: usize, follows: &mut dyn FnMut(usize) -> Option<u64>) -> bool {
        self.newest(period).enumerate().all(|(at, key)| follows(at) == Some(key))
    }

    /// The newest keys, so many, the oldest of them first.
    pub(super) fn newest(&self, count: usize) -> impl Iterator<Item = u64> {
        self.0.range(self.0.len() - count..).copied()
    }
}

/// How often the loop has turned whose turns have so many steps, and the newest of which may have begun once more.
pub(super) fn turns<T>(recent: &Recent, folder: &Folder<T>, period: usize) -> u64 {
    recent.turns(period).max(folded_turns(folder, period).unwrap_or(0))
}

/// The same of a loop that has been folded: its first steps may be in a turn of a loop around it.
fn folded_turns<T>(folder: &Folder<T>, period: usize) -> Option<u64> {
    let mut begun = 0;
    for item in folder.newest() {
        match item {
            Item::Loop(Loop { times, .. }) if item.steps() / times == period as u64 => return Some(*times),
            item => begun += item.steps(),
        }
        if begun >= period as u64 {
            break;
        }
    }
    None
}
