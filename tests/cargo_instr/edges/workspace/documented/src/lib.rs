//! A library with a doc test.
#![deny(missing_docs, rust_2018_idioms, unused_crate_dependencies, unused_extern_crates)]

/// Four times as much.
///
/// ```
/// assert_eq!(documented::quadruple(2), 8);
/// ```
pub fn quadruple(number: u64) -> u64 {
    shared::double(shared::double(number))
}
// The last line is a comment, and ends without a line's end.