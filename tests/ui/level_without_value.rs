use instr_runtime::instrument_source;

#[instrument_source(level)]
fn f() {}

fn main() {}
