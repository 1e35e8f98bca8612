//! Runs code in the compiler that the program has too.

use proc_macro::TokenStream;

/// Four.
#[proc_macro]
pub fn four(_: TokenStream) -> TokenStream {
    shared::double(2).to_string().parse().expect("a number")
}
