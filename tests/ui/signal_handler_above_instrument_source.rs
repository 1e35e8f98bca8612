use instr_runtime::{instrument_source, signal_handler};

#[signal_handler]
#[instrument_source]
fn f() {}

fn main() {}
