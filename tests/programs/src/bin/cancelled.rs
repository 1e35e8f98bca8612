//! Cancels a thread that passes no cancellation point of its own: it runs to its end.

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

fn main() {
    let mut thread = MaybeUninit::uninit();
    let mut result = null_mut();
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
    println!("{}", result.addr());
}
