//! The process's run: its directory, and the files that all threads share.
//!
//! The state lies in a page that the kernel zeroes in a forked child. So the child's first statement finds no run, and
//! begins one, with ids and files of its own; nothing depends on a cached pid.

#![allow(unsafe_code)]

mod begin;
mod counts_file;
mod directory;
mod ended_rings;
mod last_file;
mod run_json;

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, AtomicU64};

use instr_format::counts::TableHead;
use instr_format::last::Slot;

use crate::crash::CrashState;
use crate::settings::Settings;
use crate::site;
use crate::sys::{self, CName, Errno, FileId};
use counts_file::CountsFile;
use directory::Path;
use ended_rings::EndedRings;
use last_file::LastFile;

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
    pub(crate) ended_rings: EndedRings,
    pub(crate) crash: CrashState,
    /// How many panics there have been, where there is no `last` file to count them in.
    panics: AtomicU32,
}

const ABSENT: u32 = 0;
const BEGINNING: u32 = 1;
const READY: u32 = 2;
/// No directory could be made.
const FAILED: u32 = 3;

static PROCESS: AtomicPtr<Process> = AtomicPtr::new(null_mut());
/// Statements that no run could count yet.
static UNATTRIBUTED: AtomicU64 = AtomicU64::new(0);

/// Begins the first run of the program. For normal context; the settings have been read.
pub(crate) fn start(settings: &Settings) {
    match wiped_page() {
        Ok(page) => {
            PROCESS.store(page, Release);
            sys::at_exit(exits);
            current();
        }
        Err(errno) => {
            if settings.echo {
                sys::complain(format_args!("nothing is recorded, as there is no memory for it: {errno}"));
            }
            site::switch_all_off();
        }
    }
}

fn wiped_page() -> Result<*mut Process, Errno> {
    let size = 64 << 10; // A whole page on every machine.
    let page = sys::map_private(size)?;
    // SAFETY: the mapping is made for this.
    unsafe { sys::wipe_on_fork(page, size) }?;
    Ok(page.as_ptr().cast())
}

#[inline]
fn state() -> Option<&'static Process> {
    // SAFETY: null, or the page, which is never unmapped, and in which all zeros are valid.
    unsafe { PROCESS.load(Acquire).as_ref() }
}

/// The run, if it has begun. Async-signal-safe.
pub(crate) fn begun() -> Option<&'static Process> {
    state().filter(|process| process.state.load(Acquire) == READY)
}

/// The run, which a forked child begins here. `None`: there is none (yet). Async-signal-safe.
#[inline]
pub(crate) fn current() -> Option<&'static Process> {
    let process = state()?;
    match process.state.load(Acquire) {
        READY => Some(process),
        FAILED => None,
        _ => process.begin(),
    }
}

/// Counts a statement that belongs to no thread's slot. Async-signal-safe.
#[cold]
pub(crate) fn count_unattributed() {
    let header = state().and_then(|process| process.last.header());
    header.map_or(&UNATTRIBUTED, |header| &header.unattributed).fetch_add(1, Relaxed);
}

/// The mapping of the process's own that an address lies in: its start and its length. Async-signal-safe.
pub(crate) fn mapping_at(address: usize) -> Option<(usize, usize)> {
    state()?.last.mapping_at(address)
}

/// The process has begun to exit in an orderly way. A child that has reached no statement has no run to note it in.
extern "C" fn exits(status: i32, _: *mut c_void) {
    if let Some(header) = state().and_then(|process| process.last.header()) {
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

    /// Notes in which bits of [`instr_format::last::Header::replaced`] there is something. Async-signal-safe.
    pub(crate) fn note_replaced(&self, bits: u32, is_replaced: bool) {
        let Some(header) = self.last.header() else { return };
        let noted = if is_replaced { bits } else { 0 };
        // Stored only when it changes, as all threads share it.
        if header.replaced.load(Relaxed) & bits == noted {
            return;
        }
        if is_replaced {
            header.replaced.fetch_or(bits, Relaxed);
        } else {
            header.replaced.fetch_and(!bits, Relaxed);
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

    /// A table of counters for a thread. Async-signal-safe.
    pub(crate) fn take_table(&self) -> Result<NonNull<TableHead>, Errno> {
        self.counts.take_table(self.directory()?)
    }

    /// A slot for the thread with this id. `None`: the file is not there or cannot grow. Async-signal-safe.
    pub(crate) fn take_slot(&self, tid: u32) -> Option<&'static Slot> {
        self.last.take_slot(|| self.directory(), tid)
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
