//! A run as a report shows it.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::alive::{Life, life};
use super::files::{RunFiles, ThreadFiles};
use super::kernel_log;
use super::records::Records;
use crate::model::crash::Crash;
use crate::model::damage::{Damage, DamageKind};
use crate::model::end::{End, EndKind};
use crate::model::filter::Filter;
use crate::model::oom::Victim;
use crate::model::panics::{Panic, newest};
use crate::model::process::Process;
use crate::model::scan::Scan;
use crate::model::sites::Sites;
use crate::model::thread::{Sink, Thread, conclude, wanted};

/// A run.
#[derive(Debug)]
pub struct Run {
    /// Its directory.
    pub dir: PathBuf,
    /// Process id.
    pub pid: Option<u64>,
    /// What `run.json` says.
    pub process: Process,
    /// What its site table says.
    pub sites: Sites,
    /// Whether its process still runs.
    pub life: Life,
    /// How it ended.
    pub end: End,
    /// The signals that ended it unseen, if one of them did: the program's own handlers were found in the place of those that
    /// would have recorded it.
    pub replaced: Vec<&'static str>,
    /// The signal that ended it, as it was written down.
    pub crash: Option<Crash>,
    /// What panics said, oldest first, as far as that is there.
    pub panics: Vec<Panic>,
    /// How many there have been.
    pub panic_count: u64,
    /// The threads that the filter takes.
    pub threads: Vec<Thread>,
    /// Whether it can have left something out.
    pub is_filtered: bool,
    /// What is wrong with files that belong to no thread.
    pub damage: Vec<Damage>,
    /// Whether any of its files could be read.
    pub readable: bool,
}

impl Run {
    /// Reads the run in `dir`.
    ///
    /// # Errors
    /// When the directory cannot be listed; all else that is wrong becomes damage.
    pub fn load(dir: &Path, filter: &Filter<'_>) -> io::Result<Self> {
        Run::load_with_history(dir, filter, 0)
    }

    /// Reads the run in `dir`, and keeps the newest parts of what each thread did, so many.
    ///
    /// # Errors
    /// When the directory cannot be listed; all else that is wrong becomes damage.
    pub fn load_with_history(dir: &Path, filter: &Filter<'_>, history: usize) -> io::Result<Self> {
        let files = RunFiles::open(dir)?;
        let life = files.pid.map_or(Life::Unknown, |pid| life(pid, dir));
        let running = life == Life::Running;
        let mut end = End::new(running, files.last.as_ref(), files.crash.as_ref(), &files.panics, files.pid);
        if end.kind == EndKind::Unknown && life == Life::Gone && was_killed(&files) {
            end = End::by_oom_killer();
        }
        // What is recorded after all needs no excuse.
        let header = files.last.as_ref().map(|last| &last.header).filter(|_| end.kind == EndKind::Unknown);
        let replaced = header.map_or_else(Vec::new, |header| header.replaced().collect());
        let unattributed = files.last.as_ref().map_or(0, |last| last.header.unattributed);
        let bearer = files.threads.iter().position(|thread| files.pid == Some(thread.tid)).unwrap_or(0);
        let mut threads = Vec::new();
        for (index, thread) in files.threads.iter().enumerate() {
            if !filter.takes_thread(thread.tid, &thread.name) {
                continue;
            }
            let mut thread = read(thread, &files, filter, history);
            if filter.restricts_files() && thread.last.is_none() {
                continue;
            }
            if running {
                // Its end has not been written yet.
                thread.damage.retain(|damage| damage.kind != DamageKind::Torn);
            }
            if unattributed > 0 && index == bearer {
                thread.dropped = thread.dropped.saturating_add(unattributed);
                thread.damage.push(before_ready(unattributed));
            }
            threads.push(thread);
        }
        let counted = files.last.as_ref().map_or(0, |last| u64::from(last.header.panics));
        let RunFiles { dir, pid, process, crash, panics, sites, damage, readable, .. } = files;
        let panic_count = counted.max(panics.last().map_or(0, |panic| panic.number));
        let crash = crash.filter(|_| end.kind == EndKind::Signal);
        let is_filtered = filter.restricts();
        Ok(Run {
            dir,
            pid,
            process,
            sites,
            life,
            end,
            replaced,
            crash,
            panics,
            panic_count,
            threads,
            is_filtered,
            damage,
            readable,
        })
    }

    /// The thread's newest panic.
    pub fn panic(&self, thread: &Thread) -> Option<&Panic> {
        newest(&self.panics, thread.tid, thread.reuse)
    }

    /// Whether this thread was hit by the signal that ended the process.
    pub fn has_crashed(&self, thread: &Thread) -> bool {
        self.end.kind == EndKind::Signal && self.is_crashing(thread)
    }

    /// Whether this thread ended the process.
    pub fn is_crashing(&self, thread: &Thread) -> bool {
        self.end.tid == Some(thread.tid) && self.end.reuse == thread.reuse
    }
}

fn was_killed(files: &RunFiles) -> bool {
    let process = &files.process;
    let victim = || {
        Some(Victim {
            pid: files.pid?,
            program: process.exe.as_deref()?.file_name()?.as_bytes(),
            start_unix_ns: process.start_unix_ns?,
            start_monotonic_ns: process.start_monotonic_ns?,
        })
    };
    victim().is_some_and(|victim| kernel_log::says_killed(&victim))
}

fn read(thread: &ThreadFiles, run: &RunFiles, filter: &Filter<'_>, history: usize) -> Thread {
    let (slot, sites) = (thread.slot.as_ref(), &run.sites);
    let wanted = wanted(slot, sites);
    let mut scan = Scan::new(wanted.as_ref(), sites, filter).with_history(history);
    Records::new(&thread.segments).visit(&mut scan);
    if run.sink == Sink::Counts {
        let counted = run.counts.as_ref().and_then(|counts| counts.of_thread(thread.tid, thread.reuse));
        let ended = slot.filter(|slot| slot.ended).map(|slot| slot.seq);
        scan.records = ended.or(counted).unwrap_or(0);
    }
    conclude((thread.tid, thread.reuse, &thread.name), (slot, wanted.as_ref()), run.sink, scan, sites, filter)
}

fn before_ready(count: u64) -> Damage {
    let message = format!("{count} statements were reached before the runtime was ready");
    Damage { count: Some(count), ..Damage::new(DamageKind::Unattributed, message) }
}
