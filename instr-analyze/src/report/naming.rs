//! What programs and threads are called in reports.

use std::ffi::OsStr;

use instr_format::escape::Printable;

use crate::model::thread::Thread;
use crate::run::load::Run;

/// So many names of threads are shown of an entry.
const NAMES: usize = 4;

/// The name of the run's program.
pub(crate) fn program(run: &Run) -> String {
    let dir = || run.dir.file_name().unwrap_or(OsStr::new("?")).to_string_lossy().into_owned();
    run.process.program().unwrap_or_else(dir)
}

/// A thread as people call it: `worker-3`, or `thread 4711` where it has no name of its own.
pub(super) fn name(run: &Run, thread: &Thread) -> String {
    if let Some(test) = &thread.test {
        return Printable(test.name.as_bytes()).to_string();
    }
    match run.own_name(thread) {
        Some(name) => Printable(name.as_bytes()).to_string(),
        None => format!("thread {}", thread.tid),
    }
}

/// The names of the first few threads.
pub(super) fn names(run: &Run, threads: &[&Thread]) -> String {
    let of = |thread: &&Thread| match name(run, thread) {
        unnamed if unnamed.starts_with("thread ") => thread.tid.to_string(),
        name => name,
    };
    let mut names: Vec<String> = threads.iter().take(NAMES).map(of).collect();
    names.dedup();
    if threads.len() > NAMES {
        names.push("…".to_owned());
    }
    names.join(", ")
}
