//! The comparison for programs.

use std::io::{self, Write};
use std::path::Path;

use instr_format::names::SCHEMA_VERSION;
use serde::Serialize;

use super::items::JsonItem;
use super::text::Found;
use crate::model::diff::hits::HitsDifference;
use crate::model::diff::{Comparison, Difference, LoopDifference, Meeting};
use crate::model::end::End;
use crate::model::fold::Item;
use crate::model::record::Kept;
use crate::model::statement::Statement;
use crate::model::thread::Thread;
use crate::report::json::JsonLast;
use crate::report::object;
use crate::run::diff::{Compared, RunPair, ThreadPair};
use crate::run::load::Run;

/// A value of each side.
#[derive(Serialize)]
struct Sides<T> {
    a: T,
    b: T,
}

#[derive(Serialize)]
struct JsonDiff<'a> {
    schema_version: u32,
    differs: bool,
    runs: Vec<JsonPair<'a>>,
    /// How many pairs of runs do not differ.
    equal_runs: usize,
    only: Sides<Vec<String>>,
}

#[derive(Serialize)]
struct JsonPair<'a> {
    a: JsonRun<'a>,
    b: JsonRun<'a>,
    /// Where the sources differ.
    source: Option<JsonSource<'a>>,
    threads: Vec<JsonThreads<'a>>,
    equal_threads: Vec<JsonEqual<'a>>,
    only: Sides<Vec<JsonThread<'a>>>,
    /// Of runs that only count.
    #[serde(skip_serializing_if = "Option::is_none")]
    hits: Option<JsonHits<'a>>,
}

#[derive(Serialize)]
struct JsonRun<'a> {
    dir: String,
    pid: Option<u64>,
    exe: Option<String>,
    end: &'a End,
}

#[derive(Serialize)]
struct JsonSource<'a> {
    statements_only: Sides<usize>,
    functions: &'a [String],
}

#[derive(Serialize)]
struct JsonThread<'a> {
    tid: u64,
    name: &'a str,
    test: Option<&'a str>,
    crashing: bool,
    records: u64,
    last: Option<&'a Statement>,
}

#[derive(Serialize)]
struct JsonEqual<'a> {
    #[serde(flatten)]
    threads: Sides<JsonThread<'a>>,
    compared: &'static str,
}

#[derive(Serialize)]
struct JsonThreads<'a> {
    a: JsonThread<'a>,
    b: JsonThread<'a>,
    compared: &'static str,
    /// The records at which the comparison begins, where older ones were overwritten.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Sides<u64>>,
    missing: Sides<u64>,
    #[serde(flatten)]
    comparison: JsonComparison,
    /// What follows where they have met again.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<JsonComparison>,
    end_differs: bool,
}

#[derive(Serialize)]
struct JsonComparison {
    equal: u64,
    loops: Vec<JsonLoop>,
    first: Option<JsonDifference>,
}

#[derive(Serialize)]
struct JsonLoop {
    #[serde(flatten)]
    at: JsonLast,
    turns: Sides<u64>,
    again: u64,
}

#[derive(Serialize)]
struct JsonDifference {
    before: Vec<JsonItem>,
    a: Vec<JsonItem>,
    b: Vec<JsonItem>,
    together: Option<JsonMeeting>,
    /// How many statements were looked through for that.
    looked: Sides<u64>,
}

#[derive(Serialize)]
struct JsonMeeting {
    a: JsonLast,
    b: JsonLast,
    after: Sides<u64>,
}

#[derive(Serialize)]
struct JsonHits<'a> {
    only: Sides<Vec<JsonHit<'a, u64>>>,
    both: Vec<JsonHit<'a, Sides<u64>>>,
    equal: u64,
}

#[derive(Serialize)]
struct JsonHit<'a, T> {
    hits: T,
    #[serde(flatten)]
    statement: &'a Statement,
}

