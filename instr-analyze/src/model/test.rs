//! The program's tests, as libtest judges how they end.

use instr_format::names::THREAD_NAME_MAX;
use instr_format::test::Test as Word;

use super::panics::Panic;
use super::sites::Sites;
use super::statement::{Statement, unescaped};

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

/// What is known of the test that a thread ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Its whole name, as libtest gives it.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a test ended, as far as a panic tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It panicked, and should not have.
    Failed,
    /// It panicked, as it should.
    PanickedAsExpected,
    /// It did not panic.
    Unknown,
}

/// The test that a thread ran: libtest names each thread after its test. `whole` is that name where it is known in full;
/// the kernel keeps the beginning of it.
pub fn tested(
    sites: &Sites,
    (name, whole): (&str, Option<&str>),
    last: Option<&Statement>,
    panic: Option<&Panic>,
) -> Option<Tested> {
    let is_whole = |name: &&str| name.len() != THREAD_NAME_MAX;
    let whole = whole.into_iter().chain([name]).find(is_whole);
    let mut named = sites.tests().filter(|(path, _)| match whole {
        Some(whole) => without_crate(path) == whole,
        None => without_crate(path).starts_with(name) && !name.is_empty(),
    });
    let (path, test) = match (named.next(), named.next()) {
        (Some(found), None) => found,
        // Several tests begin alike: the statement tells if it is in one of them.
        (Some(_), Some(_)) => {
            let function = last?.path();
            let function = function.split("::{{closure}}").next()?;
            sites.tests().find(|(path, _)| *path == function && without_crate(path).starts_with(name))?
        }
        (None, _) => return None,
    };
    let outcome = match panic {
        None => Outcome::Unknown,
        Some(panic) if test.expects(panic.message.as_deref()) => Outcome::PanickedAsExpected,
        Some(_) => Outcome::Failed,
    };
    Some(Tested { name: without_crate(path).to_owned(), outcome })
}

/// A test's name for libtest, which leaves out the crate's.
fn without_crate(path: &str) -> &str {
    path.split_once("::").map_or(path, |(_, rest)| rest)
}
