use instr_runtime::instrument_source;

#[instrument_source]
type Number = u32;

fn main() {}