/// Writes the comparison.
///
/// # Errors
/// When the output cannot be written.
pub fn write(found: &Found, out: &mut dyn Write) -> io::Result<()> {
    let shown = |dirs: &[std::path::PathBuf]| dirs.iter().map(|dir| text(dir)).collect();
    let diff = JsonDiff {
        schema_version: SCHEMA_VERSION,
        differs: found.differs(),
        runs: found.differing.iter().map(pair).collect(),
        equal_runs: found.equal.len(),
        only: Sides { a: shown(&found.only[0]), b: shown(&found.only[1]) },
    };
    object::write_pretty(&diff, out)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn pair(pair: &RunPair) -> JsonPair<'_> {
    let [a, b] = &pair.runs;
    let equal = |(indices, of): &([usize; 2], Compared)| {
        let threads = pair.of(*indices).map(|[a, b]| Sides { a: thread(a.0, a.1), b: thread(b.0, b.1) })?;
        Some(JsonEqual { threads, compared: word(*of) })
    };
    JsonPair {
        a: run(a),
        b: run(b),
        source: pair.source.as_ref().map(|source| JsonSource {
            statements_only: Sides { a: source.only[0], b: source.only[1] },
            functions: &source.functions,
        }),
        threads: pair.threads.iter().filter_map(|of| threads(pair, of)).collect(),
        equal_threads: pair.equal.iter().filter_map(equal).collect(),
        only: Sides { a: alone(a, &pair.only[0]), b: alone(b, &pair.only[1]) },
        hits: pair.hits.as_ref().map(hits),
    }
}

fn alone<'a>(run: &'a Run, indices: &[usize]) -> Vec<JsonThread<'a>> {
    indices.iter().filter_map(|index| run.threads.get(*index)).map(|of| thread(run, of)).collect()
}

fn run(run: &Run) -> JsonRun<'_> {
    JsonRun { dir: text(&run.dir), pid: run.pid, exe: run.process.exe.as_deref().map(text), end: &run.end }
}

fn thread<'a>(run: &Run, thread: &'a Thread) -> JsonThread<'a> {
    JsonThread {
        tid: thread.tid,
        name: &thread.name,
        test: thread.test.as_ref().map(|test| test.name.as_str()),
        crashing: run.is_crashing(thread),
        records: thread.records,
        last: thread.last.as_ref().map(|last| &last.statement),
    }
}

fn threads<'a>(pair: &'a RunPair, of: &ThreadPair) -> Option<JsonThreads<'a>> {
    let [(run_a, a), (run_b, b)] = pair.of(of.threads)?;
    Some(JsonThreads {
        a: thread(run_a, a),
        b: thread(run_b, b),
        compared: word(of.of),
        from: of.began.map(|[a, b]| Sides { a, b }),
        missing: Sides { a: of.missing[0], b: of.missing[1] },
        comparison: comparison([run_a, run_b], &of.comparison),
        behind: of.behind.as_ref().map(|behind| comparison([run_a, run_b], behind)),
        end_differs: of.end_differs,
    })
}

fn word(compared: Compared) -> &'static str {
    match compared {
        Compared::Records => "records",
        Compared::OpenStatements => "stack",
        Compared::Last => "last",
    }
}

fn comparison(runs: [&Run; 2], found: &Comparison<Kept>) -> JsonComparison {
    let at = |LoopDifference { at, turns: [a, b], again }: &LoopDifference<Kept>| JsonLoop {
        at: JsonLast::of_record(&at.record(), &runs[0].sites),
        turns: Sides { a: *a, b: *b },
        again: *again,
    };
    JsonComparison {
        equal: found.equal,
        loops: found.loops.iter().map(at).collect(),
        first: found.first.as_ref().map(|first| difference(runs, first)),
    }
}

fn difference([a, b]: [&Run; 2], first: &Difference<Kept>) -> JsonDifference {
    let parts = |run: &Run, items: &[Item<Kept>]| items.iter().map(|item| JsonItem::new(item, &run.sites)).collect();
    let together = |Meeting { at: [of_a, of_b], after: [after_a, after_b] }: &Meeting<Kept>| JsonMeeting {
        a: JsonLast::of_record(&of_a.record(), &a.sites),
        b: JsonLast::of_record(&of_b.record(), &b.sites),
        after: Sides { a: *after_a, b: *after_b },
    };
    JsonDifference {
        before: parts(a, &first.before),
        a: parts(a, &first.then[0]),
        b: parts(b, &first.then[1]),
        together: first.meeting.as_ref().map(together),
        looked: Sides { a: first.looked[0], b: first.looked[1] },
    }
}

fn hits(found: &HitsDifference) -> JsonHits<'_> {
    JsonHits {
        only: Sides { a: reached(&found.only[0]), b: reached(&found.only[1]) },
        both: found
            .both
            .iter()
            .map(|(statement, [a, b])| JsonHit { hits: Sides { a: *a, b: *b }, statement })
            .collect(),
        equal: found.equal,
    }
}

fn reached(only: &[(Statement, u64)]) -> Vec<JsonHit<'_, u64>> {
    only.iter().map(|(statement, hits)| JsonHit { hits: *hits, statement }).collect()
}
