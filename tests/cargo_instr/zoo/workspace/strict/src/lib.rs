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

/// As C calls it.
#[derive(Debug)]
pub struct Action {
    /// What runs when a signal comes.
    pub sa_sigaction: fn(i32),
}

/// Who instruments the whole crate cannot mark its handlers, and is not warned of them.
#[must_use]
pub fn action() -> Action {
    fn handler(_: i32) {}
    Action { sa_sigaction: handler }
}
