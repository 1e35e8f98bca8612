//! Folds recursion: calls of the same functions in the same order become one cycle.
//!
//! The calls are passed over twice. The first pass sees functions alone and finds what repeats; the second one counts which
//! statements were open at each place of what was found.

use std::collections::{HashMap, VecDeque};

use super::functions::Functions;
use super::{Call, Counted, Open, Part};
use crate::model::fold::{Folder, Item, Loop};

/// So many items are kept at each end of a chain that does not fold; what lies between is counted.
const KEPT: usize = 500;
/// So many other statements of a function are named.
const OTHERS: usize = 8;
/// So many functions of those that are counted are named.
const FUNCTIONS: usize = 8;

/// Folds the calls, outermost first.
pub(super) fn fold(calls: impl Iterator<Item = Option<u32>> + Clone, functions: &mut Functions<'_>) -> Vec<Part> {
    let mut found = Found::default();
    let mut folder = Folder::default();
    for call in calls.clone() {
        folder.push(functions.key(call), (), &mut |item| found.push(item));
    }
    folder.finish(&mut |item| found.push(item));

    let mut calls = calls;
    let mut parts: Vec<Part> = found.first.iter().map(|item| part(item, &mut calls)).collect();
    if found.between > 0 {
        parts.push(Part::Counted(count(found.between, functions, &mut calls)));
    }
    parts.extend(found.last.iter().map(|item| part(item, &mut calls)));
    parts
}

/// What the first pass has found, outermost first.
#[derive(Default)]
struct Found {
    first: Vec<Item<()>>,
    /// How many calls lie between.
    between: u64,
    last: VecDeque<Item<()>>,
}

impl Found {
    fn push(&mut self, item: Item<()>) {
        if self.first.len() < KEPT {
            self.first.push(item);
            return;
        }
        self.last.push_back(item);
        if self.last.len() > KEPT {
            self.between += self.last.pop_front().map_or(0, |item| item.steps());
        }
    }
}

/// How often each statement was open at one place of a cycle.
#[derive(Default)]
struct Statements {
    times: HashMap<Option<u32>, u64>,
    newest: Option<u32>,
    /// How often that one has come since another did, which is not counted yet.
    in_a_row: u64,
}

/// An item whose statements are being counted.
enum Counting {
    Call(Statements),
    Cycle(u64, Vec<Counting>),
}

fn part(item: &Item<()>, calls: &mut impl Iterator<Item = Option<u32>>) -> Part {
    let mut counting = Counting::new(item);
    counting.take(calls);
    counting.into_part()
}

impl Counting {
    fn new(item: &Item<()>) -> Self {
        match item {
            Item::Step(_) => Counting::Call(Statements::default()),
            Item::Loop(Loop { times, body, .. }) => Counting::Cycle(*times, body.iter().map(Counting::new).collect()),
        }
    }

    /// Takes the calls that the item stands for.
    fn take(&mut self, calls: &mut impl Iterator<Item = Option<u32>>) {
        match self {
            Counting::Call(statements) => {
                if let Some(call) = calls.next() {
                    statements.take(call);
                }
            }
            Counting::Cycle(times, body) => {
                for _ in 0..*times {
                    body.iter_mut().for_each(|counting| counting.take(calls));
                }
            }
        }
    }

    fn into_part(self) -> Part {
        match self {
            Counting::Call(statements) => Part::Call(statements.into_call()),
            Counting::Cycle(times, body) => {
                Part::Cycle { times, body: body.into_iter().map(Counting::into_part).collect() }
            }
        }
    }
}

impl Statements {
    fn take(&mut self, call: Option<u32>) {
        if call != self.newest {
            self.count();
            self.newest = call;
        }
        self.in_a_row += 1;
    }

    fn count(&mut self) {
        if self.in_a_row > 0 {
            *self.times.entry(self.newest).or_default() += std::mem::take(&mut self.in_a_row);
        }
    }

    fn into_call(mut self) -> Call {
        self.count();
        let repeats = self.times.values().sum();
        let mut by_times: Vec<(Option<u32>, u64)> = self.times.into_iter().collect();
        // Of two that are as frequent, the newest is shown.
        by_times.sort_by_key(|(id, times)| (std::cmp::Reverse((*times, *id == self.newest)), *id));
        let mut ids = by_times.into_iter().map(|(id, _)| id);
        let open = ids.next().flatten().map_or(Open::Nothing, Open::Statement);
        Call { open, others: ids.flatten().take(OTHERS).collect(), repeats }
    }
}

/// Counts the next so many calls by their functions.
fn count(number: u64, functions: &mut Functions<'_>, calls: &mut impl Iterator<Item = Option<u32>>) -> Counted {
    let mut by_function: HashMap<u64, (u32, u64)> = HashMap::new();
    for _ in 0..number {
        if let Some(Some(id)) = calls.next() {
            by_function.entry(functions.key(Some(id))).or_insert((id, 0)).1 += 1;
        }
    }
    let mut functions: Vec<(u32, u64)> = by_function.into_values().collect();
    functions.sort_by_key(|(id, calls)| (std::cmp::Reverse(*calls), *id));
    functions.truncate(FUNCTIONS);
    Counted { calls: number, functions }
}
