//! Compiles, so that a test which expects a mistake here fails.

#[instr_runtime::instrument_source]
fn main() {
    let _answer = 42;
}
