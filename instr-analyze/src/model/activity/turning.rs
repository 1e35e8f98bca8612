//! Finds the loop that a thread turned in to the end: the outermost one that it still went round in.
//!
//! Each open statement, outermost first, may lie in loops of its function. Such a loop turns if its body's first statement was
//! reached several times since the function was entered, and if the turn that it is in has not taken much longer than those
//! before. A loop further out that is waiting for this one has not been reached for many turns.

use std::collections::HashMap;

use super::structure::Structure;
use super::window::Newest;
use crate::model::chain::Chain;
use crate::model::fold::{Folder, Item};

/// Fewer turns are no loop to speak of.
const TURNS_MIN: usize = 4;
/// The turn that is not over may take so many times the longest one before.
const LONGER: usize = 4;
/// And so many statements more.
const SLACK: usize = 64;
/// So many of the newest turns are compared.
const COMPARED: usize = 256;
/// Longer turns are told by their beginning.
const TURN_MAX: usize = 4096;

/// A loop that a thread turned in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turning {
    /// The statement that has the loop.
    pub statement: u32,
    /// How many times its body was begun, as far as the records go back.
    pub turns: u64,
    /// Whether the function was entered within these records, so that there were no more.
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
    open.into_iter().find_map(|id| {
        let body = structure.body(id)?;
        // Which of several calls of a function a record is of, nobody knows.
        let places = places.get(&body).filter(|_| calls.get(&body) == Some(&1))?;
        of_body(id, places, newest, structure)
    })
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
    for id in ids.iter().take(TURN_MAX) {
        folder.push(u64::from(*id), (), &mut |item| items.push(item));
    }
    folder.finish(&mut |item| items.push(item));
    items
}
