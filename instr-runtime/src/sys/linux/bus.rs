//! Mapped files that another process truncates: storing to what they have lost raises SIGBUS, which kills.

use core::cell::UnsafeCell;
use core::ffi::{c_int, c_void};
use core::mem::{self, MaybeUninit};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::AcqRel, Ordering::Acquire, Ordering::Release};

/// Says to which of our mappings an address belongs: its start and its length. Async-signal-safe.
pub(crate) type MappingAt = fn(address: usize) -> Option<(usize, usize)>;

/// The handler that was there before ours.
struct Before(UnsafeCell<MaybeUninit<libc::sigaction>>);

// SAFETY: written by the one thread that installs our handler, before it does.
unsafe impl Sync for Before {}

static BEFORE: Before = Before(UnsafeCell::new(MaybeUninit::uninit()));
static MAPPING_AT: AtomicUsize = AtomicUsize::new(0);

/// Has the process survive when a mapping of ours loses its file: other memory takes its place.
///
/// Only where SIGBUS has a handler already, as in every Rust program once `main` has begun: what sets one up without asking
/// expects the default, and what is left to the default dies as before. Async-signal-safe.
pub(crate) fn survive_truncation(mapping_at: MappingAt) {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.load(Acquire) {
        return;
    }
    let mut before = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: sigaction fills the structure when it succeeds.
    let before = unsafe {
        if libc::sigaction(libc::SIGBUS, null_mut(), before.as_mut_ptr()) != 0 {
            return;
        }
        before.assume_init()
    };
    if matches!(before.sa_sigaction, libc::SIG_DFL | libc::SIG_IGN) || DONE.swap(true, AcqRel) {
        return;
    }
    MAPPING_AT.store(mapping_at as usize, Release);
    let mut ours = before;
    ours.sa_sigaction = on_bus as *const () as usize;
    ours.sa_flags |= libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: nobody else writes BEFORE; the handler is async-signal-safe and passes on what is not ours.
    unsafe {
        (*BEFORE.0.get()).write(before);
        libc::sigaction(libc::SIGBUS, &ours, null_mut());
    }
}

extern "C" fn on_bus(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel passes a valid description; BEFORE and MAPPING_AT were written before this was installed.
    unsafe {
        let mapping_at = mem::transmute::<usize, MappingAt>(MAPPING_AT.load(Acquire));
        if (*info).si_code == libc::BUS_ADRERR
            && let Some((start, len)) = mapping_at((*info).si_addr().addr())
        {
            super::with_errno(|| replace((*info).si_addr().addr(), start + len));
            return;
        }
        let before = (*BEFORE.0.get()).assume_init_ref();
        if before.sa_flags & libc::SA_SIGINFO != 0 {
            let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = mem::transmute(before.sa_sigaction);
            handler(signal, info, context);
        } else {
            let handler: extern "C" fn(c_int) = mem::transmute(before.sa_sigaction);
            handler(signal);
        }
    }
}

/// Puts zeroed memory in place of a mapping from the page of `address` on.
///
/// # Safety
/// Up to `end` there must be a mapping of ours.
unsafe fn replace(address: usize, end: usize) {
    // SAFETY: touches no memory.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    let start = address & !(page - 1);
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: promised by the caller; if it fails, the fault comes again, and there is nothing better to do.
    unsafe { libc::mmap(start as *mut c_void, end - start, protection, flags | libc::MAP_FIXED, -1, 0) };
}
