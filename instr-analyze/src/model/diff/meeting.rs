//! Where two sequences that have parted go on together, if they do.
//!
//! What follows on each side is folded, so that a loop of a million turns is passed over: two of its turns are looked at. The
//! nearest place is taken where both do the same for some steps. An alignment of the whole, as of two texts, would take a later
//! one where more is the same behind it.

use std::collections::HashMap;

use crate::model::fold::{Folder, Item, Loop};
use crate::model::total::total;

/// So many steps of each side are looked through.
const AHEAD: u64 = 1 << 20;
/// So many folded steps of each side are looked at.
const TOKENS: usize = 1 << 14;
/// So many steps in a row have to be the same, or else so few, unless they are the last ones of both.
const STRETCHES: [usize; 2] = [8, STRETCH];
/// Fewer in a row show nothing.
pub(super) const STRETCH: usize = 4;

/// Where both go on together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting<T> {
    /// The step, as each side has it.
    pub at: [T; 2],
    /// How many steps each side has done before it, since they parted.
    pub after: [u64; 2],
}

/// What follows on one side.
pub(super) struct Ahead<T> {
    items: Vec<Item<T>>,
    /// Whether nothing comes behind it.
    is_all: bool,
}

/// The first steps that two sequences have in common, wherever they stand.
pub fn meeting_of<T: Clone>(
    mut a: impl Iterator<Item = (u64, T)>,
    mut b: impl Iterator<Item = (u64, T)>,
) -> Option<Meeting<T>> {
    find(&ahead(&mut a), &ahead(&mut b))
}

pub(super) fn ahead<T>(steps: &mut impl Iterator<Item = (u64, T)>) -> Ahead<T> {
    let (mut folder, mut items, mut size, mut is_all) = (Folder::default(), Vec::new(), 0, true);
    for (number, (key, value)) in (1..).zip(steps) {
        folder.push(key, value, &mut |item: Item<T>| {
            size += item.size();
            items.push(item);
        });
        if number == AHEAD || size >= TOKENS {
            is_all = false;
            break;
        }
    }
    folder.finish(&mut |item| items.push(item));
    Ahead { items, is_all }
}

impl<T: Clone> Ahead<T> {
    /// The first items, so many, and up to the step that stands behind so many others.
    pub(super) fn first(&self, count: usize, up_to: Option<u64>) -> Vec<Item<T>> {
        let mut steps = 0;
        let is_before = |item: &&Item<T>| {
            let begins = steps;
            steps += item.steps();
            begins == 0 || up_to.is_none_or(|up_to| begins < up_to)
        };
        self.items.iter().take_while(is_before).take(count).cloned().collect()
    }

    /// How many steps there are.
    pub(super) fn steps(&self) -> u64 {
        total(self.items.iter().map(Item::steps))
    }
}

/// A step of a side, behind so many others.
struct Token<'a, T> {
    key: u64,
    at: u64,
    value: &'a T,
}

pub(super) fn find<T: Clone>(a: &Ahead<T>, b: &Ahead<T>) -> Option<Meeting<T>> {
    let [(of_a, a_is_all), (of_b, b_is_all)] = [tokens(a), tokens(b)];
    let keys = [&of_a, &of_b].map(|tokens| tokens.iter().map(|token| token.key).collect::<Vec<u64>>());
    let ending = ending(&keys[0], &keys[1]).filter(|_| a_is_all && b_is_all);
    let nearest = |length| nearest(&keys[0], &keys[1], length).into_iter().chain(ending).min_by_key(|(i, j)| i + j);
    let (i, j) = STRETCHES.into_iter().find_map(nearest)?;
    let (a, b) = (of_a.get(i)?, of_b.get(j)?);
    Some(Meeting { at: [a.value.clone(), b.value.clone()], after: [a.at, b.at] })
}

/// Where both have the same keys for so long, as near as possible.
fn nearest(a: &[u64], b: &[u64], length: usize) -> Option<(usize, usize)> {
    let mut first: HashMap<&[u64], usize> = HashMap::new();
    for (i, keys) in a.windows(length).enumerate() {
        first.entry(keys).or_insert(i);
    }
    let found = b.windows(length).enumerate().filter_map(|(j, keys)| Some((*first.get(keys)?, j)));
    found.min_by_key(|(i, j)| i + j)
}

/// Where the keys begin that both end in.
fn ending(a: &[u64], b: &[u64]) -> Option<(usize, usize)> {
    let alike = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (alike > 0).then(|| (a.len() - alike, b.len() - alike))
}

/// The steps to look at, and whether these are all.
fn tokens<T>(ahead: &Ahead<T>) -> (Vec<Token<'_, T>>, bool) {
    let (mut tokens, mut at) = (Vec::new(), 0);
    for item in &ahead.items {
        if tokens.len() >= TOKENS {
            return (tokens, false);
        }
        flatten(item, at, &mut tokens);
        at += item.steps();
    }
    (tokens, ahead.is_all)
}

fn flatten<'a, T>(item: &'a Item<T>, mut at: u64, tokens: &mut Vec<Token<'a, T>>) {
    match item {
        Item::Step(step) => tokens.push(Token { key: step.key, at, value: &step.value }),
        Item::Loop(Loop { times, body, .. }) => {
            for inner in std::iter::repeat_n(body, (*times).min(2) as usize).flatten() {
                flatten(inner, at, tokens);
                at += inner.steps();
            }
        }
    }
}
