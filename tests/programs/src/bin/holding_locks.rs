//! Crashes while its thread holds a lock: `heap` in the allocator, which whoever allocates then waits for for ever; `loader` in
//! the constructor of the library that its second argument names.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

use instr_runtime::instrument_source;

struct Heap;

static IS_LOCKED: AtomicBool = AtomicBool::new(false);
static IS_DEADLY: AtomicBool = AtomicBool::new(false);

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: all is the system's.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        while IS_LOCKED.swap(true, Acquire) {
            std::hint::spin_loop();
        }
        if IS_DEADLY.load(Relaxed) {
            // SAFETY: none; this is to be the end.
            unsafe { std::ptr::without_provenance_mut::<u8>(64).write_volatile(1) };
        }
        // SAFETY: as the caller's.
        let memory = unsafe { System.alloc(layout) };
        IS_LOCKED.store(false, Release);
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller's.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[instrument_source]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let way = arguments.next().unwrap_or_default();
    let library = arguments.next().and_then(|path| CString::new(path).ok()).unwrap_or_default();
    match way.as_str() {
        "heap" => {
            IS_DEADLY.store(true, Relaxed);
            drop(Box::new(library)); // heap
        }
        "loader" => {
            // SAFETY: none; its constructor faults.
            unsafe {
                libc::dlopen(library.as_ptr(), libc::RTLD_NOW); // loader
            }
        }
        other => panic!("unknown way: {other:?}"),
    }
}
