//! Which thread keeps which waiting: who likely holds the lock that another one waits for.

use super::locks::Taking;
use crate::model::sites::Sites;
use crate::model::thread::Thread;

/// Why a thread that waits for a lock does not get it, most likely: names tell which locks are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// The thread that holds the lock: its id, and which of those with this id it is. It can be the one that waits.
    pub holder: (u64, u64),
    /// Where it took it.
    pub held: Taking,
    /// Whether the holder waits for the thread that waits for it, perhaps by way of others.
    pub is_cycle: bool,
}

/// Says it of each thread that waits for a lock.
pub fn blame(threads: &mut [Thread], sites: &Sites) {
    let file = |taking: &Taking| sites.statement(taking.statement).map(|statement| statement.file);
    let is_same = |wanted: &Taking, held: &Taking| {
        held.excludes(wanted) && (held.name == wanted.name || file(held) == file(wanted))
    };
    let holds = |at: &usize| threads.get(*at).is_some_and(|thread| !thread.activity.locks.holds.is_empty());
    let holding: Vec<usize> = (0..threads.len()).filter(holds).collect();
    // Of each thread: the one that it waits for.
    let holder = |wanted: &Taking, own: usize| {
        let held = |thread: &Thread| thread.activity.locks.holds.iter().rfind(|held| is_same(wanted, held)).cloned();
        let by = |at: usize| Some((at, held(threads.get(at)?)?));
        by(own).or_else(|| holding.iter().find_map(|at| by(*at)))
    };
    let waits: Vec<Option<(usize, Taking)>> = threads
        .iter()
        .enumerate()
        .map(|(own, thread)| holder(thread.activity.locks.wants.as_ref().filter(|_| thread.state.is_active())?, own))
        .collect();
    let mut seen = vec![usize::MAX; waits.len()];
    let blames: Vec<Option<Blame>> = waits
        .iter()
        .enumerate()
        .map(|(own, wait)| {
            let (at, held) = wait.as_ref()?;
            let holder = threads.get(*at)?;
            let further = std::iter::successors(Some(*at), |at| waits.get(*at)?.as_ref().map(|(next, _)| *next));
            // A cycle of others comes to the same thread again.
            let is_new = |at: &usize| seen.get_mut(*at).is_some_and(|seen| std::mem::replace(seen, own) != own);
            let is_cycle = further.take_while(is_new).any(|at| at == own);
            Some(Blame { holder: (holder.tid, holder.reuse), held: held.clone(), is_cycle })
        })
        .collect();
    for (thread, blame) in threads.iter_mut().zip(blames) {
        thread.activity.blame = blame;
    }
}
