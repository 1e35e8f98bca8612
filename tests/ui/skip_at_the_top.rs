use instr_runtime::instrument_source;

#[instrument_source(skip)]
fn f() {}

fn main() {}
