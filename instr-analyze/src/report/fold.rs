//! Threads that are at the same place share an entry.

use std::collections::HashMap;

use crate::model::chain::Part;
use crate::model::statement::Statement;
use crate::model::thread::{Choice, State, Thread};
use crate::run::load::Run;
use crate::run::verdict::Doing;

/// What threads of one entry have in common.
#[derive(PartialEq, Eq, Hash)]
enum Place<'a> {
    /// The loop that they turn in.
    Loop(u32),
    /// Their state, what they do, their last statement, their open statements, and who keeps them waiting.
    At {
        state: State,
        doing: Doing,
        last: Option<(Choice, &'a Statement)>,
        edge: Option<&'a str>,
        open: Option<(u64, &'a [Part])>,
        holder: Option<(u64, u64)>,
        /// Which one it is that likely waits for others that wait for it.
        deadlocked: Option<(u64, u64)>,
    },
}

/// The threads of each entry, in the order of the first of each. One whose records are damaged stands alone, and so do those
/// for which `apart` holds.
pub(crate) fn fold<'a>(run: &'a Run, threads: &[&'a Thread], apart: impl Fn(&Thread) -> bool) -> Vec<Vec<&'a Thread>> {
    let mut entries: Vec<Vec<&'a Thread>> = Vec::new();
    let mut known: HashMap<Place<'a>, usize> = HashMap::new();
    for thread in threads {
        if !thread.damage.is_empty() || apart(thread) {
            entries.push(vec![thread]);
            continue;
        }
        let entry = *known.entry(place(run, thread)).or_insert(entries.len());
        match entries.get_mut(entry) {
            Some(threads) => threads.push(thread),
            None => entries.push(vec![thread]),
        }
    }
    entries
}

fn place<'a>(run: &'a Run, thread: &'a Thread) -> Place<'a> {
    let doing = run.verdict(thread).doing;
    if let Some(turning) = thread.activity.turning.as_ref().filter(|_| doing == Doing::Looping) {
        return Place::Loop(turning.statement);
    }
    Place::At {
        state: thread.state,
        doing,
        last: thread.last.as_ref().map(|last| (last.choice, &last.statement)),
        edge: run.last_edge(thread).map(|edge| edge.address.as_str()),
        open: thread.chain.as_ref().map(|chain| (chain.inherited, chain.parts.as_slice())),
        holder: thread.activity.blame.as_ref().map(|blame| blame.holder),
        deadlocked: thread.activity.is_deadlocked().then_some((thread.tid, thread.reuse)),
    }
}
