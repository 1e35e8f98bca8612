//! Used by the program, and by what it is built with.

/// Twice as much.
pub fn double(number: u64) -> u64 {
    if number > 1_000_000 { number } else { number * 2 }
}
