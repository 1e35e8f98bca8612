//! Has a global allocator that is instrumented itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use instr_runtime::instrument_source;

struct Counting;

static CALLS: AtomicU64 = AtomicU64::new(0);

#[instrument_source]
// SAFETY: all work is the system allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Relaxed); // called
        // SAFETY: promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: promised by the caller.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[instrument_source]
fn main() {
    let texts = thread::spawn(|| (0..100).map(|n| n.to_string()).collect::<Vec<_>>());
    println!("{}", texts.join().expect("no panic").len());
    let calls = CALLS.load(Relaxed);
    // As `eprintln!` does not allocate, these are all.
    eprintln!("{calls}");
    // SAFETY: touches no memory.
    unsafe { libc::_exit(0) };
}
