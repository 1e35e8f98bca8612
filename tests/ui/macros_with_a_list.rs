use instr_runtime::instrument_source;

#[instrument_source(macros("invocations"))]
fn f() {}

fn main() {}
