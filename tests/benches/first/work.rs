//! The statement.

use std::hint::black_box;

/// One statement.
#[inline(never)]
pub fn step() {
    black_box(1);
}
