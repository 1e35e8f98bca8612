//! Which thread keeps which waiting: who likely holds the lock that another one waits for.

use super::locks::{Likeness, Taking};
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
pub fn blame(threads: &mut [Thread], is_blocked: impl Fn(&Thread) -> bool) {
    let holds = |at: &usize| threads.get(*at).is_some_and(|thread| !thread.activity.locks.holds.is_empty());
    let holding: Vec<usize> = (0..threads.len()).filter(holds).collect();
    let waits: Vec<Option<(usize, Taking)>> = threads
        .iter()
        .enumerate()
        .map(|(own, thread)| {
            let wanted = thread.activity.locks.wants.as_ref().filter(|_| is_blocked(thread))?;
            holder(wanted, own, threads, &holding)
        })
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

/// Which of the threads that hold locks is the likeliest to hold this one, and where it took it; the waiting one itself before others.
fn holder(wanted: &Taking, own: usize, threads: &[Thread], holding: &[usize]) -> Option<(usize, Taking)> {
    let mut best: Option<(Likeness, usize, &Taking)> = None;
    let others = holding.iter().copied().filter(|at| *at != own);
    for at in std::iter::once(own).chain(others) {
        for held in threads.get(at)?.activity.locks.holds.iter().rev() {
            let likeness = held.keeps(wanted, at == own);
            if likeness >= Likeness::Alike && best.is_none_or(|(best, ..)| likeness > best) {
                best = Some((likeness, at, held));
            }
        }
        if best.is_some_and(|(best, ..)| best == Likeness::Same) {
            break;
        }
    }
    best.map(|(_, at, held)| (at, held.clone()))
}
