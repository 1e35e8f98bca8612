use instr_runtime::instrument_source;

#[instrument_source("function")]
fn f() {}

fn main() {}
