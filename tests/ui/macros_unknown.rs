use instr_runtime::instrument_source;

#[instrument_source(macros = "invocation")]
fn f() {}

fn main() {}
