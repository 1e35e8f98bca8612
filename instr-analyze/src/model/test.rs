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
    /// Its whole name, as libtest gives it; or the beginning of it and `…`, where it may be one of several.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

impl Tested {
    /// Whether its name is known in full.
    pub(crate) fn is_whole(&self) -> bool {
        !self.name.ends_with('…')
    }
}

/// How a test ended, as far as a panic tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It panicked and should not have, or the other way round.
    Failed,
    /// It panicked, as it should.
    PanickedAsExpected,
    /// Nothing that a panic tells: what it returned may be an error.
    Unknown,
}

/// How a test's function ended.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// It may run still, or nobody knows.
    Unknown,
    /// It has returned.
    Returned,
    /// In a panic, with what is recorded of that: nothing where many others came behind it.
    Panicked(Option<&'a Panic>),
}

/// The test that a thread ran: libtest names each thread after its test. `whole` is that name where it is known in full;
/// the kernel keeps the beginning of it. Where several tests begin alike, `statements` of the thread tell which it was.
pub fn tested<'a>(
    sites: &Sites,
    (name, whole): (&str, Option<&str>),
    statements: impl IntoIterator<Item = &'a Statement>,
    ended: Ended<'_>,
) -> Option<Tested> {
    let whole = whole.into_iter().chain([name]).find(|name| !is_cut(name));
    // What is left of a character that was cut is none.
    let beginning = whole.unwrap_or(name).trim_end_matches('\u{fffd}');
    if beginning.is_empty() {
        return None;
    }
    let mut named = sites.tests_named(beginning).filter(|(name, _)| whole.is_none_or(|whole| *name == whole));
    let (found, test) = named.next()?;
    if named.next().is_none() {
        return Some(Tested { name: found.to_owned(), outcome: outcome(test, ended) });
    }
    let run = statements.into_iter().find_map(|statement| of_statement(sites, statement, beginning));
    let (name, outcome) = match run {
        Some((name, test)) => (name, outcome(test, ended)),
        None => (format!("{beginning}…"), outcome_of_all(sites.tests_named(beginning).map(|(_, test)| test), ended)),
    };
    Some(Tested { name, outcome })
}

/// Whether the kernel may have cut the name.
fn is_cut(name: &str) -> bool {
    name.len() == THREAD_NAME_MAX || name.ends_with('\u{fffd}')
}

/// The test that the statement is in, if its name begins like this.
fn of_statement<'a>(sites: &'a Sites, statement: &Statement, beginning: &str) -> Option<(String, &'a Test)> {
    let path = statement.path();
    let function = path.split("::{{closure}}").next()?;
    let name = name_of_test(function);
    sites.test(function).filter(|_| name.starts_with(beginning)).map(|test| (name.to_owned(), test))
}

fn outcome(test: &Test, ended: Ended<'_>) -> Outcome {
    match (ended, &test.should_panic) {
        (Ended::Unknown, _) | (Ended::Returned, None) => Outcome::Unknown,
        (Ended::Returned, Some(_)) | (Ended::Panicked(_), None) => Outcome::Failed,
        (Ended::Panicked(Some(panic)), _) if test.expects(panic.message.as_deref()) => Outcome::PanickedAsExpected,
        // What was not kept of the message may have what is expected.
        (Ended::Panicked(Some(panic)), _) if panic.kept_bytes < panic.message_bytes => Outcome::Unknown,
        (Ended::Panicked(Some(_)), _) => Outcome::Failed,
        (Ended::Panicked(None), Some(ShouldPanic { expected: Some(_) })) => Outcome::Unknown,
        (Ended::Panicked(_), Some(_)) => Outcome::PanickedAsExpected,
    }
}

/// How one of these tests ended, if that is the same whichever it was.
fn outcome_of_all<'a>(tests: impl Iterator<Item = &'a Test>, ended: Ended<'_>) -> Outcome {
    let mut outcomes = tests.map(|test| outcome(test, ended));
    let first = outcomes.next().unwrap_or(Outcome::Unknown);
    if outcomes.all(|outcome| outcome == first) { first } else { Outcome::Unknown }
}

/// A test's name for libtest, which leaves out the crate's.
pub(crate) fn name_of_test(path: &str) -> &str {
    path.split_once("::").map_or(path, |(_, rest)| rest)
}
