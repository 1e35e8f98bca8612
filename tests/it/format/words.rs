//! Escapes, numbers and points in time.

use instr_format::escape::{Escaped, Printable, unescape};
use instr_format::number::{Decimal, parse_decimal};
use instr_format::time::{format_timestamp, parse_timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{text, unescaped};

proptest! {
    #[test]
    fn escaped_bytes_come_back(bytes in vec(any::<u8>(), 0..200)) {
        let escaped = Escaped(&bytes).to_string();
        prop_assert!(!escaped.chars().any(|c| c.is_whitespace() || c.is_control()), "{escaped:?}");
        prop_assert_eq!(unescaped(escaped.as_bytes()), bytes);
    }

    #[test]
    fn printable_text_holds_nothing_that_a_terminal_obeys(text in text(60)) {
        let printable = Printable(text.as_bytes()).to_string();
        let obeyed = |c: char| c.is_control() || c == '\u{202e}' || (c.is_whitespace() && c != ' ');
        prop_assert!(!printable.chars().any(obeyed));
    }

    #[test]
    fn unescaping_ends_whatever_it_is_given(bytes in vec(select(b"\\xns4fg \xff".to_vec()), 0..40)) {
        prop_assert!(unescape(&bytes).count() <= bytes.len());
    }

    #[test]
    fn numbers_come_back(value in any::<u64>()) {
        let decimal = Decimal::new(value);
        prop_assert_eq!(decimal.as_bytes().to_vec(), value.to_string().into_bytes());
        prop_assert_eq!(parse_decimal(decimal.as_bytes()), Some(value));
    }

    #[test]
    fn only_numbers_in_range_are_numbers(text in "[0-9+ -]{0,24}") {
        let expected = if text.starts_with('+') { None } else { text.parse().ok() };
        prop_assert_eq!(parse_decimal(text.as_bytes()), expected);
    }

    #[test]
    fn points_in_time_come_back(unix_ns in any::<u64>()) {
        prop_assert_eq!(parse_timestamp(&format_timestamp(unix_ns)), Some(unix_ns));
    }

    #[test]
    fn what_is_read_as_a_point_in_time_is_written_so(text in "[0-9]{4}-[0-9]{2}-[0-3][0-9]T[0-2][0-9]:[0-9]{2}:[0-9]{2}\\.[0-9]{9}Z") {
        if let Some(unix_ns) = parse_timestamp(text.as_bytes()) {
            prop_assert_eq!(format_timestamp(unix_ns).to_vec(), text.into_bytes());
        }
    }
}

#[test]
fn known_points_in_time() {
    let known = [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (951_782_399_999_999_999, "2000-02-28T23:59:59.999999999Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
        (1_795_356_000_123_456_789, "2026-11-22T14:00:00.123456789Z"),
        (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
        (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
    ];
    for (unix_ns, text) in known {
        assert_eq!(std::str::from_utf8(&format_timestamp(unix_ns)), Ok(text));
        assert_eq!(parse_timestamp(text.as_bytes()), Some(unix_ns));
    }
}

#[test]
fn points_in_time_that_are_none() {
    for text in [
        "2026-02-29T00:00:00.000000000Z",
        "2100-02-29T00:00:00.000000000Z",
        "2026-13-01T00:00:00.000000000Z",
        "2026-00-01T00:00:00.000000000Z",
        "2026-01-00T00:00:00.000000000Z",
        "2026-01-01T24:00:00.000000000Z",
        "2026-01-01T00:60:00.000000000Z",
        "2026-01-01T00:00:60.000000000Z",
        "1969-12-31T23:59:59.999999999Z",
        "2554-07-21T23:34:33.709551616Z",
        "9999-12-31T23:59:59.999999999Z",
        "2026-01-01T00:00:00.000000000z",
        "2026-01-01T00:00:00.00000000Z",
        "",
    ] {
        assert_eq!(parse_timestamp(text.as_bytes()), None, "{text}");
    }
}
