use instr_runtime::instrument_source;

#[instrument_source(level = "function", vars(a, b))]
fn f(a: u8, b: u8) -> u8 {
    a + b
}

fn main() {
    f(1, 2);
}
