//! The deaths. Each has one fatal statement, which is marked. Some of these reach others on their way.

use std::ffi::c_char;
use std::hint::black_box;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::{Barrier, Mutex, MutexGuard};
use std::thread;

use instr_runtime::instrument_source;

pub(crate) fn find(name: &str) -> Option<fn()> {
    Some(match name {
        "null-dereference" => null_dereference,
        "ffi-segfault" => ffi_segfault,
        "abort" => abort,
        "panic-abort" => panic_abort,
        "panic-in-thread" => panic_in_thread,
        "stack-overflow" => || _ = stack_overflow(0),
        #[cfg(target_arch = "x86_64")]
        "integer-trap" => integer_trap,
        "sigkill-by-parent" => sigkill_by_parent,
        "underscore-exit" => underscore_exit,
        "quick-exit" => quick_exit,
        "deadlock" => deadlock,
        "exec" => exec,
        "normal-exit" => normal_exit,
        _ => return None,
    })
}

#[instrument_source]
fn null_dereference() {
    let nothing = black_box(std::ptr::null_mut::<u32>());
    // SAFETY: none; this is to die.
    unsafe {
        *nothing = 1; // guilty: null-dereference
    }
}

#[instrument_source]
fn ffi_segfault() {
    // SAFETY: none; this is to die.
    unsafe {
        libc::strlen(no_text()); // guilty: ffi-segfault
    }
}

#[instrument_source]
fn no_text() -> *const c_char {
    std::ptr::without_provenance(8)
}

#[instrument_source]
fn abort() {
    std::process::abort(); // guilty: abort
}

/// For a build with `panic = "abort"`.
#[instrument_source]
fn panic_abort() {
    panic!("the end of the process"); // guilty: panic-abort
}

#[instrument_source]
fn panic_in_thread() {
    panic!("the end of the thread"); // guilty: panic-in-thread
}

#[instrument_source]
#[expect(unconditional_recursion, reason = "this is to die")]
fn stack_overflow(depth: u64) -> u64 {
    black_box(depth) + stack_overflow(depth + 1) // guilty: stack-overflow
}

#[cfg(target_arch = "x86_64")]
#[instrument_source]
fn integer_trap() {
    // SAFETY: touches no memory. It does trap.
    unsafe {
        std::arch::asm!("div {0:e}", in(reg) 0, inout("eax") 1 => _, inout("edx") 0 => _); // guilty: integer-trap
    }
}

#[instrument_source]
fn sigkill_by_parent() {
    be_ready_and_block(); // guilty: sigkill-by-parent
}

/// Not instrumented, so that the caller's statement has begun when the test reads the word.
fn be_ready_and_block() {
    println!("ready");
    loop {
        thread::park();
    }
}

#[instrument_source]
fn underscore_exit() {
    // SAFETY: touches no memory.
    unsafe {
        libc::_exit(status()); // guilty: underscore-exit
    }
}

#[instrument_source]
fn quick_exit() {
    unsafe extern "C" {
        fn quick_exit(status: i32) -> !;
    }
    // SAFETY: the program has registered nothing that it calls.
    unsafe {
        quick_exit(status()); // guilty: quick-exit
    }
}

static LEFT: Mutex<()> = Mutex::new(());
static RIGHT: Mutex<()> = Mutex::new(());

#[instrument_source]
fn deadlock() {
    let _mine = LEFT.lock();
    thread::Builder::new().name("partner".into()).spawn(partner).expect("threads can be had");
    let _never = lock_when_both_hold(&RIGHT); // guilty: deadlock
}

#[instrument_source]
fn partner() {
    let _mine = RIGHT.lock();
    let _never = lock_when_both_hold(&LEFT); // waits: partner
}

/// Not instrumented, so that both callers' statements have begun when the test reads the word.
fn lock_when_both_hold(lock: &Mutex<()>) -> Option<MutexGuard<'_, ()>> {
    static BOTH: Barrier = Barrier::new(2);
    if BOTH.wait().is_leader() {
        println!("ready");
    }
    lock.lock().ok()
}

#[instrument_source]
fn exec() {
    let error = Command::new("/bin/true").exec(); // guilty: exec
    panic!("/bin/true: {error}");
}

#[instrument_source]
fn normal_exit() {
    std::process::exit(status()); // guilty: normal-exit
}

/// Of which the system keeps the lowest eight bits: 7.
#[instrument_source]
fn status() -> i32 {
    256 + 7
}
