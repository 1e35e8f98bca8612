//! What may be written for a variable or a key: one check, whoever reads it and wherever it stands.

use core::fmt;

use crate::filter::{BadSelector, Selectors};
use crate::number::parse_decimal;
use crate::pattern::{BadPattern, Patterns};

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// `on` or `off`, and what else [`switch`] reads.
    Switch,
    /// The same, or one of these words.
    SwitchOr(&'static [&'static str]),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number of bytes, at least this many, as [`bytes`] reads it.
    Size(u64),
    /// A whole number, at least this one.
    Number(u64),
    /// A comma list of globs, see [`crate::pattern`].
    Globs,
    /// A comma list of selectors, see [`crate::filter::Selectors`].
    Selectors,
    /// A regular expression. Whoever has the means checks it.
    Regex,
    /// A comma list of words.
    List,
    /// Any text.
    Text,
}

/// Why a text is no such value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong<'a> {
    /// It is something else than this.
    Expected(Value),
    /// This pattern of it is none.
    Pattern(BadPattern<'a>),
    /// This selector of it is none.
    Selector(BadSelector<'a>),
}

impl Value {
    /// Checks a text, in which space at both ends does not count.
    ///
    /// # Errors
    /// When it is no such value.
    pub fn check(self, text: &str) -> Result<(), Wrong<'_>> {
        let trimmed = text.trim();
        let is_right = match self {
            Value::Switch => switch(text).is_some(),
            Value::SwitchOr(words) => switch(text).is_some() || Value::Word(words).check(text).is_ok(),
            Value::Word(words) => words.iter().any(|word| word.eq_ignore_ascii_case(trimmed)),
            Value::Size(least) => bytes(text).is_some_and(|bytes| bytes >= least),
            Value::Number(least) => parse_decimal(trimmed.as_bytes()).is_some_and(|number| number >= least),
            Value::Globs => return Patterns::new(text).map(|_| ()).map_err(Wrong::Pattern),
            Value::Selectors => {
                return Selectors::errors(text).next().map_or(Ok(()), |error| Err(Wrong::Selector(error)));
            }
            Value::Regex | Value::List | Value::Text => true,
        };
        if is_right { Ok(()) } else { Err(Wrong::Expected(self)) }
    }

    /// Whether it is a list, which `instr.toml` may also have as an array.
    pub fn is_list(self) -> bool {
        matches!(self, Value::Globs | Value::Selectors | Value::List)
    }
}

/// `1`, `true`, `on` and `yes`; `0`, `false`, `off` and `no`.
pub fn switch(text: &str) -> Option<bool> {
    let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    match () {
        () if is_one_of(["0", "false", "off", "no"]) => Some(false),
        () if is_one_of(["1", "true", "on", "yes"]) => Some(true),
        () => None,
    }
}

/// `4096`, `64K`, `1M` or `2G`.
pub fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..)? {
        "" => 1,
        "K" | "k" => 1 << 10,
        "M" | "m" => 1 << 20,
        "G" | "g" => 1 << 30,
        _ => return None,
    };
    parse_decimal(digits.as_bytes())?.checked_mul(unit)
}

/// What is expected.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Switch => f.write_str("`on` or `off`"),
            Value::SwitchOr(words) => write!(f, "{}, or {}", Value::Switch, Alternatives(words)),
            Value::Word(words) => Alternatives(words).fmt(f),
            Value::Size(0) => f.write_str("a size, such as 16M"),
            Value::Size(least) => write!(f, "a size from {}K on, such as 16M", least >> 10),
            Value::Number(0) => f.write_str("a number"),
            Value::Number(least) => write!(f, "a number from {least} on"),
            Value::Globs => f.write_str("a comma list of globs, or an array of them"),
            Value::Selectors => f.write_str("a comma list of selectors, or an array of them"),
            Value::Regex => f.write_str("a regular expression"),
            Value::List => f.write_str("a comma list, or an array of strings"),
            Value::Text => f.write_str("a string"),
        }
    }
}

/// Words to choose from: "`write`, `ring` or `count`".
#[derive(Debug, Clone, Copy)]
pub struct Alternatives<'a>(pub &'a [&'a str]);

impl fmt::Display for Alternatives<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, word) in self.0.iter().enumerate() {
            let before = match number {
                0 => "",
                number if number + 1 < self.0.len() => ", ",
                _ => " or ",
            };
            write!(f, "{before}`{word}`")?;
        }
        Ok(())
    }
}

impl fmt::Display for Wrong<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Expected(value) => write!(f, "expected {value}"),
            Wrong::Pattern(error) => error.fmt(f),
            Wrong::Selector(error) => error.fmt(f),
        }
    }
}
