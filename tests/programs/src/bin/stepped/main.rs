//! Lets the test step through probes: it stops at marks, and does in between what the test tells it in a page that both
//! share.
//!
//! Arguments: the shared file, and what is to be stepped through.

mod act;
#[path = "../../handler.rs"]
mod handler;

use std::fs::OpenOptions;
use std::os::fd::AsRawFd;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Relaxed};

use instr_runtime::instrument_source;

/// Laid out as the test expects it.
#[repr(C)]
struct Page {
    /// How many statements are reached before the act.
    fill: AtomicU64,
    /// How many a handler reaches.
    each: AtomicU64,
    filled: AtomicU64,
    acts: AtomicU64,
    handled: AtomicU64,
    nested: AtomicU64,
}

/// Asks the test for numbers.
const ASKS: u64 = 1;
/// The act comes next.
const ACTS: u64 = 2;
/// A handler has reached its statements, and is about to return.
const HANDLED: u64 = 3;

static PAGE: AtomicPtr<Page> = AtomicPtr::new(null_mut());

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments.next().expect("the shared file");
    let act = arguments.next().and_then(|name| act::find(name.to_str()?)).expect("an act");
    let page = map(&OpenOptions::new().read(true).write(true).open(path).expect("the shared file"));
    PAGE.store(page, Relaxed);
    handler::put(libc::SIGUSR1, first, 0);
    handler::put(libc::SIGUSR2, second, 0);
    loop {
        mark(ASKS);
        let fill = shared().fill.load(Relaxed);
        for _ in 0..fill {
            filled();
        }
        shared().filled.fetch_add(fill, Relaxed);
        mark(ACTS);
        act();
        shared().acts.fetch_add(1, Relaxed);
    }
}

#[instrument_source]
fn filled() {
    std::hint::black_box(0); // filled
}

extern "C" fn first(_: i32) {
    let each = shared().each.load(Relaxed);
    for _ in 0..each {
        handled();
    }
    shared().handled.fetch_add(each, Relaxed);
    mark(HANDLED);
}

#[instrument_source]
fn handled() {
    std::hint::black_box(1); // handled
}

/// Interrupts the first, too.
extern "C" fn second(_: i32) {
    nested();
    shared().nested.fetch_add(1, Relaxed);
    mark(HANDLED);
}

#[instrument_source]
fn nested() {
    std::hint::black_box(2); // nested
}

/// Stops for the test, which finds the number in the first argument's register.
fn mark(number: u64) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the test that traces this process goes on behind the instruction.
    unsafe {
        std::arch::asm!("int3", in("rdi") number, options(nostack, preserves_flags));
    }
    #[cfg(not(target_arch = "x86_64"))]
    unimplemented!("mark {number}");
}

fn shared() -> &'static Page {
    // SAFETY: set before the first use, and never unmapped.
    unsafe { &*PAGE.load(Relaxed) }
}

fn map(file: &std::fs::File) -> *mut Page {
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping of a file that is large enough; the page is valid in any state.
    let page = unsafe { libc::mmap(null_mut(), size_of::<Page>(), protection, libc::MAP_SHARED, file.as_raw_fd(), 0) };
    assert_ne!(page, libc::MAP_FAILED);
    page.cast()
}
