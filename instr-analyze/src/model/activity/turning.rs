//! Finds the loop that a thread turned in to the end: the outermost one that it still went round in.
//!
//! Each open statement, outermost first, may lie in loops of its function. Such a loop turns if its body's first statement was
//! reached several times since the function was entered, and if the turn that it is in has not taken much longer than those
//! before. A loop further out that is waiting for this one has not been reached for many turns.

use std::collections::{HashMap, HashSet};

use super::structure::Structure;
use super::window::Newest;
use crate::model::chain::Chain;
use crate::model::fold::{Folder, Item};
use crate::model::total::total;

/// Fewer turns are no loop to speak of.
const TURNS_MIN: usize = 4;
/// The turn that is not over may take so many times the longest one before.
const LONGER: usize = 4;
/// And so many statements more.
const SLACK: usize = 64;
/// So many of the newest turns are compared.
const COMPARED: usize = 256;
/// Calls in a loop that is not instrumented are one if there are so many.
const CALLS_MIN: u64 = 16;

/// A loop that a thread turned in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turning {
    /// The statement that has the loop, or that calls what has it.
    pub statement: u32,
    /// Whether the loop is in code that is not instrumented, which the statement calls, and which calls functions or closures that
    /// are.
    pub is_called: bool,
    /// How many times its body was begun, as far as the records go back.
    pub turns: u64,
    /// Whether the loop's function was entered, or the calls began, within these records, so that there were no more turns.
    pub is_whole: bool,
    /// How long it turned at least, in nanoseconds.
    pub for_ns: Option<u64>,
    /// The fewest and the most statements of the newest turns.
    pub steps: (u64, u64),
    /// Whether these were the same in each.
    pub is_alike: bool,
    /// What the last whole turn did, folded.
    pub turn: Vec<Item<()>>,
}

/// Finds the loop. `chain` has the open statements, of which the innermost thousands are looked at.
pub fn turning(chain: &Chain, newest: &Newest, structure: &Structure) -> Option<Turning> {
    let open: Vec<u32> = chain.innermost.iter().rev().copied().flatten().collect();
    let mut calls: HashMap<u32, usize> = HashMap::new();
    for body in open.iter().filter_map(|id| structure.body(*id)) {
        *calls.entry(body).or_default() += 1;
    }
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, id) in newest.ids.iter().enumerate() {
        if let Some(body) = structure.body(*id).filter(|body| calls.contains_key(body)) {
            places.entry(body).or_default().push(at);
        }
    }
    let of_open = |id: &u32| {
        let body = structure.body(*id)?;
        // Which of several calls of a function a record is of, nobody knows.
        let places = places.get(&body).filter(|_| calls.get(&body) == Some(&1))?;
        of_body(*id, places, newest, structure)
    };
    open.iter().find_map(of_open).or_else(|| called(&open, newest, structure))
}

/// The loop of what an open statement calls: functions and closures that repeat to the end, and that it is not in.
fn called(open: &[u32], newest: &Newest, structure: &Structure) -> Option<Turning> {
    let items = folded(&newest.ids);
    let (at, found) = items.iter().enumerate().rev().find_map(|(at, item)| match item {
        Item::Loop(found) if found.times >= CALLS_MIN => Some((at, found)),
        _ => None,
    })?;
    let behind = total(items.iter().skip(at + 1).map(Item::steps));
    let of_turn = total(found.body.iter().map(Item::steps));
    let mut bodies = HashSet::new();
    items.iter().skip(at).for_each(|item| collect(item, structure, &mut bodies));
    let statement = *open.iter().rfind(|id| !structure.body(**id).is_some_and(|body| bodies.contains(&body)))?;
    let first = newest.ids.len().checked_sub(usize::try_from(behind + of_turn * found.times).ok()?)?;
    (behind <= of_turn).then(|| Turning {
        statement,
        is_called: true,
        turns: found.times,
        is_whole: first > 0,
        for_ns: newest.at_least_ns_since(first),
        steps: (of_turn, of_turn),
        is_alike: true,
        turn: found.body.clone(),
    })
}

fn collect(item: &Item<()>, structure: &Structure, bodies: &mut HashSet<u32>) {
    match item {
        Item::Step(step) => bodies.extend(u32::try_from(step.key).ok().and_then(|id| structure.body(id))),
        Item::Loop(found) => found.body.iter().for_each(|item| collect(item, structure, bodies)),
    }
}

/// The outermost loop of those around the open statement that turns, where records of its body lie at these places.
fn of_body(open: u32, places: &[usize], newest: &Newest, structure: &Structure) -> Option<Turning> {
    let (places, is_whole) = since_entered(open, places, newest, structure);
    let mut loops: Vec<u32> = structure.outward(open).filter(|id| structure.has_loop(*id)).collect();
    loops.reverse();
    loops.into_iter().find_map(|statement| {
        let reached = || places.iter().filter_map(|at| newest.ids.get(*at)).copied();
        // The first statement of the loop's body begins each turn.
        let begins = reached().filter(|id| structure.around(*id) == Some(statement)).min().unwrap_or(statement);
        let marks: Vec<usize> = places.iter().copied().filter(|at| newest.ids.get(*at) == Some(&begins)).collect();
        found(statement, &marks, is_whole, newest)
    })
}

/// The places since the body was entered for the last time, and whether that is among them.
fn since_entered<'a>(open: u32, places: &'a [usize], newest: &Newest, structure: &Structure) -> (&'a [usize], bool) {
    // A loop's header is recorded before each turn, so that a body that begins with one is not known to be entered.
    let first = structure.body(open).filter(|first| !structure.has_loop(*first));
    let entered = first.and_then(|first| places.iter().rposition(|at| newest.ids.get(*at) == Some(&first)));
    (places.get(entered.unwrap_or(0)..).unwrap_or_default(), entered.is_some())
}

fn found(statement: u32, marks: &[usize], is_whole: bool, newest: &Newest) -> Option<Turning> {
    let (first, last) = (*marks.first()?, *marks.last()?);
    let lengths: Vec<usize> = marks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let longest = *lengths.iter().max()?;
    let unfinished = newest.ids.len() - last;
    if marks.len() < TURNS_MIN || unfinished > LONGER * longest + SLACK {
        return None;
    }
    let compared = lengths.len().saturating_sub(COMPARED);
    let turn = |number: usize| newest.ids.get(marks[number]..marks[number + 1]).unwrap_or_default();
    let last_whole = turn(lengths.len() - 1);
    let recent = lengths.get(compared..).unwrap_or_default();
    Some(Turning {
        statement,
        is_called: false,
        turns: marks.len() as u64,
        is_whole,
        for_ns: newest.at_least_ns_since(first),
        steps: (*recent.iter().min()? as u64, *recent.iter().max()? as u64),
        is_alike: (compared..lengths.len()).all(|number| turn(number) == last_whole),
        turn: folded(last_whole),
    })
}

fn folded(ids: &[u32]) -> Vec<Item<()>> {
    let (mut folder, mut items) = (Folder::default(), Vec::new());
    for id in ids {
        folder.push(u64::from(*id), (), &mut |item| items.push(item));
    }
    folder.finish(&mut |item| items.push(item));
    items
}
