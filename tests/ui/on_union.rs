use instr_runtime::instrument_source;

#[instrument_source]
union Bits {
    int: u32,
}

fn main() {}
