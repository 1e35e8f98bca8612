use instr_runtime::instrument_source;

#[instrument_source(crate)]
fn f() {}

fn main() {}
