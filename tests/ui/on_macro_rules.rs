use instr_runtime::instrument_source;

#[instrument_source]
macro_rules! nothing {
    () => {};
}

nothing!();

fn main() {}
