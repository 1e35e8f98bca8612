//! A library that a program loads, calls and unloads.

use instr_runtime::instrument_source;

/// Reaches one statement.
#[unsafe(no_mangle)]
#[instrument_source]
pub extern "C" fn plugin_call() {
    std::hint::black_box(7); // called
}

/// Dies.
#[unsafe(no_mangle)]
#[instrument_source]
pub extern "C" fn plugin_die() {
    // SAFETY: none; this is to be the end.
    unsafe {
        std::ptr::without_provenance_mut::<u8>(64).write_volatile(1); // dies
    }
}

/// Panics, which aborts.
#[unsafe(no_mangle)]
#[instrument_source]
pub extern "C" fn plugin_panic() {
    panic!("the end of the process"); // panics
}
