//! Two runs, or two threads of one, side by side.

mod begin;
mod processes;
pub(super) mod steps;
mod threads;

use std::io;
use std::path::{Path, PathBuf};

use super::command;
use super::files::RunFiles;
use super::group::group;
use super::load::{Run, Steps};
use crate::model::diff::Comparison;
use crate::model::diff::hits::HitsDifference;
use crate::model::diff::identity::{Identities, SourceDifference, source_difference};
use crate::model::diff::pairs::{Pairs, pair};
use crate::model::end::End;
use crate::model::filter::Filter;
use crate::model::record::Kept;
use crate::model::thread::Thread;
pub use processes::{Processes, pair_processes};
use threads::{Opened, compare};

/// Two runs, as far as they differ.
#[derive(Debug)]
pub struct RunPair {
    /// The runs.
    pub runs: [Run; 2],
    /// How their sources differ.
    pub source: Option<SourceDifference>,
    /// Threads of both that differ, the most telling first.
    pub threads: Vec<ThreadPair>,
    /// The indices of threads that do not, with what was compared.
    pub equal: Vec<([usize; 2], Compared)>,
    /// The indices of threads that only one run has.
    pub only: [Vec<usize>; 2],
    /// How often they reached each statement, if that is all they kept.
    pub hits: Option<HitsDifference>,
}

/// A thread of each run.
#[derive(Debug)]
pub struct ThreadPair {
    /// Their indices.
    pub threads: [usize; 2],
    /// What was compared.
    pub of: Compared,
    /// Where the comparison begins, as the numbers of the first records: the ones before were not kept.
    pub began: Option<[u64; 2]>,
    /// How many records are missing of what was compared.
    pub missing: [u64; 2],
    /// What that has shown.
    pub comparison: Comparison<Kept>,
    /// What follows where they have met again.
    pub behind: Option<Comparison<Kept>>,
    /// Whether they ended in different ways.
    pub end_differs: bool,
}

/// What is compared of two threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compared {
    /// What they did.
    Records,
    /// Their open statements, outermost first.
    OpenStatements,
    /// Their last statements, where no more was kept.
    Last,
}

/// Which threads of a run are compared.
#[derive(Debug)]
pub struct Choice<'a> {
    /// Takes at least these.
    pub filter: &'a Filter<'a>,
    /// What they are called; none: all.
    pub names: &'a [&'a str],
}

impl ThreadPair {
    fn is_equal(&self) -> bool {
        self.comparison.is_equal() && !self.end_differs
    }

    /// Lower ones are told first.
    fn gravity(&self, runs: &[Run; 2]) -> impl Ord + use<> {
        let ends = self.threads.iter().zip(runs);
        let is_suspect = |(index, run): (&usize, &Run)| {
            run.threads.get(*index).is_some_and(|thread| run.is_crashing(thread) || thread.has_failed_test())
        };
        (!ends.into_iter().any(is_suspect), self.comparison.first.is_none(), !self.end_differs)
    }
}

impl RunPair {
    /// Whether nothing differs but the source.
    pub fn is_equal(&self) -> bool {
        self.threads.is_empty()
            && self.only.iter().all(Vec::is_empty)
            && self.hits.as_ref().is_none_or(HitsDifference::is_equal)
            && !ends_differ(&self.runs.each_ref().map(|run| &run.end))
    }

    /// Compares the runs in two directories, or threads of one.
    ///
    /// # Errors
    /// When one of them cannot be listed, with its path.
    pub fn compare(
        dirs: [&Path; 2],
        choices: &[Choice<'_>; 2],
        context: usize,
    ) -> Result<RunPair, (PathBuf, io::Error)> {
        let load = |at: usize| {
            let (dir, choice) = (dirs[at], &choices[at]);
            let failed = |error| (dir.to_owned(), error);
            let mut run = Run::load(dir, choice.filter, Steps::None).map_err(failed)?;
            threads::choose(&mut run, choice.names);
            // Of several, the command alone does not say which one its signal has ended.
            let of_command = dir.parent().and_then(|parent| group(parent).ok().flatten());
            if of_command.is_some_and(|group| group.runs.len() == 1) {
                command::explain(std::slice::from_mut(&mut run));
            }
            Ok((run, RunFiles::open(dir).map_err(failed)?))
        };
        let ((run_a, files_a), (run_b, files_b)) = (load(0)?, load(1)?);
        let keys = [&run_a, &run_b].map(|run| Identities::new(&run.sites));
        let source = source_difference((&keys[0], &run_a.sites), (&keys[1], &run_b.sites));
        let opened = [
            Opened { run: &run_a, files: &files_a, keys: &keys[0], filter: choices[0].filter },
            Opened { run: &run_b, files: &files_b, keys: &keys[1], filter: choices[1].filter },
        ];
        // Of one run, what was asked for is compared, whatever it is called.
        let of_one_run = dirs[0] == dirs[1];
        let [a, b] = threads::candidates(&opened, of_one_run);
        let Pairs { pairs, only } = pair(&a, &b);
        let (mut differing, mut equal) = (Vec::new(), Vec::new());
        for indices in pairs {
            let is_known = a[indices[0]].did_the_same(&b[indices[1]]);
            match compare(&opened, indices, context, is_known) {
                found if found.is_equal() => equal.push((indices, found.of)),
                found => differing.push(found),
            }
        }
        let counted = opened[0].counted().zip(opened[1].counted()).filter(|_| !of_one_run);
        let hits = counted.map(|(a, b)| HitsDifference::new(a, b, choices[0].filter));
        let runs = [run_a, run_b];
        differing.sort_by_key(|pair| pair.gravity(&runs));
        Ok(RunPair { runs, source, threads: differing, equal, only, hits })
    }

    /// The threads of a pair.
    pub fn of(&self, indices: [usize; 2]) -> Option<[(&Run, &Thread); 2]> {
        let [a, b] = &self.runs;
        Some([(a, a.threads.get(indices[0])?), (b, b.threads.get(indices[1])?)])
    }
}

fn ends_differ(ends: &[&End; 2]) -> bool {
    let key = |end: &End| (end.kind, end.signal.clone(), end.code.clone());
    key(ends[0]) != key(ends[1])
}
