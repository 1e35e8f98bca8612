//! What a thread was doing, for programs.

use serde::Serialize;

use super::{called, lasting, place, reasons, turns, waiting};
use crate::model::activity::locks::Taking;
use crate::model::activity::turning::Turning;
use crate::model::activity::waiting::Wait;
use crate::model::statement::Statement;
use crate::model::thread::Thread;
use crate::report::recursion;
use crate::run::load::Run;
use crate::run::observed::Observed;
use crate::run::verdict::{Doing, Time, Verdict};

/// The verdict as JSON.
#[derive(Serialize)]
pub(in crate::report) struct JsonActivity {
    kind: Doing,
    reason: String,
    for_ns: Option<u64>,
    /// Where the time of the newest record is that of an earlier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    for_at_most_ns: Option<u64>,
    #[serde(rename = "loop")]
    turning: Option<JsonLoop>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<JsonWait>,
    /// The functions that call each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    recursion: Option<recursion::Found>,
    /// What the kernel says of a thread of a process that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    kernel: Option<Observed>,
}

#[derive(Serialize)]
struct JsonLoop {
    file: String,
    line: u64,
    function: String,
    snippet: String,
    turns: u64,
    /// Whether there were no more turns than these.
    is_whole: bool,
    is_alike: bool,
}

#[derive(Serialize)]
struct JsonWait {
    kind: Wait,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<String>,
    /// What the lock is called where its name comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    traced: Option<String>,
    /// The locks that the thread holds meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<JsonLock>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder_tid: Option<u64>,
    is_deadlock: bool,
}

/// A lock, and the statement that took it.
#[derive(Serialize)]
struct JsonLock {
    lock: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    traced: Option<String>,
    file: String,
    line: u64,
}

impl JsonActivity {
    pub(in crate::report) fn new(run: &Run, thread: &Thread) -> Self {
        let (verdict, activity) = (run.verdict(thread), &thread.activity);
        let turning = activity.turning.as_ref().filter(|_| verdict.doing == Doing::Looping);
        let turning = turning.and_then(|turning| {
            let statement = run.sites.statement(turning.statement)?;
            let function = statement.path();
            let Statement { file, line, snippet, .. } = statement;
            let Turning { turns, is_whole, is_alike, .. } = *turning;
            Some(JsonLoop { file, line, function, snippet, turns, is_whole, is_alike })
        });
        let wait = run.waits_for(thread).filter(|_| verdict.doing == Doing::Waiting);
        let blame = activity.blame.as_ref();
        let waits_for = wait.map(|kind| JsonWait {
            kind,
            lock: activity.locks.wants.as_ref().map(|wants| wants.name.clone()),
            traced: activity.locks.wants.as_ref().and_then(Taking::traced),
            holds: activity.locks.holds.iter().filter_map(|held| lock(held, run)).collect(),
            holder_tid: blame.map(|blame| blame.holder.0),
            is_deadlock: activity.is_deadlocked(),
        });
        let (for_ns, for_at_most_ns) = match verdict.time {
            Time::For(ns) | Time::AtLeast(ns) => (Some(ns), None),
            Time::AtMost(ns) => (None, Some(ns)),
            Time::Unknown => (None, None),
        };
        let reason = reason(run, thread, verdict);
        let kernel = run.observed(thread).cloned();
        let recursion = recursion::found(thread, &run.sites);
        JsonActivity { kind: verdict.doing, reason, for_ns, for_at_most_ns, turning, waits_for, recursion, kernel }
    }
}

fn lock(held: &Taking, run: &Run) -> Option<JsonLock> {
    let Statement { file, line, .. } = run.sites.statement(held.statement)?;
    Some(JsonLock { lock: held.name.clone(), traced: held.traced(), file, line })
}

/// Why the verdict is this one.
fn reason(run: &Run, thread: &Thread, verdict: Verdict) -> String {
    match (verdict.doing, &thread.activity.turning) {
        (Doing::Looping, Some(turning)) => {
            let at = run.sites.statement(turning.statement);
            let which = if turning.is_called { "what is called in " } else { "" };
            let at =
                at.map(|statement| format!("; the loop is in {which}{} at {}", statement.path(), place(&statement)));
            format!("{}{}", turns(thread, turning, verdict), at.unwrap_or_default())
        }
        (Doing::Waiting, _) => {
            let reasons = reasons(run, thread).into_iter().map(|reason| format!("; {reason}"));
            format!("waiting {}{}", waiting(run, thread, verdict), reasons.collect::<String>())
        }
        (Doing::Crashed, _) => {
            let outside = if run.has_crashed_outside(thread) { " outside instrumented code" } else { "" };
            format!("hit by {}{outside}", run.end.signal.as_deref().unwrap_or("a signal"))
        }
        (Doing::Panicked, _) => "a panic unwound from its statement".to_owned(),
        (Doing::Idle, _) => "outside instrumented code".to_owned(),
        (Doing::Running, _) => {
            format!("in its statement{}{}", called(thread), lasting(verdict.time))
        }
        (Doing::Ended, _) => "the thread had ended".to_owned(),
        (Doing::Looping | Doing::Unknown, _) => "its open statements were not kept".to_owned(),
    }
}
