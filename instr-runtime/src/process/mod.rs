//! The process's run: its directory, and the files that all threads share.
//!
//! The state is [wiped](crate::wiped) in a forked child. So the child's first statement finds no run, and begins one, with ids
//! and files of its own; nothing depends on a cached pid.

#![allow(unsafe_code)]

mod begin;
mod closed;
mod counts_file;
mod coverage_file;
mod directory;
#[cfg(feature = "sancov")]
mod edges_file;
mod file_name;
mod last_file;
mod room;
mod run_json;

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicU32, AtomicU64};

use instr_format::control::REFUSED;
use instr_format::counts::TableHead;
use instr_format::files::{self, GZIP_SUFFIX, LOG_SUFFIX};
use instr_format::last::Slot;

use crate::sys::{self, CName, CRASHES, Errno, FileId};
use crate::wiped::Wiped;
use counts_file::CountsFile;
use coverage_file::CoverageFile;
use directory::Path;
use last_file::LastFile;
use room::Room;

pub(crate) use closed::{File, Kind};
pub(crate) use file_name::{FileName, file_name};

/// What is known of the run. All zeros: there is none yet.
pub(crate) struct Process {
    state: AtomicU32,
    pid: AtomicU32,
    start_unix_ns: AtomicU64,
    start_monotonic_ns: AtomicU64,
    /// Descriptor of the run directory plus 1.
    directory: AtomicI32,
    directory_file: FileId,
    /// Of the run directory. Changed only by the thread that begins the run.
    path: UnsafeCell<Path>,
    last: LastFile,
    counts: CountsFile,
    coverage: CoverageFile,
    #[cfg(feature = "sancov")]
    edges: edges_file::EdgesFile,
    room: Room,
    /// 1 while a thread reads an order.
    taking: AtomicU32,
    /// How many panics there have been, where there is no `last` file to count them in.
    panics: AtomicU32,
}

// SAFETY: the path is written only by the thread that begins the run, before others read it.
unsafe impl Sync for Process {}

const ABSENT: u32 = 0;
const BEGINNING: u32 = 1;
const READY: u32 = 2;
/// No directory could be made.
const FAILED: u32 = 3;

// SAFETY: all zeros is a process without a run.
static PROCESS: Wiped<Process> = unsafe { Wiped::new() };
/// Statements that no run could count yet.
static UNATTRIBUTED: AtomicU64 = AtomicU64::new(0);

/// Begins the first run of the program. For normal context; the settings have been read. Before a forked child begins a run of
/// its own, it calls `give_up`, which closes what it has inherited.
pub(crate) fn start(give_up: fn()) -> Result<(), Errno> {
    PROCESS.prepare()?;
    begin::prepare(give_up);
    sys::at_exit(exits);
    current();
    Ok(())
}

/// The run, if it has begun. Async-signal-safe.
pub(crate) fn begun() -> Option<&'static Process> {
    PROCESS.get().filter(|process| process.state.load(Acquire) == READY)
}

/// The run, which a forked child begins here. `None`: there is none (yet). Async-signal-safe.
#[inline]
pub(crate) fn current() -> Option<&'static Process> {
    let process = PROCESS.get()?;
    match process.state.load(Acquire) {
        READY => Some(process),
        FAILED => None,
        _ => process.begin(),
    }
}

/// Counts a statement that belongs to no thread's slot. Async-signal-safe.
#[cold]
pub(crate) fn count_unattributed() {
    let header = PROCESS.get().and_then(|process| process.last.header());
    header.map_or(&UNATTRIBUTED, |header| &header.unattributed).fetch_add(1, Relaxed);
}

/// The mapping of the process's own that an address lies in: its start and its length. Async-signal-safe.
pub(crate) fn mapping_at(address: usize) -> Option<(usize, usize)> {
    let process = PROCESS.get()?;
    let found = process.last.mapping_at(address).or_else(|| process.coverage.mapping_at(address));
    #[cfg(feature = "sancov")]
    let found = found.or_else(|| process.edges.mapping_at(address));
    found
}

