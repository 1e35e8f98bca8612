//! The runtime under another name, with its own given back.

extern crate recorder as instr_runtime;

mod inner {
    #[instr_runtime::instrument_source]
    pub fn one() -> u32 {
        let one = { 1 } + 0;
        one
    }
}

#[instr_runtime::instrument_source]
fn main() {
    println!("{}", inner::one());
}
