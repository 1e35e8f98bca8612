//! Threads that crash. `argv`: `together`, eight at once; `overflow`, one of C's that uses up its stack.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::Barrier;
use std::thread;

use instr_runtime::instrument_source;

const THREADS: usize = 8;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("together") => {
            let barrier = Barrier::new(THREADS);
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| crash(&barrier));
                }
            });
        }
        Some("overflow") => {
            begin();
            let mut thread = MaybeUninit::uninit();
            // SAFETY: the function takes no argument and is there as long as the process.
            unsafe {
                libc::pthread_create(thread.as_mut_ptr(), null(), overflow, null_mut());
                libc::pthread_join(thread.assume_init(), null_mut());
            }
        }
        other => panic!("unknown way: {other:?}"),
    }
}

#[instrument_source]
fn crash(barrier: &Barrier) {
    barrier.wait();
    let nowhere = black_box(null_mut::<u8>());
    // SAFETY: none, that is the purpose.
    unsafe {
        std::arch::asm!("mov byte ptr [{0}], 1", in(reg) nowhere); // guilty: together
    }
}

#[instrument_source]
fn begin() {
    black_box(1);
}

extern "C" fn overflow(_: *mut libc::c_void) -> *mut libc::c_void {
    black_box(deeper(0));
    null_mut()
}

#[instrument_source]
fn deeper(depth: u64) -> u64 {
    if depth == u64::MAX {
        return 0;
    }
    let room = black_box([depth; 64]);
    deeper(depth + 1) + room[0]
}
