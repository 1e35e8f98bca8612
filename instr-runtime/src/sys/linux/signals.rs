//! The signals that end a program, from their arrival to the handler that was there before ours.
//!
//! Ours are put in place only where `main` has begun: what sets handlers up before expects the default. They pass every
//! signal on, so that the program dies, or goes on, as it would have without us.

use core::cell::UnsafeCell;
use core::ffi::{c_int, c_void};
use core::mem::{self, MaybeUninit};
use core::ptr::{null, null_mut};
use core::sync::atomic::{
    AtomicBool, AtomicU32, AtomicU64, Ordering::AcqRel, Ordering::Acquire, Ordering::Relaxed, Ordering::Release,
};

use instr_format::names::CRASH_SIGNALS;

use super::{Arrival, process_id, thread_id, with_errno};

/// The signals that a crash raises, in the order of their names.
pub(crate) const CRASHES: [c_int; CRASH_SIGNALS.len()] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT, libc::SIGTRAP, libc::SIGSYS];

/// What is to become of a signal that a crash raised.
pub(crate) enum Verdict {
    /// What was there before decides.
    PassOn,
    /// Ours has failed while it recorded this signal, of which the process is to die.
    DieOf(libc::siginfo_t),
}

/// What the rest of the runtime makes of signals. All of it is async-signal-safe.
#[derive(Clone, Copy)]
pub(crate) struct Reactions {
    /// To which of our mappings an address belongs: its start and its length.
    pub(crate) mapping_at: fn(address: usize) -> Option<(usize, usize)>,
    /// There is zeroed memory in the place of that mapping, from this page on.
    pub(crate) mapping_is_gone: fn(page: usize),
    /// Whether a fault at this address was in a hole of ours, and there is memory now.
    pub(crate) fill_hole: fn(address: usize) -> bool,
    /// Records a crash. `None`: crashes are not recorded.
    pub(crate) crashed: Option<fn(&Arrival<'_>) -> Verdict>,
    /// The program has dealt with it, and goes on.
    pub(crate) recovered: fn(),
}

/// What was there before one of our handlers.
struct Before {
    action: libc::sigaction,
    /// Whether there is one of ours for this signal.
    is_watched: bool,
    /// Whether ours has made room for it, for as long as a signal is passed on.
    is_back: AtomicBool,
}

struct Shared<T>(UnsafeCell<MaybeUninit<T>>);

// SAFETY: written by the one thread that puts the handlers in place, before it does.
unsafe impl<T> Sync for Shared<T> {}

static REACTIONS: Shared<Reactions> = Shared(UnsafeCell::new(MaybeUninit::uninit()));
static BEFORE: [Shared<Before>; CRASHES.len()] =
    [const { Shared(UnsafeCell::new(MaybeUninit::uninit())) }; CRASHES.len()];

/// How many signals have been passed on to handlers of before, in units of [`PASS`], and how many of these handlers have
/// not returned.
static PASSED_ON: AtomicU64 = AtomicU64::new(0);
const PASS: u64 = 1 << 32;

/// Whether ours are in place, or about to be.
static DONE: AtomicBool = AtomicBool::new(false);
/// Whether all of them are in place that record crashes.
static RECORDS: AtomicBool = AtomicBool::new(false);
/// How often it has been seen that it is too early.
static LOOKS: AtomicU32 = AtomicU32::new(0);
/// After so many, `main` is not Rust's.
const MOST_LOOKS: u32 = 1024;

/// Whether it was too early for our handlers, and may not be any more. Async-signal-safe.
pub(crate) fn is_watch_due() -> bool {
    !DONE.load(Acquire) && LOOKS.load(Relaxed) < MOST_LOOKS
}

/// Whether ours are in place, or about to be. Async-signal-safe.
pub(crate) fn is_watching() -> bool {
    DONE.load(Acquire)
}

/// Puts our handlers in place, once; only where there are others already, as in every Rust program whose `main` has
/// begun, unless `asked` for. Async-signal-safe.
pub(crate) fn watch_signals(reactions: Reactions, asked: bool) {
    if DONE.load(Acquire) {
        return;
    }
    if !(asked || main_has_begun()) {
        LOOKS.fetch_add(1, Relaxed);
        return;
    }
    if DONE.swap(true, AcqRel) {
        return;
    }
    // SAFETY: nobody else writes it, and no handler reads it yet.
    unsafe { (*REACTIONS.0.get()).write(reactions) };
    for (signal, before) in CRASHES.into_iter().zip(&BEFORE) {
        let Some(action) = action(signal) else { continue };
        // Who ignores a signal does not die of it; and without crash records there is only one that concerns us.
        let wanted = action.sa_sigaction != libc::SIG_IGN && (reactions.crashed.is_some() || signal == libc::SIGBUS);
        // SAFETY: as above.
        unsafe { (*before.0.get()).write(Before { action, is_watched: wanted, is_back: AtomicBool::new(false) }) };
    }
    watched().for_each(|(signal, before)| put_ours_over(signal, before.action));
    RECORDS.store(reactions.crashed.is_some(), Release);
}

/// Whether one of ours is in place that hears of every access to memory that is not there. Async-signal-safe.
pub(crate) fn is_watching_faults() -> bool {
    RECORDS.load(Acquire) && handler_of(libc::SIGSEGV) == Some(ours())
}

/// Whether the program's own, or nothing, is in the place of ours for the signal at `index` of [`CRASHES`]. Where none of ours
/// was put in place, or another thread has made room for what was there before, it is not. One read-only system call.
pub(crate) fn is_replaced(index: usize) -> bool {
    if !RECORDS.load(Acquire) {
        return false;
    }
    let Some((signal, shared)) = CRASHES.get(index).zip(BEFORE.get(index)) else { return false };
    // SAFETY: RECORDS says that it has been written.
    let before = unsafe { (*shared.0.get()).assume_init_ref() };
    before.is_watched
        && !before.is_back.load(Relaxed)
        && kernel_handler_of(*signal).is_some_and(|handler| handler != ours())
}

/// The same as [`handler_of`], past libc, whose function may wait for a lock in a forked child.
fn kernel_handler_of(signal: c_int) -> Option<libc::sighandler_t> {
    // The handler is what the kernel's structure begins with; how long it is depends on the machine.
    let mut action = [0_usize; 8];
    // SAFETY: fills the structure, which has room.
    let result =
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, null::<c_void>(), action.as_mut_ptr(), SIGNALS_SIZE) };
    (result == 0).then_some(action[0])
}

