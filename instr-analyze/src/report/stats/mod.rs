//! What runs recorded most: statements, functions and threads, how fast, and what a filter would leave out.

pub mod json;
pub mod text;

use std::cmp::Reverse;

use crate::model::savings::{self, Saving};
use crate::model::statement::Statement;
use crate::model::tally::{Sum, added};
use crate::model::thread::{Sink, Thread};
use crate::model::total::total;
use crate::run::load::Run;

/// What some runs recorded, added up.
pub struct Stats<'a> {
    runs: &'a [Run],
    total: Sum,
    /// Of all files, whatever the filter.
    overwritten: u64,
    filtered: u64,
    dropped: u64,
    pace: Result<Pace, NoPace>,
    /// These three with the most frequent first.
    statements: Vec<(Statement, Sum)>,
    functions: Vec<(Function, Sum)>,
    threads: Vec<((&'a Run, &'a Thread), Sum)>,
    savings: Vec<Saving>,
}

/// A function, with the closures in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Function {
    module: String,
    name: String,
    file: String,
}

/// How many records were made in how long, and how many bytes of logs: those that are overwritten by now count too.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Pace {
    ns: u64,
    records: u64,
    /// Of the runs that have logs.
    log_ns: u64,
    bytes: u64,
}

/// Why nobody knows how fast they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoPace {
    /// The records have no times.
    NoTimes,
    /// All of them have the same time.
    OneMoment,
    /// It is not known of which files the overwritten ones were.
    Overwritten,
}

impl<'a> Stats<'a> {
    /// Adds up runs that were read by [`Run::tallied`], with a filter that restricts files or does not.
    pub fn new(runs: &'a [Run], restricts_files: bool) -> Self {
        let statements = runs.iter().flat_map(|run| run.tally.statements(&run.sites));
        // Logs know less of that than site tables.
        let statements = added(statements.map(|(it, sum)| (Statement { expanded_from: None, ..it }, sum)));
        let functions = added(statements.iter().map(|(statement, sum)| (Function::of(statement), *sum)));
        let threads = runs.iter().flat_map(|run| run.threads.iter().map(move |thread| (run, thread)));
        let threads: Vec<_> = threads.map(|(run, thread)| ((run, thread), recorded(thread, restricts_files))).collect();
        let sum = |what: fn(&Thread) -> u64| total(threads.iter().map(|((_, thread), _)| what(thread)));
        let mut total = Sum::default();
        statements.iter().for_each(|(_, sum)| total += *sum);
        let mut stats = Stats {
            runs,
            total,
            overwritten: sum(|thread| thread.overwritten),
            filtered: sum(|thread| thread.filtered.saturating_add(thread.suppressed)),
            dropped: sum(|thread| thread.dropped),
            pace: pace(runs, restricts_files),
            savings: Vec::new(),
            statements: sorted(statements, |statement| (statement.path(), statement.line, statement.column)),
            functions: sorted(functions, Function::clone),
            threads: sorted(threads, |(_, thread)| (thread.tid, thread.reuse)),
        };
        let names: Vec<(String, Sum)> =
            stats.threads.iter().map(|((_, thread), sum)| (thread.name.clone(), *sum)).collect();
        let savings = [
            savings::of_file(&stats.statements),
            savings::of_function(&stats.statements),
            savings::of_thread(&names).filter(|saving| is_thread_filter(saving, runs)),
        ];
        // Who leaves out everything learns nothing.
        let is_some = |saving: &Saving| (1..total.records).contains(&saving.left_out.records);
        stats.savings = savings.into_iter().flatten().filter(is_some).collect();
        stats
    }

    /// Whether no record matches.
    pub fn is_empty(&self) -> bool {
        self.total.records == 0
    }

    /// How many of the runs recorded something that matches.
    fn recording_runs(&self) -> usize {
        let has_some = |run: &&Run| !run.tally.is_empty();
        self.runs.iter().filter(has_some).count()
    }

    fn percent(&self, sum: Sum) -> f64 {
        percent(sum.records, self.total.records)
    }

    fn percent_of_bytes(&self, sum: Sum) -> Option<f64> {
        (self.total.bytes > 0).then(|| percent(sum.bytes, self.total.bytes))
    }
}

impl Function {
    fn of(statement: &Statement) -> Self {
        let Statement { module, file, .. } = statement;
        Function { module: module.clone(), name: statement.function_around().to_owned(), file: file.clone() }
    }
}

impl Pace {
    fn add(&mut self, ns: u64, read: Sum, overwritten: u64) {
        let records = read.records.saturating_add(overwritten);
        self.ns = self.ns.saturating_add(ns);
        self.records = self.records.saturating_add(records);
        if read.bytes > 0 {
            self.log_ns = self.log_ns.saturating_add(ns);
            // Those that are gone were as long as the others.
            let bytes = u128::from(read.bytes) * u128::from(records) / u128::from(read.records.max(1));
            self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
    }

    fn records_per_second(self) -> f64 {
        self.records as f64 * 1e9 / self.ns as f64
    }

    fn bytes_per_second(self) -> Option<f64> {
        (self.log_ns > 0).then(|| self.bytes as f64 * 1e9 / self.log_ns as f64)
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    // Of a process that goes on counting, the parts can be newer than the whole.
    (part as f64 * 100.0 / whole as f64).min(100.0)
}

/// Of a thread that counts, it is known how much, and not of which files.
fn recorded(thread: &Thread, restricts_files: bool) -> Sum {
    match thread.sink {
        Sink::Counts if restricts_files => Sum::default(),
        Sink::Counts => Sum { records: thread.records, bytes: 0 },
        Sink::Log | Sink::Ring => thread.share.sum,
    }
}

fn sorted<T, K: Ord>(mut sums: Vec<(T, Sum)>, then: impl Fn(&T) -> K) -> Vec<(T, Sum)> {
    sums.retain(|(_, sum)| sum.records > 0);
    sums.sort_by_cached_key(|(what, sum)| (Reverse(sum.records), then(what)));
    sums
}

/// The times of several runs add up. A run's begins with its first record, or where that was overwritten with the run.
fn pace(runs: &[Run], restricts_files: bool) -> Result<Pace, NoPace> {
    let (mut pace, mut timed) = (Pace::default(), false);
    for run in runs {
        let spans = run.threads.iter().filter_map(|thread| thread.share.span);
        let Some((first, last)) = spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))) else { continue };
        timed = true;
        let overwritten = total(run.threads.iter().map(|thread| thread.overwritten));
        if overwritten > 0 && restricts_files {
            return Err(NoPace::Overwritten);
        }
        let first = if overwritten > 0 { 0 } else { first };
        let mut read = Sum::default();
        run.threads.iter().for_each(|thread| read += thread.share.sum);
        pace.add(last.saturating_sub(first), read, overwritten);
    }
    match pace.ns {
        _ if !timed => Err(NoPace::NoTimes),
        0 => Err(NoPace::OneMoment),
        _ => Ok(pace),
    }
}

/// Whether the list of threads to keep does not keep the main thread, unless it is named: also by the program's name.
fn is_thread_filter(saving: &Saving, runs: &[Run]) -> bool {
    let mut kept = saving.value.split(',');
    let keeps_main = saving.value.split(',').any(|name| name == "main");
    keeps_main || !kept.any(|name| runs.iter().any(|run| run.process.is_kernels_name(name)))
}
