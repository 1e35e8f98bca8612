//! The runtime under another name, given as an argument.

mod inner {
    pub use recorder as nested;

    #[recorder::instrument_source(crate = crate::inner::nested)]
    pub fn one() -> u32 {
        let one = { 1 } + 0;
        one
    }
}

#[recorder::instrument_source(crate = recorder)]
fn main() {
    println!("{}", inner::one());
}
