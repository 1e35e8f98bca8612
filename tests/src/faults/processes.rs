//! Processes, threads, and what is loaded.

use super::Row;

pub(super) const ROWS: &[Row] = &[];
