use instr_runtime::instrument_source;

#[instrument_source(level = function)]
fn f() {}

fn main() {}
