//! Reaches statements before `main`: before the runtime's own constructor, and after it.

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
}
