use instr_runtime::instrument_source;

#[instrument_source(level = "block", level = "function")]
fn f() {}

fn main() {}
