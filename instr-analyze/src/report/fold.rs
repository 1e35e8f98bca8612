//! Threads that are at the same place share an entry.

use std::collections::HashMap;

use crate::model::thread::{Choice, State, Thread};

/// What threads of one entry have in common: their state, and the statement with its function's path and, of an expanded
/// one, where its macro was invoked.
#[derive(PartialEq, Eq, Hash)]
struct Place<'a> {
    state: State,
    choice: Option<Choice>,
    statement: Option<[&'a str; 4]>,
    line_and_column: Option<(u64, u64)>,
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
    let last = thread.last.as_ref();
    let statement = last.map(|last| &last.statement);
    Place {
        state: thread.state,
        choice: last.map(|last| last.choice),
        statement: statement.map(|statement| {
            let origin = statement.expanded_from.as_deref().unwrap_or_default();
            [&statement.file, &statement.module, &statement.function, origin]
        }),
        line_and_column: statement.map(|statement| (statement.line, statement.column)),
    }
}
