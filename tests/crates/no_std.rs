//! A library without the standard one.

#![no_std]

/// Sums what is above a limit.
pub fn sum(items: &[u32], limit: u32) -> Option<u32> {
    let mut sum = 0u32;
    for item in items.iter().filter(|item| **item > limit) {
        sum = sum.checked_add(*item)?;
    }
    Some(sum)
}

/// Something that can be counted.
pub trait Count {
    /// How many there are.
    fn count(&self) -> usize {
        let none = 0;
        none
    }
}

impl Count for [u32] {
    fn count(&self) -> usize {
        self.len() + { 0 }
    }
}
