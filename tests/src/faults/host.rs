//! Re-entrancy, and what the program sees of its own state.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[
    provoked(
        24,
        "signal handlers deep within each other",
        "two timers whose handler raises a third signal, nine deep by `SA_NODEFER`; every sink and clock",
    ),
    provoked(
        29,
        "a signal handler without `#[signal_handler]`",
        "two timers with an instrumented handler; the compiler's warning is among the messages in `tests/ui`",
    ),
    provoked(
        30,
        "a signal handler that leaves by `siglongjmp`",
        "2,000 jumps out of a timer's handler, at any instant of what it interrupts; every sink and clock",
    ),
];
