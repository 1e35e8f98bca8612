//! A figure: the median of its rounds, and how far they were spread.

use serde_json::{Value, json};

/// What the rounds of a bench have come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The median.
    pub median: f64,
    /// A quarter of the rounds was below.
    pub low: f64,
    /// A quarter of the rounds was above.
    pub high: f64,
}

impl Figure {
    /// Of the figures of some rounds.
    ///
    /// # Panics
    /// When there are none.
    pub fn of(mut rounds: Vec<f64>) -> Self {
        rounds.sort_by(f64::total_cmp);
        let last = rounds.len() - 1;
        Figure { median: rounds[last / 2], low: rounds[last / 4], high: rounds[last - last / 4] }
    }

    pub(super) fn to_json(self) -> Value {
        json!([self.median, self.low, self.high])
    }

    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let part = |index: usize| value.get(index)?.as_f64();
        Some(Figure { median: part(0)?, low: part(1)?, high: part(2)? })
    }
}

/// As many digits as mean something.
pub(super) fn digits(value: f64) -> String {
    let decimals = match value.abs() {
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    // Not -0.00.
    let text = format!("{value:.decimals$}");
    if text.bytes().all(|byte| b"-0.".contains(&byte)) { text.replace('-', "") } else { text }
}
