//! Reaches statements before `main`: before the runtime's own constructor, and after it. With an argument, `main` dies:
//! `fault`, or `overflow` of the stack.

use std::hint::black_box;
use std::ptr::without_provenance_mut;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use instr_runtime::instrument_source;

static CALLS: AtomicU32 = AtomicU32::new(0);

#[used]
#[unsafe(link_section = ".init_array.00050")]
static EARLY: extern "C" fn() = early;

#[used]
#[unsafe(link_section = ".init_array")]
static USUAL: extern "C" fn() = usual;

#[instrument_source]
extern "C" fn early() {
    CALLS.fetch_add(1, Relaxed); // before ours
}

#[instrument_source]
extern "C" fn usual() {
    CALLS.fetch_add(10, Relaxed); // after ours
}

#[instrument_source]
fn main() {
    println!("{}", CALLS.load(Relaxed));
    match std::env::args().nth(1).as_deref() {
        // SAFETY: none; this is to die.
        Some("fault") => unsafe { without_provenance_mut::<u32>(0x50).write_volatile(1) }, // guilty
        Some(_) => println!("{}", deeper(0)),
        None => {}
    }
}

#[instrument_source]
fn deeper(depth: u64) -> u64 {
    if depth == u64::MAX { 0 } else { black_box(depth) + deeper(depth + 1) }
}
