//! Adds up numbers that files claim. Somebody may have made them too large for that: the sum is then the largest number.

/// The sum.
pub(crate) fn total(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().fold(0, u64::saturating_add)
}
