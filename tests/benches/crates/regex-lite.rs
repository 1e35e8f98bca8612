//! Finds all matches of a few patterns in a text.

use std::fmt::Write as _;

use regex_lite::Regex;

const PATTERNS: [&str; 3] = [
    r"[a-z0-9._]+@[a-z0-9]+\.(com|org)",
    r"\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b",
    r"(?i)(error|warning): (\w+)",
];

/// What a turn makes.
pub type Output = usize;

/// What is run.
pub fn prepare() -> impl FnMut() -> Output {
    let text = text();
    let patterns = PATTERNS.map(|pattern| Regex::new(pattern).expect("a pattern"));
    move || patterns.iter().map(|pattern| pattern.captures_iter(&text).count()).sum()
}

/// Lines of a log.
fn text() -> String {
    let mut text = String::new();
    for number in 0..20_u32 {
        let level = ["info", "Warning", "ERROR", "debug"][number as usize % 4];
        let _ = writeln!(
            text,
            "10.0.{}.{number} user{number}.x@example{}.com {level}: request_{} took {} ms",
            number * 7 % 256,
            number % 5,
            number * 31,
            number * 17 % 900
        );
    }
    text
}
