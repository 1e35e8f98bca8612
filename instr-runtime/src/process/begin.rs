//! The beginning of a run, by the first thread that asks for it: its directory, and the files that describe it.

use core::cell::UnsafeCell;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use instr_format::files;

use super::run_json::{self, Description};
use super::{ABSENT, BEGINNING, FAILED, Process, READY, UNATTRIBUTED, directory};
use crate::settings::{self, Coverage, Settings, Sink};
use crate::site;
use crate::sys::{self, CName, Errno, FileId};

/// How often a thread lets others go first while one of them begins the run, which takes about a millisecond.
const PATIENCE: u32 = 10_000;

/// Survives a fork, for the child to know its parent's run. Used only by the one thread that begins a run.
static OPENED: Shared<Opened> =
    Shared(UnsafeCell::new(Opened { directory: None, name: CName::empty(), give_up: || {} }));

/// For what that thread writes, which may be much, on a stack that may be small.
static BUFFER: Shared<[u8; 64 << 10]> = Shared(UnsafeCell::new([0; 64 << 10]));

/// The run directory of this process, or of its parent as long as a forked child has none.
struct Opened {
    directory: Option<(i32, FileId)>,
    name: CName<256>,
    /// Closes what a forked child has inherited.
    give_up: fn(),
}

struct Shared<T>(UnsafeCell<T>);

// SAFETY: see OPENED and BUFFER, the only ones.
unsafe impl<T> Sync for Shared<T> {}

/// Sets what closes what a forked child has inherited. For normal context, before the first run.
pub(super) fn prepare(give_up: fn()) {
    // SAFETY: nobody begins a run yet.
    unsafe { (*OPENED.0.get()).give_up = give_up };
}

impl Process {
    /// Begins the run, or waits for the thread that does. That one is not interrupted by signals, so it goes on.
    #[cold]
    #[inline(never)]
    pub(super) fn begin(&'static self) -> Option<&'static Process> {
        let settings = settings::get()?;
        let _blocked = sys::SignalsBlocked::new();
        if self.state.compare_exchange(ABSENT, BEGINNING, AcqRel, Acquire).is_err() {
            for _ in 0..PATIENCE {
                match self.state.load(Acquire) {
                    BEGINNING => sys::yield_now(),
                    READY => return Some(self),
                    _ => break,
                }
            }
            return None;
        }
        let begun = self.begin_now(settings);
        if begun.is_none() {
            site::switch_all_off();
        }
        self.state.store(if begun.is_some() { READY } else { FAILED }, Release);
        begun.map(|()| self)
    }

    fn begin_now(&self, settings: &Settings) -> Option<()> {
        // SAFETY: only the thread that has changed the state to BEGINNING comes here.
        let (opened, path) = unsafe { (&mut *OPENED.0.get(), &mut *self.path.get()) };
        let forked = opened.directory.is_some();
        if let Some((directory, file)) = opened.directory.take() {
            (opened.give_up)();
            if file.is(directory) {
                sys::close(directory);
            }
            UNATTRIBUTED.store(0, Relaxed);
            // What the parent was told holds for the child too, whose own orders are numbered from 1.
            if let Some(focus) = settings::focus() {
                focus.order.store(0, Relaxed);
            }
            if settings.coverage != Coverage::Off {
                site::forget_seen();
            }
        }
        let pid = sys::process_id();
        let (start_unix_ns, start_monotonic_ns) = sys::now();
        self.pid.store(pid, Relaxed);
        self.start_unix_ns.store(start_unix_ns, Relaxed);
        self.start_monotonic_ns.store(start_monotonic_ns, Relaxed);
        let directory = directory::create(settings, path, pid, start_unix_ns, forked)?;
        self.directory.store(directory + 1, Relaxed);
        self.directory_file.set(directory);
        let parent = forked.then(|| opened.name.as_bytes());
        self.write_files(directory, &Description { pid, parent, start_unix_ns, start_monotonic_ns }, settings);
        opened.name.truncate(0);
        opened.name.push(path.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default());
        opened.directory = Some((directory, FileId::of(directory)));
        Some(())
    }

    /// What the report can do without is left out when it fails.
    fn write_files(&self, directory: i32, description: &Description<'_>, settings: &Settings) {
        let echo = |name: &str, result: Result<(), Errno>| {
            if let (Err(errno), true) = (result, settings.echo) {
                sys::complain(format_args!("cannot write {name}: {errno}"));
            }
        };
        let described = write_file(directory, files::RUN_JSON, |out| run_json::write(out, description, settings));
        echo(files::RUN_JSON, described);
        echo(files::SITES, write_file(directory, files::SITES, site::write_table));
        echo(files::LAST, self.last.create(directory, &UNATTRIBUTED));
        #[cfg(feature = "sancov")]
        echo(files::EDGES, write_file(directory, files::EDGES, |out| self.edges.write(out)));
        #[cfg(feature = "sancov")]
        echo(files::EDGES, self.edges.map(directory));
        if settings.focus.sink == Sink::Count || settings.coverage == Coverage::Counts {
            echo(files::COUNTS, self.counts.create(directory));
        }
        if settings.coverage != Coverage::Off {
            echo(files::COVERAGE, self.coverage.create(directory));
        }
    }
}

#[inline(never)]
fn write_file(directory: i32, name: &str, write: impl FnOnce(&mut sys::Writer<'_>)) -> Result<(), Errno> {
    let file = sys::create_in(directory, &CName::<64>::new(format_args!("{name}")), false)?;
    // SAFETY: only the thread that begins a run comes here.
    let mut writer = sys::Writer::new(file, unsafe { &mut *BUFFER.0.get() });
    write(&mut writer);
    writer.finish()
}
