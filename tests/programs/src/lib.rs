//! A library that a program loads, calls and unloads.

use instr_runtime::instrument_source;

/// Reaches one statement.
#[unsafe(no_mangle)]
#[instrument_source]
pub extern "C" fn plugin_call() {
    std::hint::black_box(7); // called
}
