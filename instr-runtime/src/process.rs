//! The process's run: its directory, and the files that all threads share.
//!
//! The state lies in a page that the kernel zeroes in a forked child. So the child's first statement finds no run, and
//! begins one, with ids and files of its own; nothing depends on a cached pid.

#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, AtomicU64};

use instr_format::files;
use instr_format::last::{self, Header, SLOT_SIZE, Slot};

use crate::settings::{self, Settings};
use crate::sys::{self, CName, Errno};
use crate::{directory, run_json, site, thread};

/// What is known of the run. All zeros: there is none yet.
#[repr(C)]
pub(crate) struct Process {
    state: AtomicU32,
    pid: AtomicU32,
    start_unix_ns: AtomicU64,
    start_monotonic_ns: AtomicU64,
    /// Descriptor of the run directory plus 1.
    directory: AtomicI32,
    /// Start of the mapped `last` file; null without one.
    last: AtomicPtr<Header>,
    /// How many slots threads have taken.
    slots: AtomicU32,
    /// The highest thread id so far.
    highest_tid: AtomicU32,
    /// How many bytes of the `last` file have room on the disk.
    last_len: AtomicU64,
}

const ABSENT: u32 = 0;
const BEGINNING: u32 = 1;
const READY: u32 = 2;
/// No directory could be made.
const FAILED: u32 = 3;

/// Slots that are added at a time: 64 KiB.
const SLOTS_AT_ONCE: u64 = 512;
/// Address space for the `last` file: slots for 131,071 threads.
const LAST_MAX: u64 = 16 << 20;

static PROCESS: AtomicPtr<Process> = AtomicPtr::new(null_mut());
/// Statements that no run could count yet.
static UNATTRIBUTED: AtomicU64 = AtomicU64::new(0);
/// Survives a fork, for the child to know its parent's run. Used only by the one thread that begins a run.
static PARENT: Shared<Parent> = Shared(UnsafeCell::new(Parent { directory: None, name: CName::empty() }));

struct Shared<T>(UnsafeCell<T>);

// SAFETY: see PARENT, the only one.
unsafe impl<T> Sync for Shared<T> {}

/// The run of which this process was a part before it was forked.
pub(crate) struct Parent {
    directory: Option<i32>,
    name: CName<256>,
}

impl Parent {
    /// The name of its run directory; `None` for a process that was not forked.
    pub(crate) fn directory_name(&self) -> Option<&[u8]> {
        self.directory.map(|_| self.name.as_bytes())
    }
}

/// Begins the first run of the program. For normal context; the settings have been read.
pub(crate) fn start() {
    let size = 64 << 10; // A whole page on every machine.
    let Ok(page) = sys::map_private(size) else { return site::switch_all_off() };
    // SAFETY: the mapping is made for this.
    if unsafe { sys::wipe_on_fork(page, size) }.is_err() {
        return site::switch_all_off();
    }
    let page = page.as_ptr().cast::<Process>();
    if PROCESS.compare_exchange(null_mut(), page, AcqRel, Acquire).is_ok() {
        current();
    }
}

/// The run, which a forked child begins here. `None`: there is none (yet). Async-signal-safe.
#[inline]
pub(crate) fn current() -> Option<&'static Process> {
    // SAFETY: null, or the page, which is never unmapped.
    let process = unsafe { PROCESS.load(Acquire).as_ref() }?;
    match process.state.load(Acquire) {
        READY => Some(process),
        ABSENT => process.begin(),
        _ => None,
    }
}

/// Counts a statement that belongs to no thread's slot. Async-signal-safe.
#[cold]
pub(crate) fn count_unattributed() {
    // SAFETY: as above.
    let process = unsafe { PROCESS.load(Acquire).as_ref() };
    match process.and_then(Process::header) {
        Some(header) => &header.unattributed,
        None => &UNATTRIBUTED,
    }
    .fetch_add(1, Relaxed);
}

/// The process has begun to exit in an orderly way.
pub(crate) fn note_exit(status: i32) {
    // SAFETY: as above. A child that has reached no statement of its own has no run to note it in.
    if let Some(header) = unsafe { PROCESS.load(Acquire).as_ref() }.and_then(Process::header) {
        header.exit_status.store(status.cast_unsigned(), Relaxed);
        header.exited.store(1, Release);
    }
}

impl Process {
    pub(crate) fn pid(&self) -> u32 {
        self.pid.load(Relaxed)
    }

