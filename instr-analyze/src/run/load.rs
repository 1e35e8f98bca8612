//! A run as a report shows it.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::alive::{Life, life};
use super::breadcrumbs::Breadcrumbs;
use super::conclusions::{add_activities, frames_of_cause, since};
use super::edges::{self, LastEdges};
use super::events::Seen;
use super::files::RunFiles;
use super::kernel_log;
use super::observed::Observed;
use super::records::Records;
use super::segment::Segment;
use super::siblings::{Parting, partings};
use super::source::is_ours_alone;
use super::symbols::{FRAMES_MAX, Frame, backtrace};
use super::threads::ThreadFiles;
use super::unwatched::Unwatched;
use super::verdict::Active;
use crate::model::conclude::{conclude, wanted};
use crate::model::crash::Crash;
use crate::model::damage::{Damage, DamageKind};
use crate::model::edges::Edges;
use crate::model::end::{End, EndKind};
use crate::model::filter::{Filter, Taken};
use crate::model::flow::{Ending, Flow};
use crate::model::history::{self, History};
use crate::model::oom::Victim;
use crate::model::panics::{Panic, newest};
use crate::model::process::Process;
use crate::model::scan::Scan;
use crate::model::sites::Sites;
use crate::model::tally::Tally;
use crate::model::test::tested;
use crate::model::test_thread::leave_each_test_to_one;
use crate::model::thread::{Sink, State, Thread};
use crate::model::total::total;

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
    /// What the kernel says of its threads while it runs, or has said last, by their ids.
    pub observed: BTreeMap<u64, Observed>,
    /// How it ended.
    pub end: End,
    /// When it was there still, since 1970, as far as others tell: whoever waited for it, or the clock while it runs.
    pub seen_until_unix_ns: Option<u64>,
    /// The two threads that were active last, once somebody has asked.
    pub(super) newest: OnceCell<[Option<Active>; 2]>,
    /// The signals that ended it unseen, if one of them did: the program's own handlers were found in the place of those that
    /// would have recorded it.
    pub replaced: Vec<&'static str>,
    /// Why no crash could be recorded, where nothing else tells of the end.
    pub unwatched: Option<Unwatched>,
    /// The signal that ended it, as it was written down.
    pub crash: Option<Crash>,
    /// How its thread came there, innermost first, where the signal does not say all: of aborts and used-up stacks.
    pub frames: Vec<Frame>,
    /// Which edges of its code were reached, if its compiler tells of them.
    pub edges: Option<Edges>,
    /// The newest edge of each thread.
    pub(super) last_edges: LastEdges,
    /// What panics said, oldest first, as far as that is there.
    pub panics: Vec<Panic>,
    /// How many there have been.
    pub panic_count: u64,
    /// The threads that the filter takes.
    pub threads: Vec<Thread>,
    /// The branches of the thread to blame, once somebody has asked.
    pub breadcrumbs: Option<Breadcrumbs>,
    /// Threads that have come to another end than those that began like them.
    pub partings: Vec<Parting>,
    /// How many bytes its logs have.
    pub log_bytes: u64,
    /// Whether statements were counted and not recorded.
    pub has_only_counts: bool,
    /// The records by statement, where that was asked for, or the logs are [large](LARGE).
    pub tally: Tally,
    /// Whether it can have left something out.
    pub is_filtered: bool,
    /// What is wrong with files that belong to no thread.
    pub damage: Vec<Damage>,
    /// Whether any of its files could be read.
    pub readable: bool,
}

/// Logs of more bytes are looked at for what a filter would have left out.
pub const LARGE: u64 = 100 << 20;

/// How many steps are told of those threads unless somebody asks.
pub const STEPS: usize = 3;

/// How many of its newest steps are kept of a thread; a loop is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// None, of any thread.
    None,
    /// So many, of the thread that is told first, and of tests that failed.
    OfSuspects(usize),
    /// So many, of each thread.
    OfEach(usize),
}

impl Run {
    /// Reads the run in `dir`.
    ///
    /// # Errors
    /// When the directory cannot be listed; all else that is wrong becomes damage.
    pub fn load(dir: &Path, filter: &Filter<'_>, steps: Steps) -> io::Result<Self> {
        Run::read(dir, filter, steps, false)
    }

    /// Reads the run in `dir`, and adds up its records.
    ///
    /// # Errors
    /// As [`Run::load`].
    pub fn tallied(dir: &Path, filter: &Filter<'_>) -> io::Result<Self> {
        Run::read(dir, filter, Steps::None, true)
    }

