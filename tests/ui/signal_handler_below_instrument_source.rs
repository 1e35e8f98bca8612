use instr_runtime::{instrument_source, signal_handler};

#[instrument_source]
#[signal_handler]
fn f() {}

fn main() {}
