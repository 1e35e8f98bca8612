use instr_runtime::instrument_source;

#[instrument_source]
unsafe extern "C" {
    fn abs(n: i32) -> i32;
}

fn main() {}
