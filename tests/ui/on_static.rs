use instr_runtime::instrument_source;

#[instrument_source]
static LIMIT: u32 = 1;

fn main() {}