    pub(crate) fn start_unix_ns(&self) -> u64 {
        self.start_unix_ns.load(Relaxed)
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

    fn directory(&self) -> i32 {
        self.directory.load(Relaxed) - 1
    }

    fn header(&self) -> Option<&Header> {
        // SAFETY: null, or the start of a mapping that is never undone.
        unsafe { self.last.load(Acquire).as_ref() }
    }

    #[cold]
    fn begin(&'static self) -> Option<&'static Process> {
        let settings = settings::get()?;
        let _blocked = sys::SignalsBlocked::new();
        if self.state.compare_exchange(ABSENT, BEGINNING, AcqRel, Acquire).is_err() {
            return None;
        }
        // SAFETY: only the thread that has won the exchange comes here.
        let parent = unsafe { &mut *PARENT.0.get() };
        if let Some(inherited) = parent.directory {
            thread::close_inherited_logs();
            sys::close(inherited);
            UNATTRIBUTED.store(0, Relaxed);
        }
        let (unix_ns, monotonic_ns) = sys::now();
        self.pid.store(sys::process_id(), Relaxed);
        self.start_unix_ns.store(unix_ns, Relaxed);
        self.start_monotonic_ns.store(monotonic_ns, Relaxed);
        let Ok(directory) = directory::create(settings, self, parent.directory.is_some()) else {
            site::switch_all_off();
            self.state.store(FAILED, Release);
            return None;
        };
        self.directory.store(directory.file + 1, Relaxed);
        self.write_files(parent, settings);
        *parent = Parent { directory: Some(directory.file), name: directory.name };
        self.state.store(READY, Release);
        Some(self)
    }

    /// What the report can do without is left out when it fails.
    fn write_files(&self, parent: &Parent, settings: &Settings) {
        let echo = |name: &str, result: Result<(), Errno>| {
            if let (Err(errno), true) = (result, settings.echo) {
                directory::complain(format_args!("cannot write {name}: {errno}"));
            }
        };
        echo(files::RUN_JSON, self.write_file(files::RUN_JSON, |out| run_json::write(out, self, parent, settings)));
        echo(files::SITES, self.write_file(files::SITES, site::write_table));
        echo(files::LAST, self.map_last());
    }

    fn write_file(&self, name: &str, write: impl FnOnce(&mut sys::Writer)) -> Result<(), Errno> {
        let file = sys::create_in(self.directory(), &CName::<64>::new(format_args!("{name}")), false)?;
        let mut writer = sys::Writer::new(file);
        write(&mut writer);
        writer.finish()
    }

    fn map_last(&self) -> Result<(), Errno> {
        let file = sys::create_in(self.directory(), &last_name(), false)?;
        let size = SLOTS_AT_ONCE * SLOT_SIZE as u64;
        let mapped = sys::reserve(file, 0, size).and_then(|()| sys::map_shared(file, LAST_MAX as usize));
        sys::close(file);
        let header = mapped?.cast::<Header>();
        self.last_len.store(size, Relaxed);
        // SAFETY: the file's first bytes are there, zeroed, and a header is valid in any state.
        let fields = unsafe { header.as_ref() };
        fields.unattributed.store(UNATTRIBUTED.swap(0, Relaxed), Relaxed);
        fields.version.store(last::VERSION, Relaxed);
        fields.magic.store(last::MAGIC, Release);
        self.last.store(header.as_ptr(), Release);
        Ok(())
    }

    /// A slot for the thread with this id. `None`: the file is not there or cannot grow. Async-signal-safe.
    pub(crate) fn take_slot(&self, tid: u32) -> Option<&'static Slot> {
        let number = self.slots.fetch_add(1, Relaxed);
        let end = (u64::from(number) + 2) * SLOT_SIZE as u64;
        if self.last.load(Acquire).is_null() || (end > self.last_len.load(Acquire) && !self.grow_last(end)) {
            return None;
        }
        let slot = self.slot(number)?;
        slot.tid.store(u64::from(tid), Relaxed);
        slot.reuse.store(self.count_before(tid, number) + 1, Relaxed);
        Some(slot)
    }

    /// How many threads before the one with this slot had its id. The kernel counts ids up before it begins again, so
    /// there is seldom anything to look through.
    fn count_before(&self, tid: u32, number: u32) -> u32 {
        if self.highest_tid.fetch_max(tid, Relaxed) < tid {
            return 0;
        }
        let same = |slot: &Slot| slot.tid.load(Relaxed) == u64::from(tid);
        (0..number).filter_map(|number| self.slot(number)).filter(|slot| same(slot)).count() as u32
    }

    /// A slot within the file.
    fn slot(&self, number: u32) -> Option<&'static Slot> {
        let at = (u64::from(number) + 1) * SLOT_SIZE as u64;
        if at + SLOT_SIZE as u64 > self.last_len.load(Acquire) {
            return None;
        }
        let header = self.last.load(Acquire);
        // SAFETY: within the mapping and within the file, whose bytes began as zeros; a slot is valid in any state.
        unsafe { header.byte_add(at as usize).cast::<Slot>().as_ref() }
    }

    /// Gives the file room for at least `len` bytes. Threads that come here together do the same work twice.
    fn grow_last(&self, len: u64) -> bool {
        let from = self.last_len.load(Acquire);
        let to = len.next_multiple_of(SLOTS_AT_ONCE * SLOT_SIZE as u64);
        if to <= from {
            return true;
        }
        if to > LAST_MAX {
            return false;
        }
        let Ok(file) = sys::open_in(self.directory(), &last_name()) else { return false };
        let grown = sys::reserve(file, from, to - from).is_ok();
        sys::close(file);
        if grown {
            self.last_len.fetch_max(to, AcqRel);
        }
        grown
    }
}

fn last_name() -> CName<64> {
    CName::new(format_args!("{}", files::LAST))
}
