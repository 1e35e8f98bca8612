//! Threads whose first statement is in a signal handler: the library's that the argument names, or without one this
//! program's own. Says how many bytes of memory the handlers have taken from the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::thread;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use instr_runtime::instrument_source;

static IN_HANDLER: AtomicBool = AtomicBool::new(false);

struct Trap;

#[global_allocator]
static ALLOCATOR: Trap = Trap;

// SAFETY: the system's, or the end.
unsafe impl GlobalAlloc for Trap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if IN_HANDLER.load(Relaxed) {
            std::process::abort();
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
}

fn main() {
    let handler = match std::env::args().nth(1) {
        Some(path) => function(path),
        None => handle as extern "C" fn(i32) as usize,
    };
    // SAFETY: the handler takes the number, or nothing.
    unsafe {
        let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        action.sa_sigaction = handler;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, null_mut()), 0);
    }
    let spawn = |n| thread::Builder::new().name(format!("thread-{n}")).spawn(interrupted).expect("threads can be had");
    let taken: usize = (0..8).map(|n| spawn(n).join().expect("no panic")).sum();
    println!("{taken}");
}

/// Not instrumented.
fn interrupted() -> usize {
    let before = allocated();
    IN_HANDLER.store(true, Relaxed);
    // SAFETY: touches no memory.
    unsafe { libc::raise(libc::SIGUSR1) };
    IN_HANDLER.store(false, Relaxed);
    allocated() - before
}

/// How much malloc has given away, in all its arenas.
fn allocated() -> usize {
    // SAFETY: touches no memory of ours.
    unsafe { libc::mallinfo2().uordblks }
}

#[instrument_source]
extern "C" fn handle(_: i32) {
    std::hint::black_box(7); // called
}

fn function(path: String) -> usize {
    let path = CString::new(path).expect("no NUL");
    // SAFETY: the library does nothing else when it is loaded.
    let function = unsafe { libc::dlsym(libc::dlopen(path.as_ptr(), libc::RTLD_NOW), c"plugin_call".as_ptr()) };
    assert!(!function.is_null());
    function as usize
}