/// Of the kernel's signal set.
const SIGNALS_SIZE: usize = 8;

/// Each signal whose handler is ours, and what was there before.
fn watched() -> impl Iterator<Item = (c_int, &'static Before)> {
    // SAFETY: written before the first of our handlers was put in place.
    let before = |shared: &'static Shared<Before>| unsafe { (*shared.0.get()).assume_init_ref() };
    let all = CRASHES.into_iter().zip(BEFORE.iter().map(before));
    all.filter(|(_, before)| before.is_watched)
}

/// Puts back what was there before, for all signals: what comes of passing one on, such as the abort at the end of a stack
/// overflow's message, is not for us, and there may be no room on the stack for a second handler. What the program has
/// put in the place of ours stays.
fn put_back() {
    for (signal, before) in watched().filter(|(signal, _)| handler_of(*signal) == Some(ours())) {
        before.is_back.store(true, Relaxed);
        // SAFETY: an action of before.
        unsafe { libc::sigaction(signal, &before.action, null_mut()) };
    }
}

/// Puts ours in place again where what was there before still is.
fn put_ours_again() {
    for (signal, before) in watched().filter(|(_, before)| before.is_back.swap(false, Relaxed)) {
        if handler_of(signal) == Some(before.action.sa_sigaction) {
            put_ours_over(signal, before.action);
        }
    }
}

fn ours() -> libc::sighandler_t {
    on_signal as *const () as libc::sighandler_t
}

fn handler_of(signal: c_int) -> Option<libc::sighandler_t> {
    action(signal).map(|action| action.sa_sigaction)
}

fn put_ours_over(signal: c_int, before: libc::sigaction) {
    let mut ours = before;
    ours.sa_sigaction = self::ours();
    // A fault within our handler shall arrive too; the handlers before had it their way.
    let defer = if before.sa_sigaction == libc::SIG_DFL { libc::SA_NODEFER } else { 0 };
    ours.sa_flags |= libc::SA_SIGINFO | libc::SA_ONSTACK | defer;
    // SAFETY: the handler is async-signal-safe, and finds what it needs.
    unsafe { libc::sigaction(signal, &ours, null_mut()) };
}

