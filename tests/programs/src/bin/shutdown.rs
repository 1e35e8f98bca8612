//! Calls the functions that the runtime offers to programs.

use instr_runtime::instrument_source;

#[instrument_source]
fn main() {
    instr_runtime::init();
    println!("before"); // recorded
    instr_runtime::flush();
    instr_runtime::shutdown();
    println!("after"); // not recorded
}
