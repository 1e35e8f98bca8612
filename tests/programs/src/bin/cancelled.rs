//! Cancels threads: one that passes no cancellation point of its own, and runs to its end; and one that may be cancelled at
//! any instant where nothing is instrumented, and is.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut, without_provenance_mut};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use instr_runtime::instrument_source;

static STARTED: AtomicBool = AtomicBool::new(false);
static CANCELLED: AtomicBool = AtomicBool::new(false);
const TURNS: usize = 1000;

#[instrument_source]
extern "C" fn work(_: *mut c_void) -> *mut c_void {
    STARTED.store(true, Relaxed);
    while !CANCELLED.load(Relaxed) {
        std::hint::spin_loop();
    }
    let mut turns = 0;
    while turns < TURNS {
        turns += 1; // turn
    }
    without_provenance_mut(turns)
}

/// Not instrumented: Rust has threads cancelled at any instant only where nothing is to be dropped.
extern "C" fn wait(_: *mut c_void) -> *mut c_void {
    unsafe extern "C" {
        fn pthread_setcanceltype(kind: i32, before: *mut i32) -> i32;
    }
    work(null_mut());
    // SAFETY: nothing is to be dropped.
    unsafe { pthread_setcanceltype(1, null_mut()) };
    loop {
        std::hint::spin_loop();
    }
}

fn main() {
    for work in [work, wait] {
        println!("{}", cancel(work).cast_signed());
    }
}

/// What the thread returned, or -1.
fn cancel(work: extern "C" fn(*mut c_void) -> *mut c_void) -> usize {
    let mut thread = MaybeUninit::uninit();
    let mut result = null_mut();
    STARTED.store(false, Relaxed);
    CANCELLED.store(false, Relaxed);
    // SAFETY: the thread is joined before anything that it uses goes away.
    unsafe {
        assert_eq!(libc::pthread_create(thread.as_mut_ptr(), null(), work, null_mut()), 0);
        let thread = thread.assume_init();
        while !STARTED.load(Relaxed) {
            std::hint::spin_loop();
        }
        assert_eq!(libc::pthread_cancel(thread), 0);
        CANCELLED.store(true, Relaxed);
        assert_eq!(libc::pthread_join(thread, &mut result), 0);
    }
    result.addr()
}
