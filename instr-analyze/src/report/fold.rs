//! Threads that need few words: many that went alike share a line.

use std::collections::HashMap;
use std::mem::take;

use crate::model::thread::{Choice, State, Thread};

/// So many threads that went alike still have a line each.
const APART: usize = 3;

/// How a thread went: its state, and the statement that is shown with its function's path.
type Way<'a> = (State, Option<(Choice, [&'a str; 3], u64, u64)>);

/// The threads of each line; one that stands for several is where the first of them was.
pub(crate) fn fold<'a>(threads: &[&'a Thread]) -> Vec<Vec<&'a Thread>> {
    let mut alike: HashMap<Way<'a>, Vec<&'a Thread>> = HashMap::new();
    for thread in threads {
        if let Some(way) = way(thread) {
            alike.entry(way).or_default().push(thread);
        }
    }
    alike.retain(|_, threads| threads.len() > APART);
    let line = |thread: &&'a Thread| match way(thread).and_then(|way| alike.get_mut(&way)) {
        None => Some(vec![*thread]),
        Some(threads) => Some(take(threads)).filter(|threads| !threads.is_empty()),
    };
    threads.iter().filter_map(line).collect()
}

/// `None` for a thread that must be named, because something is wrong with its records.
fn way(thread: &Thread) -> Option<Way<'_>> {
    let place = thread.last.as_ref().map(|last| {
        let statement = &last.statement;
        let texts = [&statement.file, &statement.module, &statement.function].map(String::as_str);
        (last.choice, texts, statement.line, statement.column)
    });
    thread.damage.is_empty().then_some((thread.state, place))
}
