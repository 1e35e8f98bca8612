//! Threads of one run that began in the same statement, of which one has come to another end than the others.

use std::collections::HashMap;

use super::chain::Part;
use super::sites::Sites;
use super::statement::Statement;
use super::thread::Thread;

/// So few threads show that one stands elsewhere than the others.
const FEW: usize = 3;

/// Siblings, by their indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Siblings {
    /// The one that is unlike the others.
    pub odd: usize,
    /// The others.
    pub others: Vec<usize>,
    /// The function that all began in.
    pub function: String,
}

/// Finds the thread that crashed or panicked among siblings that did not; or, where the process did not exit, the only one that
/// is in another statement than all others. The `main` thread has no siblings, and neither have tests.
pub fn siblings(
    threads: &[Thread],
    sites: &Sites,
    pid: Option<u64>,
    exited: bool,
    is_crashing: impl Fn(&Thread) -> bool,
) -> Vec<Siblings> {
    let mut families: HashMap<(bool, Statement), Vec<usize>> = HashMap::new();
    for (index, thread) in threads.iter().enumerate() {
        if pid != Some(thread.tid)
            && thread.test.is_none()
            && let Some(beginning) = beginning(thread, sites)
        {
            families.entry(beginning).or_default().push(index);
        }
    }
    let of_family = |((_, first), family): ((bool, Statement), Vec<usize>)| {
        let members = || family.iter().filter_map(|index| Some((*index, threads.get(*index)?)));
        let failed = members().filter(|(_, thread)| is_crashing(thread) || thread.state.is_panicked());
        let odd = only(failed).or_else(|| if exited { None } else { elsewhere(members()) })?;
        let others: Vec<usize> = family.iter().copied().filter(|index| *index != odd).collect();
        (!others.is_empty()).then(|| Siblings { odd, others, function: first.path() })
    };
    let mut found: Vec<Siblings> = families.into_iter().filter_map(of_family).collect();
    found.sort_by_key(|siblings| siblings.odd);
    found
}

/// The first statement of a thread; or where that is not known any more, the outermost open one, as the flag says.
fn beginning(thread: &Thread, sites: &Sites) -> Option<(bool, Statement)> {
    if let Some(first) = thread.first.as_ref().filter(|_| thread.overwritten == 0) {
        return Some((false, first.clone()));
    }
    match thread.chain.as_ref()?.parts.first()? {
        Part::Call(call) => Some((true, sites.statement(call.statement()?)?)),
        _ => None,
    }
}

fn only<'a>(mut threads: impl Iterator<Item = (usize, &'a Thread)>) -> Option<usize> {
    let (index, _) = threads.next()?;
    threads.next().is_none().then_some(index)
}

/// The one whose last statement is not that of all others.
fn elsewhere<'a>(threads: impl Iterator<Item = (usize, &'a Thread)>) -> Option<usize> {
    let mut places: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, thread) in threads {
        let last = thread.last.as_ref().map(|last| &last.statement);
        places.entry((thread.state.is_active(), last)).or_default().push(index);
    }
    let count: usize = places.values().map(Vec::len).sum();
    let mut alone = places.values().filter(|indices| indices.len() == 1);
    match (count, places.len(), alone.next(), alone.next()) {
        (FEW.., 2, Some(alone), None) => alone.first().copied(),
        _ => None,
    }
}
