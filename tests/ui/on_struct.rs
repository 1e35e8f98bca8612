use instr_runtime::instrument_source;

#[instrument_source]
struct Point {
    x: u32,
}

fn main() {}
