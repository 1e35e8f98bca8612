use instr_runtime::instrument_source;

#[instrument_source(level = "line")]
fn f() {}

fn main() {}
