//! Which source files the lines of a log are from: what a filter would leave out.

use std::collections::HashMap;

use super::record::{Record, What};
use super::statement::unescaped;

/// Bytes of log lines by the source file of their statement.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    by_file: HashMap<Vec<u8>, u64>,
}

impl Tally {
    /// Counts a line; what is not one in a log takes no room there.
    pub fn push(&mut self, record: &Record<'_>) {
        let What::Line(line, site) = record.what else { return };
        let bytes = line.len() as u64 + 1;
        match self.by_file.get_mut(site.file) {
            Some(sum) => *sum += bytes,
            None => drop(self.by_file.insert(site.file.to_vec(), bytes)),
        }
    }

    /// Adds what another thread has written.
    pub fn add(&mut self, other: Self) {
        for (file, bytes) in other.by_file {
            *self.by_file.entry(file).or_default() += bytes;
        }
    }

    /// The file with the most bytes, and how many these are.
    pub fn largest(&self) -> Option<(String, u64)> {
        let (file, bytes) = self.by_file.iter().max_by_key(|(file, bytes)| (**bytes, *file))?;
        Some((unescaped(file), *bytes))
    }
}
