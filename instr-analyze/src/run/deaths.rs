//! How a run died, and the statements that each of its threads was in.

use std::path::PathBuf;

use super::files::RunFiles;
use super::threads::ThreadFiles;
use crate::model::end::{End, EndKind};
use crate::model::panics::newest;
use crate::model::statement::Statement;

/// So many threads are told of a run, and so many open statements of each.
const THREADS: usize = 200;
const OPEN: usize = 50;

/// A run that did not end in an orderly way.
#[derive(Debug)]
pub struct Death {
    /// Its directory.
    pub run: PathBuf,
    /// Its program.
    pub program: Option<String>,
    /// What ended it.
    pub end: End,
    /// Its threads that were in statements.
    pub threads: Vec<DeadThread>,
}

/// A thread of such a run.
#[derive(Debug)]
pub struct DeadThread {
    /// Kernel thread id.
    pub tid: u64,
    /// Its name.
    pub name: String,
    /// Whether the signal or panic that ended the run was its.
    pub ended_it: bool,
    /// Whether it had panicked.
    pub panicked: bool,
    /// The statements that it was in, innermost first.
    pub open: Vec<Statement>,
}

/// Of a run that is over.
pub(super) fn death(files: &RunFiles, is_running: bool) -> Option<Death> {
    let last = files.last.as_ref();
    let end = End::new(is_running, (last, &files.sites), files.crash.as_ref(), &files.panics, files.pid);
    if matches!(end.kind, EndKind::Running | EndKind::Exit) {
        return None;
    }
    let threads = files.threads.iter().take(THREADS).map(|thread| dead_thread(files, thread, &end));
    let threads = threads.filter(|thread| !thread.open.is_empty()).collect();
    Some(Death { run: files.dir.clone(), program: files.process.program(), end, threads })
}

fn dead_thread(files: &RunFiles, thread: &ThreadFiles, end: &End) -> DeadThread {
    let ids = thread.chain.iter().flat_map(|chain| chain.innermost.iter().flatten());
    DeadThread {
        tid: thread.tid,
        name: thread.name.clone(),
        ended_it: end.tid == Some(thread.tid) && end.reuse == thread.reuse,
        panicked: newest(&files.panics, thread.tid, thread.reuse).is_some(),
        open: ids.take(OPEN).filter_map(|id| files.sites.statement(*id)).collect(),
    }
}
