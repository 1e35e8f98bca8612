use instr_runtime::instrument_source;

#[instrument_source(crate = "instr_runtime")]
fn f() {}

fn main() {}
