//! The process's run: its directory, and the files that all threads share.
//!
//! The state lies in a page that the kernel zeroes in a forked child. So the child's first statement finds no run, and
//! begins one, with ids and files of its own; nothing depends on a cached pid.

#![allow(unsafe_code)]

mod directory;
mod json;
mod last_file;
mod run_json;

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, AtomicU64};

use instr_format::files;
use instr_format::last::Slot;

use crate::settings::{self, Settings};
use crate::sys::{self, CName, Errno};
use crate::{site, thread};
use last_file::LastFile;
use run_json::Description;

/// What is known of the run. All zeros: there is none yet.
pub(crate) struct Process {
    state: AtomicU32,
    pid: AtomicU32,
    start_monotonic_ns: AtomicU64,
    /// Descriptor of the run directory plus 1.
    directory: AtomicI32,
    last: LastFile,
}

const ABSENT: u32 = 0;
const BEGINNING: u32 = 1;
const READY: u32 = 2;
/// No directory could be made.
const FAILED: u32 = 3;

static PROCESS: AtomicPtr<Process> = AtomicPtr::new(null_mut());
/// Statements that no run could count yet.
static UNATTRIBUTED: AtomicU64 = AtomicU64::new(0);
/// Survives a fork, for the child to know its parent's run. Used only by the one thread that begins a run.
static OPENED: Shared<Option<directory::Directory>> = Shared(UnsafeCell::new(None));

struct Shared<T>(UnsafeCell<T>);

// SAFETY: see OPENED, the only one.
unsafe impl<T> Sync for Shared<T> {}

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
                sys::complain(format_args!(
                    "no memory that forked children do not share, nothing is recorded: {errno}"
                ));
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

/// The run, which a forked child begins here. `None`: there is none (yet). Async-signal-safe.
#[inline]
pub(crate) fn current() -> Option<&'static Process> {
    let process = state()?;
    match process.state.load(Acquire) {
        READY => Some(process),
        ABSENT => process.begin(),
        _ => None,
    }
}

/// Counts a statement that belongs to no thread's slot. Async-signal-safe.
#[cold]
pub(crate) fn count_unattributed() {
    let header = state().and_then(|process| process.last.header());
    header.map_or(&UNATTRIBUTED, |header| &header.unattributed).fetch_add(1, Relaxed);
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

    /// Creates a log in the run directory.
    pub(crate) fn create_file<const SIZE: usize>(&self, name: &CName<SIZE>) -> Result<i32, Errno> {
        sys::create_in(self.directory(), name, true)
    }

    /// Removes a log from the run directory.
    pub(crate) fn remove_file<const SIZE: usize>(&self, name: &CName<SIZE>) {
        sys::remove_in(self.directory(), name);
    }

    /// A slot for the thread with this id. `None`: the file is not there or cannot grow. Async-signal-safe.
    pub(crate) fn take_slot(&self, tid: u32) -> Option<&'static Slot> {
        self.last.take_slot(self.directory(), tid)
    }

    fn directory(&self) -> i32 {
        self.directory.load(Relaxed) - 1
    }

    #[cold]
    fn begin(&'static self) -> Option<&'static Process> {
        let settings = settings::get()?;
        let _blocked = sys::SignalsBlocked::new();
        if self.state.compare_exchange(ABSENT, BEGINNING, AcqRel, Acquire).is_err() {
            return None;
        }
        // SAFETY: only the thread that has won the exchange comes here.
        let opened = unsafe { &mut *OPENED.0.get() };
        let parent = opened.take();
        if let Some(parent) = &parent {
            thread::close_inherited_logs();
            sys::close(parent.file);
            UNATTRIBUTED.store(0, Relaxed);
        }
        let pid = sys::process_id();
        let (start_unix_ns, start_monotonic_ns) = sys::now();
        self.pid.store(pid, Relaxed);
        self.start_monotonic_ns.store(start_monotonic_ns, Relaxed);
        let Ok(directory) = directory::create(settings, pid, start_unix_ns, parent.is_some()) else {
            site::switch_all_off();
            self.state.store(FAILED, Release);
            return None;
        };
        self.directory.store(directory.file + 1, Relaxed);
        let parent = parent.as_ref().map(|parent| parent.name.as_bytes());
        self.write_files(&Description { pid, parent, start_unix_ns, start_monotonic_ns }, settings);
        *opened = Some(directory);
        self.state.store(READY, Release);
        Some(self)
    }

    /// What the report can do without is left out when it fails.
    fn write_files(&self, description: &Description<'_>, settings: &Settings) {
        let echo = |name: &str, result: Result<(), Errno>| {
            if let (Err(errno), true) = (result, settings.echo) {
                sys::complain(format_args!("cannot write {name}: {errno}"));
            }
        };
        echo(files::RUN_JSON, self.write_file(files::RUN_JSON, |out| run_json::write(out, description, settings)));
        echo(files::SITES, self.write_file(files::SITES, site::write_table));
        echo(files::LAST, self.last.create(self.directory(), &UNATTRIBUTED));
    }

    fn write_file(&self, name: &str, write: impl FnOnce(&mut sys::Writer)) -> Result<(), Errno> {
        let file = sys::create_in(self.directory(), &CName::<64>::new(format_args!("{name}")), false)?;
        let mut writer = sys::Writer::new(file);
        write(&mut writer);
        writer.finish()
    }
}
