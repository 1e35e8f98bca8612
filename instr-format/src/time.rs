//! Points in time as text: `2026-11-22T14:00:00.123456789Z`.

use crate::number::{pair, parse_decimal};

/// Length of a point in time as text.
pub const TIMESTAMP_LEN: usize = 30;

const NS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: u64 = 86_400;
const DAYS_PER_ERA: u64 = 146_097;
/// Days from 0000-03-01, where the eras begin, to 1970-01-01.
const EPOCH: u64 = 719_468;

/// UTC text of `unix_ns`, nanoseconds since 1970. Async-signal-safe.
#[inline]
pub fn format_timestamp(unix_ns: u64) -> [u8; TIMESTAMP_LEN] {
    let (seconds, ns) = (unix_ns / NS_PER_SECOND, unix_ns % NS_PER_SECOND);
    let (days, second) = (seconds / SECONDS_PER_DAY, seconds % SECONDS_PER_DAY);
    let (year, month, day) = civil(days);
    let mut text = *b"0000-00-00T00:00:00.000000000Z";
    let mut put = |at: usize, value: u64| [text[at], text[at + 1]] = pair(value);
    put(0, year / 100);
    put(2, year);
    put(5, month);
    put(8, day);
    put(11, second / 3600);
    put(14, second / 60 % 60);
    put(17, second % 60);
    put(20, ns / 10_000_000);
    put(22, ns / 100_000);
    put(24, ns / 1_000);
    put(26, ns / 10);
    text[28] = b'0' + (ns % 10) as u8;
    text
}

/// Nanoseconds since 1970 of a text that [`format_timestamp`] makes.
pub fn parse_timestamp(text: &[u8]) -> Option<u64> {
    if text.len() != TIMESTAMP_LEN {
        return None;
    }
    for (at, expected) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (29, b'Z')] {
        if text[at] != expected {
            return None;
        }
    }
    let number = |from: usize, to: usize| parse_decimal(&text[from..to]);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second, ns) = (number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 29)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59
    {
        return None;
    }
    let days = days_from_civil(year, month, day);
    if civil(days) != (year, month, day) {
        return None;
    }
    let seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    seconds.checked_mul(NS_PER_SECOND)?.checked_add(ns)
}

/// Year, month and day of a count of days since 1970. Years begin in March here, so that the leap day comes last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + EPOCH;
    let (era, day_of_era) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let (era, year_of_era) = (year / 400, year % 400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH
}
