//! Tells a loop that turns once more from steps of another kind: it does again what was done right before.

use std::collections::VecDeque;

use super::meeting::STRETCH;
use super::side::Side;
use crate::model::fold::{Folder, Item, Loop};

/// The longest turn, in steps.
const PERIOD_MAX: usize = 1024;
/// So many lengths of turns are tried.
const TRIES: usize = 16;
/// So many steps of one side alone are looked through for what comes behind a loop.
const NEAR: usize = 1 << 16;
/// So many steps of the other are looked through for whether it has left the loop.
const LEFT: usize = 1 << 12;

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

    /// How many steps the turns have that only one side makes, if the other has left the loop and both go on alike behind it.
    /// What comes behind turns without a near end is not looked at.
    pub(super) fn period<T>(
        &self,
        turning: &mut Side<impl Iterator<Item = (u64, T)>, T>,
        other: &mut Side<impl Iterator<Item = (u64, T)>, T>,
    ) -> Option<usize> {
        let first = turning.key(0)?;
        let begins_alike = |period: &usize| self.newest(*period).next() == Some(first);
        let mut tries = TRIES;
        for period in (1..=self.0.len()).filter(begins_alike) {
            if tries == 0 {
                break;
            }
            let mut at = 0;
            while at < NEAR && self.is_turn(period, at, turning) {
                at += period;
            }
            let is_near = at < NEAR;
            if at > 0 && (!is_near || go_on_alike(at, turning, other)) && self.has_left(period, other) {
                return Some(period);
            }
            tries -= usize::from(at > 0);
        }
        None
    }

    /// Whether a side does not merely make a turn of another kind: it comes back to where it is, if at all, without anything else
    /// of the loop.
    fn has_left<T>(&self, period: usize, side: &mut Side<impl Iterator<Item = (u64, T)>, T>) -> bool {
        let here = self.newest(1).next();
        let mut passed = Vec::new();
        for at in 0..LEFT {
            match side.key(at) {
                None => return true,
                key if key == here => break,
                Some(key) => passed.push(key),
            }
        }
        passed.len() == LEFT || !self.newest(period).any(|key| passed.contains(&key))
    }

    /// Takes whole turns of so many steps from a side, as long as there are any. Returns how many.
    pub(super) fn pass<T>(
        &self,
        period: usize,
        side: &mut Side<impl Iterator<Item = (u64, T)>, T>,
        each: &mut dyn FnMut(u64, T),
    ) -> u64 {
        let mut turns = 0;
        while self.is_turn(period, 0, side) {
            side.by_ref().take(period).for_each(|(key, value)| each(key, value));
            turns += 1;
        }
        turns
    }

    /// The newest keys, so many, the oldest of them first.
    pub(super) fn newest(&self, count: usize) -> impl Iterator<Item = u64> {
        self.0.range(self.0.len() - count..).copied()
    }

    /// How often the newest steps have come in a row, so many at a time.
    fn turns(&self, period: usize) -> u64 {
        let (new, old) = (self.0.iter().rev(), self.0.iter().rev().skip(period));
        let alike = new.zip(old).take_while(|(new, old)| new == old).count();
        (alike / period.max(1) + 1) as u64
    }

    /// Whether a side does once more, behind so many steps, what was done last.
    fn is_turn<T>(&self, period: usize, at: usize, side: &mut Side<impl Iterator<Item = (u64, T)>, T>) -> bool {
        (at..).zip(self.newest(period)).all(|(at, key)| side.key(at) == Some(key))
    }
}

/// Whether one side goes on behind so many steps like the other one.
fn go_on_alike<T>(
    at: usize,
    turning: &mut Side<impl Iterator<Item = (u64, T)>, T>,
    other: &mut Side<impl Iterator<Item = (u64, T)>, T>,
) -> bool {
    (0..STRETCH).all(|behind| turning.key(at + behind) == other.key(behind))
}

/// How often the loop has turned whose turns have so many steps, and the newest of which may have begun once more.
pub(super) fn turns<T>(recent: &Recent, folder: &Folder<T>, period: usize) -> u64 {
    recent.turns(period).max(folded_turns(folder, period).unwrap_or(0))
}

/// The same of a loop that has been folded, however often it has turned.
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
