//! Where two sequences that have parted go on together, if they do.
//!
//! What follows on each side is folded, so that a loop of a million turns is passed over; the two are then aligned like the
//! lines of two texts, with two turns of each loop.

use imara_diff::{Algorithm, Diff, InternedInput};

use super::AHEAD;
use crate::model::fold::{Folder, Item, Loop};

/// So many folded steps of each side are aligned.
const TOKENS: usize = 1 << 14;
/// So many steps in a row have to be the same, unless they are the last ones of both.
const STRETCH: usize = 4;

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
}

/// A step of a side, behind so many others.
struct Token<'a, T> {
    key: u64,
    at: u64,
    value: &'a T,
}

pub(super) fn find<T: Clone>(a: &Ahead<T>, b: &Ahead<T>) -> Option<Meeting<T>> {
    let [(of_a, a_is_all), (of_b, b_is_all)] = [tokens(a), tokens(b)];
    let mut input = InternedInput::default();
    input.update_before(of_a.iter().map(|token| token.key));
    input.update_after(of_b.iter().map(|token| token.key));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let (mut i, mut j) = (0, 0);
    let hunks = diff.hunks().map(|hunk| (hunk.before, hunk.after)).map(|(a, b)| (a.start, a.end, b.end));
    let end = input.before.len() as u32;
    for (until, next_i, next_j) in hunks.chain([(end, 0, 0)]) {
        let alike = (until - i) as usize;
        let is_end = until == end && a_is_all && b_is_all;
        if (alike >= STRETCH || (alike > 0 && is_end))
            && let (Some(a), Some(b)) = (of_a.get(i as usize), of_b.get(j as usize))
        {
            return Some(Meeting { at: [a.value.clone(), b.value.clone()], after: [a.at, b.at] });
        }
        (i, j) = (next_i, next_j);
    }
    None
}

/// The steps to align, and whether these are all.
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