    fn read(dir: &Path, filter: &Filter<'_>, steps: Steps, tallies: bool) -> io::Result<Self> {
        let files = RunFiles::open(dir)?;
        let life = files.pid.map_or(Life::Unknown, |pid| life(pid, dir));
        let running = life == Life::Running;
        let seen = match files.pid.filter(|_| running) {
            Some(pid) => Seen::now(pid),
            None => files.seen.clone(),
        };
        let mut end =
            End::new(running, (files.last.as_ref(), &files.sites), files.crash.as_ref(), &files.panics, files.pid);
        if end.kind == EndKind::Unknown && life == Life::Gone && was_killed(&files) {
            end = End::by_oom_killer();
        }
        // What is recorded after all needs no excuse.
        let header = files.last.as_ref().map(|last| &last.header).filter(|_| end.kind == EndKind::Unknown);
        let replaced = header.map_or_else(Vec::new, |header| header.replaced().collect());
        let unwatched = header.and_then(|header| Unwatched::new(&files.process, header.foreign_main));
        let unattributed = files.last.as_ref().map_or(0, |last| last.header.unattributed);
        let bearer = files.threads.iter().position(|thread| files.pid == Some(thread.tid)).unwrap_or(0);
        let log_bytes = total(files.threads.iter().flat_map(|thread| &thread.segments).map(Segment::log_bytes));
        let (mut threads, mut tally) = (Vec::new(), Tally::default());
        for (index, thread) in files.threads.iter().enumerate() {
            if !filter.takes_thread(thread.tid, &thread.name) {
                continue;
            }
            let mut thread = read(thread, &files, filter, (tallies || log_bytes > LARGE).then_some(&mut tally));
            let panic = newest(&files.panics, thread.tid, thread.reuse);
            let of_process = files.process.test.as_deref().filter(|test| test.starts_with(&thread.name));
            let whole = panic.map(|panic| panic.thread.as_str()).filter(|name| !name.is_empty()).or(of_process);
            let statements = thread.last.iter().map(|last| &last.statement).chain(&thread.first);
            thread.test = tested(&files.sites, (&thread.name, whole), statements, thread.test_end(panic));
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
        if let Some(counts) = files.counts.as_ref().filter(|_| tallies && files.has_only_counts()) {
            tally.push_counts(counts, &files.sites, |statement| filter.takes_file(&statement.file));
        }
        leave_each_test_to_one(&mut threads);
        if !tallies {
            add_activities(&mut threads, &files, &seen);
        }
        add_steps(&mut threads, &files, (&end, filter), steps);
        let partings = if steps == Steps::None { Vec::new() } else { partings(&threads, &files, &end, filter) };
        let counted = files.last.as_ref().map_or(0, |last| u64::from(last.header.panics));
        let has_only_counts = files.has_only_counts();
        let slots = files.last.as_ref().map(|last| last.slots.as_slice()).unwrap_or_default();
        let places = (files.dir.as_path(), &files.process);
        let last_edges = files.edges.as_ref().map(|edges| edges::last(edges, slots, places)).unwrap_or_default();
        let RunFiles { dir, pid, process, crash, panics, sites, edges, damage, readable, .. } = files;
        let panic_count = counted.max(panics.last().map_or(0, |panic| panic.number));
        let crash = crash.filter(|_| end.kind == EndKind::Signal);
        let mut frames = frames_of_cause(crash.as_ref(), &mut end, (dir.as_path(), pid));
        if let Some(crash) = crash.as_ref().filter(|_| edges.is_some()) {
            // No chain of statements says how it came there.
            frames = backtrace(crash, is_ours_alone(&dir), FRAMES_MAX);
        }
        let is_filtered = filter.restricts();
        Ok(Run {
            dir,
            pid,
            process,
            sites,
            life,
            observed: seen.threads,
            end,
            seen_until_unix_ns: seen.until_unix_ns,
            newest: OnceCell::new(),
            replaced,
            unwatched,
            crash,
            frames,
            edges,
            last_edges,
            panics,
            panic_count,
            threads,
            breadcrumbs: None,
            partings,
            log_bytes,
            has_only_counts,
            tally,
            is_filtered,
            damage,
            readable,
        })
    }

    /// Where the thread's newest edge is, of those that its compiler tells of.
    pub fn last_edge(&self, thread: &Thread) -> Option<&Frame> {
        self.last_edges.get(&(thread.tid, thread.reuse))
    }

    /// The thread's newest panic.
    pub fn panic(&self, thread: &Thread) -> Option<&Panic> {
        newest(&self.panics, thread.tid, thread.reuse)
    }

    /// The name that a thread has been given: without one, the kernel calls it by the program's.
    pub fn own_name<'a>(&self, thread: &'a Thread) -> Option<&'a str> {
        let is_programs = self.pid != Some(thread.tid) && self.process.is_kernels_name(&thread.name);
        (!thread.name.is_empty() && !is_programs).then_some(thread.name.as_str())
    }

    /// Whether this thread was hit by the signal that ended the process.
    pub fn has_crashed(&self, thread: &Thread) -> bool {
        self.end.kind == EndKind::Signal && self.is_crashing(thread)
    }

    /// Whether the signal hit this thread when all its instrumented functions had returned. A panic that ends the process counts
    /// as its statement's.
    pub fn has_crashed_outside(&self, thread: &Thread) -> bool {
        let is_over = match thread.state {
            State::Left | State::Ended => true,
            State::PanickedAndLeft | State::PanickedAndEnded => self.end.panic.is_none(),
            State::Panicking | State::Inside | State::Unknown | State::Continued => false,
        };
        is_over && self.has_crashed(thread)
    }

    /// Whether this thread ended the process.
    pub fn is_crashing(&self, thread: &Thread) -> bool {
        ended_it(&self.end, thread)
    }

    /// The threads, the most telling one first.
    pub fn by_interest(&self) -> Vec<&Thread> {
        let mut threads: Vec<&Thread> = self.threads.iter().collect();
        threads.sort_by_key(|thread| interest(thread, &self.end));
        threads
    }

    /// Whether nothing went wrong, as far as the exit status says.
    pub fn ended_well(&self) -> bool {
        self.end.kind == EndKind::Exit && self.end.code.as_deref() == Some("0")
    }

    /// How long it ran, in nanoseconds, or at least so long: until the newest thing that is known of it.
    pub fn ran_ns(&self) -> Option<u64> {
        let crashed = self.crash.as_ref().and_then(|crash| crash.unix_ns?.checked_sub(self.process.start_unix_ns?));
        let seen = self.seen_until_unix_ns.filter(|_| self.life == Life::Gone && !self.observed.is_empty());
        let seen = seen.and_then(|seen| seen.checked_sub(self.process.start_unix_ns?));
        self.threads.iter().filter_map(Thread::last_active_ns).chain(crashed).chain(seen).max()
    }
}

