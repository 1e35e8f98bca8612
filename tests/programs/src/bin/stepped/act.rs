//! What is stepped through, in a file of its own, which a filter can leave out.

use std::hint::black_box;

use instr_runtime::instrument_source;

pub(crate) fn find(name: &str) -> Option<fn()> {
    match name {
        "one" => Some(one),
        "parts" => Some(parts),
        _ => None,
    }
}

/// Enters, reaches a statement, and leaves.
#[instrument_source]
fn one() {
    black_box(3); // one
}

/// Calls, blocks within a statement, and what comes after them.
#[instrument_source]
fn parts() {
    let sum = two(1) + if black_box(true) { two(2) } else { 3 };
    black_box(sum); // parts
}

#[instrument_source]
fn two(number: u32) -> u32 {
    black_box(number)
}
