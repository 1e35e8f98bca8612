//! The runtime under another name, given as an argument.

mod inner {
    pub use recorder as nested;

    #[recorder::instrument_source(crate = crate::inner::nested)]
    pub fn one() -> u32 {
        let one = { 1 } + 0;
        one
    }
}

#[recorder::signal_handler(crate = crate::inner::nested)]
extern "C" fn handler(_: i32) {}

#[recorder::instrument_source(crate = recorder)]
fn main() {
    handler(1);
    println!("{}", inner::one());
}
