//! Two threads, side by side.

use std::collections::HashMap;

use super::begin::{Beginning, beginning};
use super::steps::{Steps, open_statements};
use super::{Compared, ThreadPair};
use crate::model::diff::fingerprint::Fingerprint;
use crate::model::diff::hits::Counted;
use crate::model::diff::identity::{Identities, function};
use crate::model::diff::pairs::{Candidate, pool};
use crate::model::diff::{Comparison, Meeting, compare as compare_steps};
use crate::model::filter::{Filter, Taken};
use crate::model::record::Kept;
use crate::model::thread::{Sink, Thread};
use crate::run::files::RunFiles;
use crate::run::load::Run;
use crate::run::records::Records;
use crate::run::segment::Segment;
use crate::run::threads::ThreadFiles;

/// A run and its files.
#[derive(Clone, Copy)]
pub(super) struct Opened<'a> {
    pub(super) run: &'a Run,
    pub(super) files: &'a RunFiles,
    pub(super) keys: &'a Identities,
    pub(super) filter: &'a Filter<'a>,
}

impl<'a> Opened<'a> {
    /// The records of one of its threads.
    pub(super) fn steps(&self, thread: &Thread) -> Steps<'a> {
        let is_it = |files: &&ThreadFiles| (files.tid, files.reuse) == (thread.tid, thread.reuse);
        let segments: &[Segment] = self.files.threads.iter().find(is_it).map_or(&[], |files| &files.segments);
        Steps::new(Records::new(segments), Taken::new(self.filter, &self.files.sites), self.keys)
    }

    /// What it has counted, if it kept no records.
    pub(super) fn counted(&self) -> Option<Counted<'a>> {
        let counts = self.files.counts.as_ref().filter(|_| self.files.has_only_counts())?;
        Some(Counted { counts, sites: &self.files.sites, keys: self.keys })
    }

    fn name(&self, thread: &Thread) -> String {
        match &thread.test {
            Some(test) => test.name.clone(),
            None => self.run.own_name(thread).unwrap_or_default().to_owned(),
        }
    }
}

/// Leaves the threads with these names: those of tests, in full, are no other's.
pub(super) fn choose(run: &mut Run, names: &[&str]) {
    if names.is_empty() {
        return;
    }
    let test = |thread: &Thread| thread.test.as_ref().map(|test| test.name.clone());
    let tests: Vec<String> =
        run.threads.iter().filter_map(test).filter(|test| names.contains(&test.as_str())).collect();
    let others: Vec<&str> = names.iter().copied().filter(|name| !tests.iter().any(|test| test == name)).collect();
    let others = others.join(",");
    let by_name = Filter::new(&others, "", "").ok();
    run.threads.retain(|thread| {
        let is_test = test(thread).is_some_and(|test| tests.contains(&test));
        let is_other = || by_name.as_ref().is_some_and(|filter| filter.takes_thread(thread.tid, &thread.name));
        is_test || (!others.is_empty() && is_other())
    });
}

/// What the threads of both runs are told by. Their work is looked at where several could be the same one.
pub(super) fn candidates(opened: &[Opened<'_>; 2], nameless: bool) -> [Vec<Candidate>; 2] {
    let of = |opened: &Opened<'_>| {
        let candidate = |thread: &Thread| Candidate {
            name: if nameless { String::new() } else { opened.name(thread) },
            is_pooled: thread.test.is_none(),
            first: thread.first.as_ref().filter(|_| thread.overwritten == 0).map(function),
            work: None,
        };
        opened.run.threads.iter().map(candidate).collect::<Vec<_>>()
    };
    let mut candidates = opened.each_ref().map(of);
    let mut sizes: HashMap<String, [usize; 2]> = HashMap::new();
    for (side, threads) in candidates.iter().enumerate() {
        threads.iter().for_each(|thread| sizes.entry(family(thread)).or_default()[side] += 1);
    }
    for (opened, candidates) in opened.iter().zip(&mut candidates) {
        for (thread, candidate) in opened.run.threads.iter().zip(candidates) {
            if sizes.get(&family(candidate)).is_some_and(|sizes| sizes.iter().any(|size| *size > 1)) {
                candidate.work = Some(Fingerprint::of(opened.steps(thread).map(|(key, _)| key)));
            }
        }
    }
    candidates
}