/// Rust's own handlers are put in place right before `main`, where none were.
fn main_has_begun() -> bool {
    let has_handler = |signal| handler_of(signal).is_some_and(|handler| handler != libc::SIG_DFL);
    has_handler(libc::SIGSEGV) || has_handler(libc::SIGBUS)
}

fn action(signal: c_int) -> Option<libc::sigaction> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: sigaction fills the structure when it succeeds.
    unsafe { (libc::sigaction(signal, null(), action.as_mut_ptr()) == 0).then(|| action.assume_init()) }
}

extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel passes valid descriptions, and REACTIONS was written before this handler was put in place.
    let (arrival, reactions) = unsafe { (Arrival::new(&*info, &*context.cast()), (*REACTIONS.0.get()).assume_init()) };
    if let Some(address) = arrival.lost_page()
        && let Some((start, len)) = (reactions.mapping_at)(address)
    {
        // SAFETY: that mapping is ours.
        with_errno(|| (reactions.mapping_is_gone)(unsafe { super::put_memory_in_place(address, start + len) }));
        return;
    }
    if let Some(address) = arrival.missing_page() {
        let mut filled = false;
        with_errno(|| filled = (reactions.fill_hole)(address));
        if filled {
            return;
        }
    }
    if let Some(crashed) = reactions.crashed {
        let mut verdict = Verdict::PassOn;
        with_errno(|| verdict = crashed(&arrival));
        if let Verdict::DieOf(first) = verdict {
            // SAFETY: the kernel passes a valid context, which nothing refers to any more.
            return die(&first, unsafe { &mut *context.cast() });
        }
    }
    let Some((_, Before { action: before, .. })) = watched().find(|(known, _)| *known == signal) else { return };
    if before.sa_sigaction == libc::SIG_DFL {
        // SAFETY: as above.
        return unsafe { die(&*info, &mut *context.cast()) };
    }
    PASSED_ON.fetch_add(PASS + 1, AcqRel);
    let mut in_place = None;
    with_errno(|| {
        put_back();
        in_place = handler_of(signal);
    });
    // SAFETY: what was there before is a handler of one of these two kinds.
    unsafe {
        if before.sa_flags & libc::SA_SIGINFO != 0 {
            let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = mem::transmute(before.sa_sigaction);
            handler(signal, info, context);
        } else {
            let handler: extern "C" fn(c_int) = mem::transmute(before.sa_sigaction);
            handler(signal);
        }
    }
    with_errno(|| {
        // Rust's own gives way to the default, and the fault comes again. But another thread that passes one on may have put
        // it in place once more, so the last one to return decides, unless there is a new one.
        let passed = PASSED_ON.fetch_sub(1, AcqRel) - 1;
        let stays = in_place != Some(libc::SIG_DFL) && handler_of(signal) == in_place;
        if stays && passed.is_multiple_of(PASS) && PASSED_ON.load(Acquire) == passed {
            (reactions.recovered)();
            put_ours_again();
        }
    });
}

/// Has the kernel end the process as it would have without a handler, once ours has returned: by the same signal, with the
/// same description, at the same instruction.
fn die(info: &libc::siginfo_t, context: &mut libc::ucontext_t) {
    let signal = info.si_signo;
    // A call such as sigsuspend, which lets a signal through that is blocked otherwise, would end and the program go on.
    // SAFETY: a set that the kernel has made.
    unsafe { libc::sigdelset(&mut context.uc_sigmask, signal) };
    // SAFETY: the default action, a set that sigemptyset has made, and numbers and a description that the kernel reads.
    unsafe {
        let mut default: libc::sigaction = mem::zeroed();
        default.sa_sigaction = libc::SIG_DFL;
        libc::sigaction(signal, &default, null_mut());
        // It would be too early here: the signal waits until the mask from before comes back.
        let mut set = MaybeUninit::uninit();
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), null_mut());
        let (process, thread) = (process_id(), thread_id());
        let info: *const libc::siginfo_t = info;
        if libc::syscall(libc::SYS_rt_tgsigqueueinfo, process, thread, signal, info) != 0 {
            libc::syscall(libc::SYS_tgkill, process, thread, signal);
        }
    }
}
