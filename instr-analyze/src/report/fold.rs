//! Threads that are at the same place share an entry.

use std::collections::HashMap;

use crate::model::chain::Part;
use crate::model::statement::Statement;
use crate::model::thread::{Choice, State, Thread};

/// What threads of one entry have in common: their state, their last statement, and their open statements.
#[derive(PartialEq, Eq, Hash)]
struct Place<'a> {
    state: State,
    last: Option<(Choice, &'a Statement)>,
    open: Option<(u64, &'a [Part])>,
}

/// The threads of each entry, in the order of the first of each. One whose records are damaged stands alone, and so do those
/// for which `apart` holds.
pub(crate) fn fold<'a>(threads: &[&'a Thread], apart: impl Fn(&Thread) -> bool) -> Vec<Vec<&'a Thread>> {
    let mut entries: Vec<Vec<&'a Thread>> = Vec::new();
    let mut known: HashMap<Place<'a>, usize> = HashMap::new();
    for thread in threads {
        if !thread.damage.is_empty() || apart(thread) {
            entries.push(vec![thread]);
            continue;
        }
        let entry = *known.entry(place(thread)).or_insert(entries.len());
        match entries.get_mut(entry) {
            Some(threads) => threads.push(thread),
            None => entries.push(vec![thread]),
        }
    }
    entries
}

fn place(thread: &Thread) -> Place<'_> {
    Place {
        state: thread.state,
        last: thread.last.as_ref().map(|last| (last.choice, &last.statement)),
        open: thread.chain.as_ref().map(|chain| (chain.inherited, chain.parts.as_slice())),
    }
}
