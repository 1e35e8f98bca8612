//! The program's tests, as libtest judges how they end.

use instr_format::test::Test as Word;

use super::statement::unescaped;

/// A test of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// `None`: it is to return, and fails when it panics.
    pub should_panic: Option<ShouldPanic>,
}

/// The `#[should_panic]` of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShouldPanic {
    /// What the message is to contain, if anything.
    pub expected: Option<String>,
}

impl Test {
    pub(crate) fn new(test: Word<'_>) -> Self {
        let should_panic = match test {
            Word::Returns => None,
            Word::Panics => Some(ShouldPanic { expected: None }),
            Word::PanicsWith(text) => Some(ShouldPanic { expected: Some(unescaped(text)) }),
        };
        Test { should_panic }
    }

    /// Whether the test passes when it ends in a panic with this message; `None`: the panic had no text.
    pub fn expects(&self, message: Option<&str>) -> bool {
        match &self.should_panic {
            None => false,
            Some(ShouldPanic { expected: None }) => true,
            Some(ShouldPanic { expected: Some(text) }) => message.is_some_and(|message| message.contains(text)),
        }
    }
}
