//! Threads that likely keep each other waiting where nothing tells which of their locks are the same: each holds one and waits for one
//! that another of them may hold, and that nobody else may.

use super::blame::Blame;
use super::locks::{Likeness, Taking};
use crate::model::thread::Thread;

/// Of more threads nothing is concluded.
const THREADS_MAX: usize = 500;

/// The groups of such threads, by their places in the list.
pub fn standoffs(threads: &[Thread], is_blocked: impl Fn(&Thread) -> bool) -> Vec<Vec<usize>> {
    let waits = |(_, thread): &(usize, &Thread)| {
        let is_cycle = matches!(thread.activity.blame, Some(Blame { is_cycle: true, .. }));
        let locks = &thread.activity.locks;
        is_blocked(thread) && !is_cycle && locks.wants.is_some() && !locks.holds.is_empty()
    };
    let waiting: Vec<usize> = threads.iter().enumerate().filter(waits).map(|(at, _)| at).collect();
    if !(2..=THREADS_MAX).contains(&waiting.len()) {
        return Vec::new();
    }
    let mut edges: Vec<(usize, Vec<usize>)> = waiting.into_iter().map(|at| (at, holders(at, threads))).collect();
    loop {
        let members: Vec<usize> = edges.iter().map(|(at, _)| *at).collect();
        edges.retain(|(_, holders)| !holders.is_empty() && holders.iter().all(|holder| members.contains(holder)));
        if edges.len() == members.len() {
            break;
        }
    }
    groups(&edges)
}

/// The threads that may hold what this one waits for; those that surely do, if there are any.
fn holders(own: usize, threads: &[Thread]) -> Vec<usize> {
    let Some(wanted) = threads.get(own).and_then(|thread| thread.activity.locks.wants.as_ref()) else {
        return Vec::new();
    };
    // Who waits for it does not hold it.
    let waits = |taking: &Taking| taking.likeness(wanted, false) == Likeness::Same;
    let likeness = |thread: &Thread| {
        let locks = &thread.activity.locks;
        let held = locks.holds.iter().map(|held| held.keeps(wanted, false)).max();
        held.filter(|_| !locks.wants.as_ref().is_some_and(waits)).unwrap_or(Likeness::Different)
    };
    let others = threads.iter().enumerate().filter(|(at, _)| *at != own);
    let likely: Vec<(usize, Likeness)> = others.map(|(at, thread)| (at, likeness(thread))).collect();
    let are_known = likely.iter().any(|(_, likeness)| *likeness == Likeness::Same);
    let least = if are_known { Likeness::Same } else { Likeness::Unknown };
    likely.into_iter().filter(|(_, likeness)| *likeness >= least).map(|(at, _)| at).collect()
}

/// The threads that belong together, as one may hold what another waits for.
fn groups(edges: &[(usize, Vec<usize>)]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, holders) in edges {
        let is_of = |group: &Vec<usize>| holders.iter().chain([at]).any(|at| group.contains(at));
        let (mut joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_of);
        joined.push(holders.iter().chain([at]).copied().collect());
        groups = apart;
        groups.push(joined.concat());
    }
    for group in &mut groups {
        group.sort_unstable();
        group.dedup();
    }
    groups
}