/// The process has begun to exit in an orderly way. A child that has reached no statement has no run to note it in.
extern "C" fn exits(status: i32, _: *mut c_void) {
    if let Some(header) = PROCESS.get().and_then(|process| process.last.header()) {
        // The system keeps eight bits of it.
        header.exit_status.store(status.cast_unsigned() & 0xff, Relaxed);
        header.exited.store(1, Release);
    }
}

impl Process {
    pub(crate) fn pid(&self) -> u32 {
        self.pid.load(Relaxed)
    }

    pub(crate) fn start_monotonic_ns(&self) -> u64 {
        self.start_monotonic_ns.load(Relaxed)
    }

    pub(crate) fn start_unix_ns(&self) -> u64 {
        self.start_unix_ns.load(Relaxed)
    }

    /// Whether the process has begun to exit in an orderly way.
    pub(crate) fn is_exiting(&self) -> bool {
        self.last.header().is_some_and(|header| header.exited.load(Acquire) != 0)
    }

    /// The number of the panic that has begun, from 1. Async-signal-safe.
    pub(crate) fn next_panic(&self) -> u64 {
        let panics = self.last.header().map_or(&self.panics, |header| &header.panics);
        u64::from(panics.fetch_add(1, Relaxed)) + 1
    }

    /// Notes whether the program has put handlers of its own in the place of ours: a crash that they do not pass on cannot be
    /// recorded, and the report of an unknown end says so. Asks only where there are system calls anyway. Async-signal-safe.
    #[cold]
    pub(crate) fn look_at_handlers(&self) {
        (0..CRASHES.len()).for_each(|index| self.look_at_handler(index));
    }

    /// The same of one handler; of all, when called with all numbers one after another. Async-signal-safe.
    pub(crate) fn look_at_a_handler(&self, turn: u64) {
        self.look_at_handler((turn % CRASHES.len() as u64) as usize);
    }

    /// What a program puts in place for a while only is forgotten again.
    fn look_at_handler(&self, index: usize) {
        let Some(replaced) = self.last.header().map(|header| &header.replaced) else { return };
        let (bit, is_replaced) = (1 << index, sys::is_replaced(index));
        // Stored only when it changes, as all threads share it.
        match (replaced.load(Relaxed) & bit != 0, is_replaced) {
            (false, true) => _ = replaced.fetch_or(bit, Relaxed),
            (true, false) => _ = replaced.fetch_and(!bit, Relaxed),
            _ => {}
        }
    }

    /// Notes whether crashes are not recorded because `main` is not Rust's. Async-signal-safe.
    pub(crate) fn note_foreign_main(&self, is_foreign: bool) {
        if let Some(header) = self.last.header() {
            header.foreign_main.store(u32::from(is_foreign), Relaxed);
        }
    }

    /// Creates a log in the run directory.
    pub(crate) fn create_log<const SIZE: usize>(&self, name: &CName<SIZE>) -> Result<i32, Errno> {
        sys::create_in(self.directory()?, name, true)
    }

    /// Opens a log again.
    pub(crate) fn open_log<const SIZE: usize>(&self, name: &CName<SIZE>) -> Result<i32, Errno> {
        sys::open_in(self.directory()?, name, true)
    }

    /// Creates a file that is to be mapped.
    pub(crate) fn create_mapped<const SIZE: usize>(&self, name: &CName<SIZE>) -> Result<i32, Errno> {
        sys::create_in(self.directory()?, name, false)
    }

    /// Opens such a file again.
    pub(crate) fn open_mapped<const SIZE: usize>(&self, name: &CName<SIZE>) -> Result<i32, Errno> {
        sys::open_in(self.directory()?, name, false)
    }

