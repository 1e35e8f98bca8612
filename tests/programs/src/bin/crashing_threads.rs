//! Threads that crash. `argv`: `together`, eight at once, or as many as the next argument says; `overflow`, one of C's that
//! uses up its stack; `disabled` and `replaced`, one whose stack for signal handlers the program has taken away or replaced;
//! `destructor`, one in a thread-local destructor; `exit`, none, but a thread that ends the process.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::mem::zeroed;
use std::ptr::{null, null_mut, without_provenance_mut};
use std::sync::Barrier;
use std::thread;

use instr_runtime::instrument_source;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("together") => {
            let threads = std::env::args().nth(2).map_or(8, |count| count.parse().expect("a number"));
            let barrier = Barrier::new(threads);
            thread::scope(|scope| {
                for _ in 0..threads {
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
        Some(way @ ("disabled" | "replaced")) => {
            let replaced = way == "replaced";
            _ = thread::spawn(move || {
                begin();
                take_signal_stack(replaced);
                fault();
            })
            .join();
        }
        Some("destructor") => _ = thread::spawn(|| LOCAL.with(|_| begin())).join(),
        Some("exit") => _ = thread::spawn(|| std::process::exit(7)).join(),
        other => panic!("unknown way: {other:?}"),
    }
}

struct Local;

impl Drop for Local {
    #[instrument_source]
    fn drop(&mut self) {
        fault();
    }
}

thread_local! {
    static LOCAL: Local = const { Local };
}

#[instrument_source]
fn fault() {
    // SAFETY: none, that is the purpose.
    unsafe { without_provenance_mut::<u8>(0x50).write_volatile(1) } // guilty: alone
}

/// Disables the thread's stack for signal handlers, or puts another one in its place.
fn take_signal_stack(replace: bool) {
    // SAFETY: the new stack is never freed.
    unsafe {
        let mut stack: libc::stack_t = zeroed();
        stack.ss_flags = libc::SS_DISABLE;
        if replace {
            let memory = Vec::leak(vec![0_u8; 64 << 10]);
            stack = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: memory.len() };
        }
        assert_eq!(libc::sigaltstack(&stack, null_mut()), 0);
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
