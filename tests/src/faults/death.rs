//! How processes die.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[
    provoked(
        1,
        "SIGKILL at any time, logs",
        "four threads that acknowledge each statement in a shared page, killed after a random number of them",
    ),
    provoked(
        12,
        "the crash handler is stuck",
        "eight threads crash together, and a call that only the handler makes never returns",
    ),
    provoked(
        20,
        "a small stack for handlers",
        "a thread paints its 8 KiB and crashes with vector registers in use; what is painted no more is measured",
    ),
    provoked(
        22,
        "core dumps",
        "reads the cores of seven signals, each by fault, raise, sigqueue and kill, and compares the sizes of twins' with 32 MiB",
    ),
    provoked(
        6,
        "panics",
        "unwinding, in a thread, caught, in a destructor, in a hook, in a function of C, with a value of its own, with hooks of the program's, a thousand caught ones, in a forked child",
    ),
];
