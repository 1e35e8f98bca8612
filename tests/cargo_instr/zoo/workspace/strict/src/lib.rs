//! As strict as can be.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, unused_results, clippy::all)]
#![deny(rust_2018_idioms, elided_lifetimes_in_paths, single_use_lifetimes, unused_lifetimes, let_underscore_drop)]

/// A half.
#[must_use]
pub fn half(number: u32) -> u32 {
    let half = number / 2;
    half
}
