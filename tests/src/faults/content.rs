//! What is recorded, clocks, and counters.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[
    provoked(
        66,
        "names and texts with anything in them",
        "control and bidirectional characters, line ends, invalid UTF-8 and a statement of a megabyte, in program, threads and sources",
    ),
    provoked(67, "a record within a string", "statements whose texts look like records"),
    provoked(68, "clocks that jump", "a preloaded clock_gettime that goes back and leaps"),
    provoked(69, "numbers at the end of their words", "blocks of rings that begin right before 2^32, 2^63 and 2^64"),
    provoked(70, "thread ids beyond 32 bits", "logs, rings and slots made by hand"),
    provoked(71, "sources changed since the run", "made by hand"),
];
