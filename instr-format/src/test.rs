//! The word of a test in the site text: how it is meant to end.

use core::fmt;

use crate::escape::Escaped;

const TEST: &str = "test";
const SHOULD_PANIC: &str = "should_panic";

/// How a test is meant to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test<'a> {
    /// Without a panic.
    Returns,
    /// With a panic, whatever it says.
    Panics,
    /// With a panic whose message contains this; escaped in what was decoded.
    PanicsWith(&'a [u8]),
}

impl<'a> Test<'a> {
    pub(crate) fn decode(word: &'a [u8]) -> Option<Self> {
        match word.strip_prefix(SHOULD_PANIC.as_bytes()) {
            Some([]) => Some(Test::Panics),
            Some([b'=', expected @ ..]) => Some(Test::PanicsWith(expected)),
            _ => (word == TEST.as_bytes()).then_some(Test::Returns),
        }
    }
}

impl fmt::Display for Test<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Test::Returns => f.write_str(TEST),
            Test::Panics => f.write_str(SHOULD_PANIC),
            Test::PanicsWith(expected) => write!(f, "{SHOULD_PANIC}={}", Escaped(expected)),
        }
    }
}
