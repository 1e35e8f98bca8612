//! Where the threads of dead runs were, by file and line.

use std::collections::BTreeMap;

use super::escaped;
use crate::model::end::EndKind;
use crate::run::deaths::{DeadThread, Death};

/// A thread that was in a line.
pub(super) struct Here<'a> {
    death: &'a Death,
    thread: &'a DeadThread,
    /// Whether the statement is its innermost one.
    is_last: bool,
}

/// By file, then by line.
pub(super) struct Dead<'a>(BTreeMap<&'a str, BTreeMap<u64, Vec<Here<'a>>>>);

impl<'a> Dead<'a> {
    pub(super) fn new(deaths: &'a [Death]) -> Self {
        let mut found: BTreeMap<&str, BTreeMap<u64, Vec<Here<'_>>>> = BTreeMap::new();
        let threads = deaths.iter().flat_map(|death| death.threads.iter().map(move |thread| (death, thread)));
        for (death, thread) in threads {
            for (depth, statement) in thread.open.iter().enumerate() {
                let here = found.entry(&statement.file).or_default().entry(statement.line).or_default();
                // Recursion is in one line many times.
                if here.last().is_none_or(|known| !std::ptr::eq(known.thread, thread)) {
                    here.push(Here { death, thread, is_last: depth == 0 });
                }
            }
        }
        Dead(found)
    }

    /// The threads that were in this line.
    pub(super) fn at(&self, file: &str, line: u64) -> &[Here<'a>] {
        self.0.get(file).and_then(|lines| lines.get(&line)).map_or(&[], Vec::as_slice)
    }

    /// The lines of a file that any was in.
    pub(super) fn lines(&self, file: &str) -> impl Iterator<Item = u64> {
        self.0.get(file).into_iter().flat_map(|lines| lines.keys().copied())
    }
}

impl Here<'_> {
    // Output: died here: demo-17-…, thread worker (18), of SIGSEGV
    pub(super) fn html(&self) -> String {
        let Here { death, thread, is_last } = self;
        let (class, was) = match (is_last, thread.ended_it, thread.panicked) {
            (true, true, _) => ("dead", "died here"),
            (true, false, true) => ("dead", "panicked, and was here at the end"),
            (true, false, false) => ("open", "was here at the end"),
            (false, true, _) => ("dead", "died in what this called"),
            (false, false, _) => ("open", "was in what this called"),
        };
        let how = if thread.ended_it { how(death) } else { String::new() };
        format!("<div class=\"{class}\">{was}: {}, {}{how}</div>", run(death), name(thread))
    }
}

/// The run's directory.
pub(super) fn run(death: &Death) -> String {
    escaped(&death.run.file_name().unwrap_or(death.run.as_os_str()).to_string_lossy())
}

/// The thread's name and id.
pub(super) fn name(thread: &DeadThread) -> String {
    format!("thread {} ({})", escaped(&thread.name), thread.tid)
}

/// What ended the run, if that is known.
pub(super) fn how(death: &Death) -> String {
    let signal = || death.end.signal.as_deref().map_or_else(String::new, |signal| format!(", of {}", escaped(signal)));
    match death.end.kind {
        EndKind::Panic => ", of a panic".to_owned(),
        EndKind::Signal | EndKind::Killed => signal(),
        EndKind::Running | EndKind::Exit | EndKind::Unknown => String::new(),
    }
}
