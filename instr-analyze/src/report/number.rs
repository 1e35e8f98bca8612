//! Large numbers for people.

use std::fmt;

/// Displays as `41,322`.
pub(crate) struct Grouped(pub(crate) u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

/// So many calls in words: `1 call`, `41,322 calls`.
pub(crate) fn calls(number: u64) -> String {
    if number == 1 { "1 call".to_owned() } else { format!("{} calls", Grouped(number)) }
}

/// Displays as `2.6 GB`, in the unit that suits it.
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
        match units.into_iter().find(|(size, _)| self.0 >= *size) {
            Some((size, unit)) => write!(f, "{}.{} {unit}", self.0 / size, self.0 % size / (size / 10)),
            None => write!(f, "{} bytes", self.0),
        }
    }
}
