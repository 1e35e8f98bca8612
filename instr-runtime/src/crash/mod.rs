//! Of what the process dies, and where: `crash.json`, written while it does, and what its panics say.
//!
//! The first thread that crashes writes, and others that crash meanwhile wait for it, but not for long. What is written is
//! removed again should the program go on.

#![allow(unsafe_code)]

mod panics;
mod record;
mod words;

use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use instr_format::files::CRASH_JSON;
use instr_format::names::SCHEMA_VERSION;

use crate::json::Json;
use crate::process::{self, Process};
use crate::sys::{self, Arrival, CName, Errno, Reactions, Stack, Verdict};
use crate::thread::Thread;
use crate::wiped::Wiped;
use crate::{settings, thread};
pub(crate) use panics::watch as watch_panics;

/// State of the crash of a process. All zeros: there is none.
struct CrashState {
    /// The thread that writes.
    owner: AtomicU32,
    /// 1 once it has written.
    written: AtomicU32,
    /// How often the program has gone on.
    recovered: AtomicU32,
    /// What the owner has been sent.
    first: UnsafeCell<MaybeUninit<libc::siginfo_t>>,
}

// SAFETY: only the owner writes and reads `first`.
unsafe impl Sync for CrashState {}

// SAFETY: all zeros is a state; what `first` holds is read only once it has been written.
static CRASH: Wiped<CrashState> = unsafe { Wiped::new() };

/// For normal context, once, before anything is watched.
pub(crate) fn prepare() -> Result<(), Errno> {
    sys::find_abort_message();
    CRASH.prepare()
}

/// Signal handlers of Rust's threads have 8 KiB, of which the kernel takes up to half.
static STACK: Stack = Stack::new();

/// How long a crash waits for another thread's to be written.
const PATIENCE_NS: u64 = 5_000_000_000;
/// A program that goes on so often does so on purpose, and no longer pays for records of it.
const RECOVERIES: u32 = 16;

/// Watches for crashes, and for mapped files that are truncated, from `main` on, or at once if `asked`.
/// Async-signal-safe.
pub(crate) fn watch(asked: bool) {
    let wanted = settings::get().is_some_and(|settings| settings.crash);
    let reactions = Reactions {
        mapping_at: thread::mapping_at,
        mapping_is_gone: thread::mapping_is_gone,
        fill_hole: thread::fill_hole,
        crashed: if wanted { Some(crashed) } else { None },
        recovered,
    };
    sys::watch_signals(reactions, asked);
    if asked && let Some(process) = process::begun() {
        process.note_foreign_main(false);
    }
}

/// Puts the handlers in place where a thread has reached its first statement, or the main thread a later one.
///
/// Where constructors are done, and there are still no handlers of Rust's, `main` is not Rust's: this is a library in a
/// program of C, or of Python. What it wants of handlers is unknown, so ours wait until they are asked for, by a call or by
/// `INSTR_CRASH=on`; but who has built a library by `cargo instr` has asked for them, so there they come at once. A handler of
/// the program's that is there already is passed every signal, and one that comes later takes the place of ours.
/// Async-signal-safe.
pub(crate) fn watch_where_main_has_begun(process: &Process) {
    watch(false);
    if sys::is_watching() || !sys::has_been_constructed() {
        return;
    }
    // What Rust calls `main` by is compiled with the program, and has edges: the first ones come before Rust's handlers.
    if cfg!(feature = "sancov") && sys::is_watch_due() && sys::is_in_program() {
        return;
    }
    let Some(settings) = settings::get() else { return };
    if cfg!(cargo_instr) || settings.crash_asked {
        watch(true);
    } else if settings.crash {
        process.note_foreign_main(true);
    }
}

/// Gives the calling thread a stack for signal handlers if it has none, as threads of C do not: a crash that has used up
/// the thread's own could not be recorded otherwise. Async-signal-safe.
pub(crate) fn thread_begins(thread: &Thread) {
    if !settings::get().is_some_and(|settings| settings.crash) || sys::has_signal_stack() {
        return;
    }
    if thread.signal_stack.load(Relaxed).is_null()
        && let Ok(stack) = sys::new_signal_stack()
    {
        thread.signal_stack.store(stack.as_ptr(), Relaxed);
    }
    if let Some(stack) = NonNull::new(thread.signal_stack.load(Relaxed)) {
        // SAFETY: made for this, and of the thread whose state this is.
        unsafe { sys::take_signal_stack(stack) };
    }
}

/// Takes it back, for the next thread with this state. Async-signal-safe.
pub(crate) fn thread_ends(thread: &Thread) {
    if let Some(stack) = NonNull::new(thread.signal_stack.load(Relaxed)) {
        sys::leave_signal_stack(stack);
    }
}

fn crashed(arrival: &Arrival<'_>) -> Verdict {
    let Some((process, state)) = process::begun().zip(CRASH.get()) else { return Verdict::PassOn };
    let tid = sys::thread_id();
    if state.recovered.load(Relaxed) >= RECOVERIES {
        return Verdict::PassOn;
    }
    match state.owner.compare_exchange(0, tid, AcqRel, Acquire) {
        Ok(_) => {
            // SAFETY: this thread is the owner.
            unsafe { (*state.first.get()).write(*arrival.info()) };
            // SAFETY: this thread is the owner.
            unsafe { STACK.run(|| write(process, arrival)) };
            state.written.store(1, Release);
        }
        // What comes of passing it on, such as the abort at the end of a stack overflow's message.
        Err(owner) if owner == tid && state.written.load(Relaxed) != 0 => {}
        // SAFETY: this thread is the owner, and has failed behind the place that writes it.
        Err(owner) if owner == tid => return Verdict::DieOf(unsafe { (*state.first.get()).assume_init() }),
        Err(_) => wait(state),
    }
    Verdict::PassOn
}

fn write(process: &Process, arrival: &Arrival<'_>) {
    let Ok(file) = process.create_mapped(&name()) else { return };
    let mut buffer = [0; 16 << 10];
    let mut writer = sys::Writer::new(file, &mut buffer);
    record::write(&mut writer, process, arrival);
    // There is nobody to tell.
    let _ = writer.finish();
}

fn wait(state: &CrashState) {
    let end = sys::monotonic_ns().saturating_add(PATIENCE_NS);
    while state.written.load(Acquire) == 0 && state.owner.load(Acquire) != 0 && sys::monotonic_ns() < end {
        sys::sleep_a_millisecond();
    }
}

/// The program has dealt with the fault that was recorded last, and with those of other threads meanwhile.
fn recovered() {
    let Some((process, state)) = process::begun().zip(CRASH.get()) else { return };
    if state.written.load(Acquire) != 0 {
        process.remove(&name());
        state.recovered.fetch_add(1, Relaxed);
        state.written.store(0, Relaxed);
        state.owner.store(0, Release);
    }
}

fn name() -> CName<64> {
    CName::new(format_args!("{CRASH_JSON}"))
}

/// What both files begin with: which thread of which process it is, and when. Async-signal-safe.
fn who_and_when(json: &mut Json<'_>, process: &Process, thread_name: &[u8]) -> fmt::Result {
    let (unix_ns, monotonic_ns) = sys::now();
    json.entry("schema_version", SCHEMA_VERSION)?;
    json.entry("pid", process.pid())?;
    json.entry("tid", sys::thread_id())?;
    json.entry("reuse", thread::reuse())?;
    json.entry("thread", thread_name)?;
    json.entry("unix_ns", unix_ns)?;
    json.entry("elapsed_ns", monotonic_ns.saturating_sub(process.start_monotonic_ns()))
}
