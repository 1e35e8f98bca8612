//! How a report for people is written.

use super::paint::Paint;

/// How a report is written.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Lines of source before and behind each statement.
    pub context: u64,
    /// How many lines the newest steps of a thread may take. `None`: as many as they have.
    pub history_lines: Option<usize>,
    /// Colours.
    pub paint: Paint,
}

impl Default for Options {
    fn default() -> Self {
        Options { context: 2, history_lines: Some(12), paint: Paint::default() }
    }
}
