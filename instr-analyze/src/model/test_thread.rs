//! Threads that ran tests.

use std::collections::HashSet;

use super::panics::Panic;
use super::test::{Ended, Outcome, name_of_test};
use super::thread::{State, Thread};

impl Thread {
    /// Whether it ran a test that failed.
    pub fn has_failed_test(&self) -> bool {
        self.test.as_ref().is_some_and(|test| test.outcome == Outcome::Failed)
    }

    /// Whether it ran a test that panicked as it should.
    pub fn has_panicked_as_expected(&self) -> bool {
        self.test.as_ref().is_some_and(|test| test.outcome == Outcome::PanickedAsExpected)
    }

    /// How the test that it ran has ended, where this is its newest panic. One that was caught before has ended nothing.
    pub(crate) fn test_end<'a>(&self, newest: Option<&'a Panic>) -> Ended<'a> {
        match self.state {
            State::Panicking | State::PanickedAndEnded | State::PanickedAndLeft => Ended::Panicked(newest),
            State::Unknown if newest.is_some() => Ended::Panicked(newest),
            State::Left | State::Ended => Ended::Returned,
            State::Inside | State::Unknown | State::Continued => Ended::Unknown,
        }
    }

    /// Whether its oldest record is of its test's function.
    fn began_in_test(&self) -> bool {
        let (Some(test), Some(first)) = (&self.test, &self.first) else { return false };
        name_of_test(&first.path()) == test.name
    }
}

/// The threads that a test starts have its name until they are given another: of several, the oldest one ran the test.
pub(crate) fn leave_each_test_to_one(threads: &mut [Thread]) {
    let mut oldest_first: Vec<&mut Thread> = threads.iter_mut().filter(|thread| thread.test.is_some()).collect();
    oldest_first.sort_by_key(|thread| (!thread.began_in_test(), thread.tid));
    let mut known = HashSet::new();
    for thread in oldest_first {
        let name = thread.test.as_ref().filter(|test| test.is_whole()).map(|test| test.name.clone());
        if name.is_some_and(|name| !known.insert(name)) {
            thread.test = None;
        }
    }
}
