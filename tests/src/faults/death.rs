//! How processes die.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[provoked(
    1,
    "SIGKILL at any time, logs",
    "four threads that acknowledge each statement in a shared page, killed after a random number of them",
)];
