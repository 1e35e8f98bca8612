//! What is recorded, clocks, and counters.

use super::Row;

pub(super) const ROWS: &[Row] = &[];