    /// Opens a file to read it.
    #[cfg(feature = "enabled")]
    pub(crate) fn open_to_read<const SIZE: usize>(&self, name: &CName<SIZE>) -> Result<i32, Errno> {
        sys::open_to_read(self.directory()?, name)
    }

    /// Removes a file.
    pub(crate) fn remove<const SIZE: usize>(&self, name: &CName<SIZE>) {
        if let Ok(directory) = self.directory() {
            sys::remove_in(directory, name);
        }
    }

    /// Renames a file.
    pub(crate) fn rename<const SIZE: usize>(&self, from: &CName<SIZE>, to: &CName<SIZE>) -> Result<(), Errno> {
        sys::rename_in(self.directory()?, from, to)
    }

    /// The number of the newest order that has been given, unless the process could not follow it. Async-signal-safe.
    #[inline]
    pub(crate) fn order(&self) -> u64 {
        let Some(header) = self.last.header() else { return 0 };
        let order = header.order.load(Acquire);
        if header.taken.load(Relaxed) == order | REFUSED { 0 } else { order }
    }

    /// Has `take` follow the newest order if nobody has; it is told its number, and what the file says that is to hold it.
    /// Async-signal-safe.
    pub(crate) fn take_order(&self, longest: usize, take: impl FnOnce(u64, &'static [u8]) -> Option<()>) {
        let Some(header) = self.last.header() else { return };
        let order = self.order();
        if order == 0 || header.taken.load(Relaxed) == order || self.taking.swap(1, Acquire) != 0 {
            return;
        }
        let file = || {
            let name = CName::<64>::new(format_args!("{}", files::CONTROL));
            let file = sys::open_in(self.directory().ok()?, &name, false).ok()?;
            let read = sys::read_whole(file, longest);
            sys::close(file);
            read
        };
        let taken = file().and_then(|file| take(order, file));
        header.taken.store(if taken.is_some() { order } else { order | REFUSED }, Release);
        self.taking.store(0, Release);
    }

    /// Adds the edges of a library that has been loaded. For normal context.
    #[cfg(feature = "sancov")]
    pub(crate) fn add_edges(&self) {
        if let Ok(directory) = self.directory() {
            self.edges.add_new(directory);
        }
    }

    /// A table of counters for a thread. Async-signal-safe.
    pub(crate) fn take_table(&self) -> Result<NonNull<TableHead>, Errno> {
        self.counts.take_table(self.directory()?)
    }

    /// Marks the statement with this id as reached. Async-signal-safe.
    pub(crate) fn mark(&self, id: u32) {
        self.coverage.mark(id);
    }

    /// A slot for the thread with this id. `None`: the file is not there or cannot grow. Async-signal-safe.
    pub(crate) fn take_slot(&self, tid: u32) -> Option<&'static Slot> {
        let slot = self.last.take_slot(|| self.directory(), tid)?;
        let is_taken = |reuse| {
            let logs = [LOG_SUFFIX, GZIP_SUFFIX].map(|suffix| file_name(tid, reuse, 0, suffix));
            self.directory().is_ok_and(|directory| logs.iter().any(|log| sys::is_in(directory, log)))
        };
        // The first thread with this id may have left full logs, which have such names too.
        while slot.reuse.load(Relaxed) > 1 && is_taken(slot.reuse.load(Relaxed)) {
            slot.reuse.fetch_add(1, Relaxed);
        }
        Some(slot)
    }

    /// The descriptor of the run directory, which is opened again if the program has closed it.
    fn directory(&self) -> Result<i32, Errno> {
        let directory = self.directory.load(Relaxed) - 1;
        if self.directory_file.is(directory) {
            return Ok(directory);
        }
        // SAFETY: the run has begun, so nobody changes it any more.
        let directory = sys::open_directory(unsafe { &*self.path.get() })?;
        if !self.directory_file.is(directory) {
            sys::close(directory);
            return Err(Errno::BAD_DESCRIPTOR);
        }
        self.directory.store(directory + 1, Relaxed);
        Ok(directory)
    }
}
