//! Lengths of time for people.

use std::fmt;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Nanoseconds that display in the unit that suits them: `12.3 ms`, `4 min 7 s`.
pub(crate) struct Duration(pub(crate) u64);

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ns @ DAY.. => write!(f, "{} days {} h", ns / DAY, ns % DAY / HOUR),
            ns @ HOUR.. => write!(f, "{} h {} min", ns / HOUR, ns % HOUR / MINUTE),
            ns @ MINUTE.. => write!(f, "{} min {} s", ns / MINUTE, ns % MINUTE / SECOND),
            ns => {
                let units = [(SECOND, "s"), (1_000_000, "ms"), (1_000, "µs")];
                match units.into_iter().find(|(size, _)| ns >= *size) {
                    Some((size, unit)) => write!(f, "{}.{} {unit}", ns / size, ns % size / (size / 10)),
                    None => write!(f, "{ns} ns"),
                }
            }
        }
    }
}

/// Nanoseconds since something, which display as `3 minutes ago`.
pub struct Ago(pub u64);

impl fmt::Display for Ago {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")];
        match units.into_iter().find(|(size, _)| self.0 >= *size) {
            Some((size, unit)) => {
                let count = self.0 / size;
                write!(f, "{count} {unit}{} ago", if count == 1 { "" } else { "s" })
            }
            None => f.write_str("just now"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_suit_the_length() {
        let shown = [999, 1_500, 12_345_678, 59_999_999_999, 247 * SECOND, 2 * HOUR + 3 * MINUTE, 50 * HOUR];
        let shown = shown.map(|ns| Duration(ns).to_string());
        assert_eq!(shown, ["999 ns", "1.5 µs", "12.3 ms", "59.9 s", "4 min 7 s", "2 h 3 min", "2 days 2 h"]);
        let ago = [SECOND - 1, SECOND, 119 * SECOND, 50 * HOUR].map(|ns| Ago(ns).to_string());
        assert_eq!(ago, ["just now", "1 second ago", "1 minute ago", "2 days ago"]);
    }
}