fn family(thread: &Candidate) -> String {
    if thread.is_pooled { pool(&thread.name).to_owned() } else { thread.name.clone() }
}

/// Compares two threads; nothing is read again of those that are known to have done the same.
pub(super) fn compare(opened: &[Opened<'_>; 2], indices: [usize; 2], context: usize, did_the_same: bool) -> ThreadPair {
    let threads = [0, 1].map(|at| &opened[at].run.threads[indices[at]]);
    let whole = |of, comparison| ThreadPair {
        threads: indices,
        of,
        began: None,
        missing: [0; 2],
        comparison,
        behind: None,
        end_differs: end_differs(opened, threads) || (of == Compared::Last && last_differs(threads)),
    };
    let has_records = |thread: &Thread| thread.records > 0 && thread.sink != Sink::Counts;
    match threads.map(|thread| (has_records(thread), &thread.chain)) {
        _ if did_the_same => whole(Compared::Records, Comparison::of_equal(threads[0].records)),
        [(false, Some(a)), (false, Some(b))] => {
            let [a, b] = [open_statements(a, opened[0].keys), open_statements(b, opened[1].keys)];
            whole(Compared::OpenStatements, compare_steps(a, b, context))
        }
        [(false, _), (false, _)] => whole(Compared::Last, Comparison::of_equal(0)),
        _ => {
            let late = beginning(opened, threads);
            let from = late.unwrap_or_default();
            let (began, missing, comparison) = compare_records(opened, threads, from, context);
            let later = comparison.first.as_ref().and_then(|first| first.meeting.as_ref());
            let behind = later.map(|Meeting { after, .. }| {
                let from = [0, 1].map(|at| from[at].after(comparison.done[at] + after[at]));
                compare_records(opened, threads, from, context).2
            });
            let began = late.map(|_| began);
            ThreadPair { began, missing, behind, ..whole(Compared::Records, comparison) }
        }
    }
}

/// Compares records from these on. Returns the numbers of the first ones, and how many are missing.
fn compare_records(
    opened: &[Opened<'_>; 2],
    threads: [&Thread; 2],
    from: [Beginning; 2],
    context: usize,
) -> ([u64; 2], [u64; 2], Comparison<Kept>) {
    let [mut a, mut b] = [0, 1].map(|at| opened[at].steps(threads[at]));
    let (mut from_a, mut from_b) = (from[0].of(&mut a).peekable(), from[1].of(&mut b).peekable());
    let seq = |step: Option<&(u64, Kept)>| step.map_or(0, |(_, kept)| kept.seq());
    let began = [seq(from_a.peek()), seq(from_b.peek())];
    let comparison = compare_steps(from_a, from_b, context);
    (began, [a.missing.saturating_add(threads[0].dropped), b.missing.saturating_add(threads[1].dropped)], comparison)
}

/// Whether one of them crashed, panicked or failed and the other did not; or, of runs that ended in different ways, is in a
/// statement still.
fn end_differs(opened: &[Opened<'_>; 2], threads: [&Thread; 2]) -> bool {
    let [a, b] = [0, 1].map(|at| {
        let (run, thread) = (opened[at].run, threads[at]);
        (run.is_crashing(thread), thread.state.is_panicked(), thread.has_failed_test())
    });
    let is_active = |at: usize| threads[at].state.is_active();
    a != b || (opened[0].run.end.kind != opened[1].run.end.kind && is_active(0) != is_active(1))
}

fn last_differs(threads: [&Thread; 2]) -> bool {
    let last =
        |thread: &Thread| thread.last.as_ref().map(|last| (function(&last.statement), last.statement.snippet.clone()));
    last(threads[0]) != last(threads[1])
}
