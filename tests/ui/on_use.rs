use instr_runtime::instrument_source;

#[instrument_source]
pub use std::fmt;

fn main() {}
