use instr_runtime::instrument_source;

#[instrument_source]
const LIMIT: u32 = 1;

fn main() {}
