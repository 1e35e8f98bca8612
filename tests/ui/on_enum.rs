use instr_runtime::instrument_source;

#[instrument_source]
enum Side {
    Left,
}

fn main() {}
