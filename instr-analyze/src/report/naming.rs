//! What programs and threads are called in reports.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use instr_format::escape::Printable;
use instr_format::names::THREAD_NAME_MAX;

use crate::model::thread::Thread;
use crate::run::load::Run;

/// So many names of threads are shown of an entry.
const NAMES: usize = 4;

/// The name of the run's program.
pub(super) fn program(run: &Run) -> String {
    let exe = run.process.exe.as_deref().and_then(|exe| exe.file_name());
    let name = exe.or(run.dir.file_name()).unwrap_or(OsStr::new("?"));
    let name = String::from_utf8_lossy(name.as_bytes());
    // Cargo puts a hash behind the names of test programs.
    match name.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name.to_owned(),
        _ => name.into_owned(),
    }
}

/// A thread as people call it: `worker-3`, or `thread 4711` where it has no name of its own.
pub(super) fn name(run: &Run, thread: &Thread) -> String {
    if let Some(test) = &thread.test {
        return Printable(test.name.as_bytes()).to_string();
    }
    let is_programs = run.pid != Some(thread.tid) && thread.name == name_of_process(run);
    if thread.name.is_empty() || is_programs {
        return format!("thread {}", thread.tid);
    }
    Printable(thread.name.as_bytes()).to_string()
}

/// What the kernel calls the process, and each thread that has no name of its own.
pub(super) fn name_of_process(run: &Run) -> String {
    let file = run.process.exe.as_deref().and_then(Path::file_name).unwrap_or_default().as_bytes();
    String::from_utf8_lossy(file.get(..THREAD_NAME_MAX).unwrap_or(file)).into_owned()
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
