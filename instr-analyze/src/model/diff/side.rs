//! One of the two sequences, of which the next steps can be looked at before they are taken.

use std::collections::VecDeque;

/// A sequence.
pub(super) struct Side<I, T> {
    steps: I,
    ahead: VecDeque<(u64, T)>,
}

impl<I: Iterator<Item = (u64, T)>, T> Side<I, T> {
    pub(super) fn new(steps: I) -> Self {
        Side { steps, ahead: VecDeque::new() }
    }

    /// The key of the step behind so many others.
    pub(super) fn key(&mut self, at: usize) -> Option<u64> {
        while self.ahead.len() <= at {
            self.ahead.push_back(self.steps.next()?);
        }
        self.ahead.get(at).map(|(key, _)| *key)
    }
}

impl<I: Iterator<Item = (u64, T)>, T> Iterator for Side<I, T> {
    type Item = (u64, T);

    fn next(&mut self) -> Option<(u64, T)> {
        self.ahead.pop_front().or_else(|| self.steps.next())
    }
}
