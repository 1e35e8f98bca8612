//! Files that cannot be made, written or kept, and limits.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[provoked(
    39,
    "mapped files truncated by somebody else",
    "truncates every file of a run while four threads record, for each sink, from the first record on",
)];
