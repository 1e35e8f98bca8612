//! The report as JSON.

use std::io::{self, Write};

use instr_format::names::SCHEMA_VERSION;
use serde::Serialize;

use super::activity::json::JsonActivity;
use super::breadcrumbs::JsonBreadcrumbs;
use super::chain::json::JsonChain;
use super::changed;
use super::history::JsonPart;
use super::object;
use super::siblings::JsonParting;
use super::unseen::{self, Unseen};
use crate::model::damage::Damage;
use crate::model::end::End;
use crate::model::panics::Panic;
use crate::model::record::Record;
use crate::model::sites::Sites;
use crate::model::statement::Statement;
use crate::model::thread::{Choice, LastReached, Thread};
use crate::run::changed::Changed;
use crate::run::load::Run;
use crate::run::symbols::Frame;
use crate::run::unwatched::Unwatched;

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    runs: Vec<JsonRun<'a>>,
}

#[derive(Serialize)]
struct JsonRun<'a> {
    dir: String,
    pid: Option<u64>,
    exe: Option<String>,
    start_unix_ns: Option<u64>,
    end: &'a End,
    /// Signals whose handler the program had replaced by its own, where nothing else tells of the end.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    replaced_handlers: &'a [&'static str],
    /// Why no crash could be recorded, where nothing else tells of the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_crash_handler: Option<Unwatched>,
    /// How many panics there have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    panics: Option<u64>,
    /// Source files on disk that are not what was recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed_sources: Vec<Changed>,
    /// How many edges its code has, if its compiler tells of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    edges: Option<JsonEdges>,
    threads: Vec<JsonThread<'a>>,
    /// The branches of the thread to blame, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    breadcrumbs: Option<JsonBreadcrumbs>,
    /// Threads that have come to another end than those that began like them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    siblings: Vec<JsonParting<'a>>,
}

#[derive(Serialize)]
struct JsonEdges {
    known: usize,
    reached: usize,
}

#[derive(Serialize)]
struct JsonThread<'a> {
    tid: u64,
    name: &'a str,
    crashing: bool,
    last: Option<JsonLast>,
    /// Where its newest edge is.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_edge: Option<&'a Frame>,
    #[serde(flatten)]
    chain: Option<JsonChain>,
    activity: JsonActivity,
    /// What its innermost statement had called, or may have called, and is not instrumented.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_instrumented: Vec<Unseen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    panic: Option<&'a Panic>,
    records: u64,
    filtered: u64,
    /// How many of these `INSTR_RATE` left out.
    #[serde(skip_serializing_if = "is_zero")]
    suppressed: u64,
    dropped: u64,
    overwritten: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<JsonPart>,
    /// Whether older records were not looked at for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    history_is_cut: bool,
    damage: Vec<&'a Damage>,
}

#[derive(Serialize)]
pub(super) struct JsonLast {
    #[serde(flatten)]
    statement: Statement,
    seq: Option<u64>,
    unix_ns: Option<u64>,
    /// Whether that is the beginning of the record's block.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    coarse: bool,
}

/// Writes the report. Damage of a run's files stands with the run's first thread.
///
/// # Errors
/// When the output cannot be written.
pub fn write(runs: &[Run], out: &mut dyn Write) -> io::Result<()> {
    let report = Report { schema_version: SCHEMA_VERSION, runs: runs.iter().map(run).collect() };
    object::write_pretty(&report, out)
}

fn run(run: &Run) -> JsonRun<'_> {
    let mut threads: Vec<_> = run.threads.iter().map(|each| thread(run, each)).collect();
    if let Some(first) = threads.first_mut() {
        first.damage.extend(&run.damage);
    }
    JsonRun {
        dir: run.dir.to_string_lossy().into_owned(),
        pid: run.pid,
        exe: run.process.exe.as_ref().map(|exe| exe.to_string_lossy().into_owned()),
        start_unix_ns: run.process.start_unix_ns,
        end: &run.end,
        replaced_handlers: &run.replaced,
        no_crash_handler: run.unwatched,
        panics: Some(run.panic_count).filter(|count| *count > 0),
        changed_sources: changed::named(run),
        edges: run.edges.as_ref().map(|edges| JsonEdges { known: edges.known(), reached: edges.reached() }),
        threads,
        breadcrumbs: run.breadcrumbs.as_ref().map(|crumbs| JsonBreadcrumbs::new(crumbs, &run.sites)),
        siblings: run.partings.iter().filter_map(|parting| JsonParting::new(run, parting)).collect(),
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn thread<'a>(run: &'a Run, thread: &'a Thread) -> JsonThread<'a> {
    JsonThread {
        tid: thread.tid,
        name: &thread.name,
        crashing: run.is_crashing(thread),
        last: thread.last.as_ref().map(JsonLast::new),
        last_edge: run.last_edge(thread),
        chain: thread.chain.as_ref().map(|chain| JsonChain::new(chain, &run.sites)),
        activity: JsonActivity::new(run, thread),
        not_instrumented: unseen::found(run, thread),
        panic: run.panic(thread),
        records: thread.records,
        filtered: thread.filtered.saturating_add(thread.suppressed),
        suppressed: thread.suppressed,
        dropped: thread.dropped,
        overwritten: thread.overwritten,
        history_is_cut: thread.is_history_cut,
        history: thread.history.iter().map(|part| JsonPart::new(part, &run.sites)).collect(),
        damage: thread.damage.iter().collect(),
    }
}

impl JsonLast {
    fn new(last: &LastReached) -> Self {
        let LastReached { statement, seq, unix_ns, coarse, .. } = last;
        JsonLast { statement: statement.clone(), seq: *seq, unix_ns: *unix_ns, coarse: *coarse }
    }

    pub(super) fn of_record(record: &Record<'_>, sites: &Sites) -> Self {
        JsonLast::new(&LastReached::new(Statement::of_record(record, sites), Some(record.stamp), Choice::Newest))
    }
}
