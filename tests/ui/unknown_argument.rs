use instr_runtime::instrument_source;

#[instrument_source(speed = 11)]
fn f() {}

fn main() {}
