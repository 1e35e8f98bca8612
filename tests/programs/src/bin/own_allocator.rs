//! Has memory from an allocator of its own, which never takes any back, and dies in a thread as its argument says.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use instr_runtime::instrument_source;

const SIZE: usize = 4 << 20;

struct Heap {
    bytes: UnsafeCell<[u8; SIZE]>,
    taken: AtomicUsize,
}

// SAFETY: no two calls get the same bytes.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap { bytes: UnsafeCell::new([0; SIZE]), taken: AtomicUsize::new(0) };

// SAFETY: what it gives is aligned, within the heap, and given once.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let before = self.taken.fetch_add(layout.size() + layout.align(), Relaxed);
        let start = self.bytes.get().cast::<u8>().wrapping_add(before);
        let place = start.wrapping_add(start.align_offset(layout.align()));
        if before + layout.size() + layout.align() <= SIZE { place } else { null_mut() }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[instrument_source]
fn main() {
    let death = match std::env::args().nth(1).as_deref() {
        Some("fault") => fault,
        Some("panic") => panic,
        other => panic!("unknown death: {other:?}"),
    };
    let worker = thread::Builder::new().name("worker".into()).spawn(death).expect("threads can be had");
    println!("{}", worker.join().is_err());
}

#[instrument_source]
fn fault() {
    // SAFETY: none; this is to be the end.
    unsafe {
        std::ptr::without_provenance_mut::<u8>(64).write_volatile(1); // faults
    }
}

#[instrument_source]
fn panic() {
    panic!("the end of the thread"); // panics
}
