//! Sizes and times as people say them.

use std::time::{SystemTime, UNIX_EPOCH};

/// A size with one digit behind the point: `1.2 MB`.
pub fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

/// How long ago a moment was: `3 minutes ago`.
pub fn ago(unix_ns: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let seconds = u64::try_from(now.saturating_sub(u128::from(unix_ns)) / 1_000_000_000).unwrap_or(u64::MAX);
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    match units.into_iter().find(|(unit, _)| seconds >= *unit) {
        Some((unit, name)) => format!("{} ago", count(seconds / unit, name)),
        None => "just now".to_owned(),
    }
}

/// `1 run`, `2 runs`.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