pub(super) fn ended_it(end: &End, thread: &Thread) -> bool {
    end.tid == Some(thread.tid) && end.reuse == thread.reuse
}

/// The thread that ended the process has the lowest; then come tests that failed, and threads that may be in instrumented
/// code, the one that was active last before the others.
fn interest(thread: &Thread, end: &End) -> impl Ord + use<> {
    let rank = if thread.has_panicked_as_expected() { State::Ended.rank() } else { thread.state.rank() };
    // What was killed was not killed for a test that had failed.
    let is_reason = end.kind == EndKind::Exit && thread.has_failed_test();
    (!ended_it(end, thread), !is_reason, rank, thread.activity.rank(), Reverse(thread.last_active_ns()))
}

/// Reads the newest steps of the threads that a report tells first.
fn add_steps(threads: &mut [Thread], files: &RunFiles, (end, filter): (&End, &Filter<'_>), steps: Steps) {
    let first = threads.iter().min_by_key(|thread| interest(thread, end)).map(|thread| (thread.tid, thread.reuse));
    let is_suspect = |thread: &Thread| Some((thread.tid, thread.reuse)) == first || thread.has_failed_test();
    let wanted = |thread: &Thread| match steps {
        Steps::OfEach(count) => count,
        Steps::OfSuspects(count) if is_suspect(thread) => count,
        Steps::OfSuspects(_) | Steps::None => 0,
    };
    for thread in threads.iter_mut() {
        let (id, count) = ((thread.tid, thread.reuse), wanted(thread));
        let of_thread = files.threads.iter().find(|files| (files.tid, files.reuse) == id);
        if let Some(of_thread) = of_thread.filter(|_| count > 0) {
            let since = since(thread, history::NEWEST);
            let ending = Ending::new(id, of_thread.slot.as_ref(), of_thread.chain.as_ref(), &files.panics);
            let (flow, taken) = (Flow::new(&files.sites, ending), Taken::new(filter, &files.sites));
            let mut history = History::new(&files.sites, flow, taken, since, count);
            Records::since(&of_thread.segments, since).visit(&mut history);
            let (parts, is_full) = history.finish();
            thread.is_history_cut = !is_full && thread.records > history::NEWEST;
            thread.history = parts;
        }
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

fn read(thread: &ThreadFiles, run: &RunFiles, filter: &Filter<'_>, tally: Option<&mut Tally>) -> Thread {
    let (slot, sites) = (thread.slot.as_ref(), &run.sites);
    let chain = thread.chain.as_ref();
    let wanted = wanted(slot, chain, sites, filter);
    let mut scan = Scan::new(wanted.as_ref(), sites, filter).with_tally(tally);
    Records::new(&thread.segments).visit(&mut scan);
    // Which took this thread's, should the process have been told to use another one.
    let sink = thread.sink().unwrap_or(run.sink);
    if sink == Sink::Counts {
        let counted = run.counts.as_ref().and_then(|counts| counts.of_thread(thread.tid, thread.reuse));
        let ended = slot.filter(|slot| slot.ended).map(|slot| slot.seq);
        scan.records = ended.or(counted).unwrap_or(0);
    }
    let name = (thread.tid, thread.reuse, thread.name.as_str());
    let files = (sink, thread.segments.first().map(|segment| segment.head.segment));
    conclude(name, (slot, wanted.as_ref(), chain), files, scan, sites, filter)
}

fn before_ready(count: u64) -> Damage {
    let message = format!("{count} statements were reached before the runtime was ready");
    Damage { count: Some(count), ..Damage::new(DamageKind::Unattributed, message) }
}
