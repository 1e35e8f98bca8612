//! Re-entrancy, and what the program sees of its own state.

use super::{Row, not_here, provoked};

pub(super) const ROWS: &[Row] = &[
    provoked(
        23,
        "signals at any instant of a record",
        "two timers with handlers that record; and, stepping through every sink, a signal behind each instruction, and a second one in its handler",
    ),
    provoked(
        24,
        "signal handlers deep within each other",
        "two timers whose handler raises a third signal, nine deep by `SA_NODEFER`; every sink and clock",
    ),
    provoked(
        25,
        "a system call of ours fails",
        "a filter has the kernel refuse each call of the record path with each `errno`, in a thread or a forked child whose own `errno` must stay",
    ),
    provoked(
        26,
        "a thread that is cancelled",
        "pthread_cancel, deferred within statements, asynchronous in C code between them",
    ),
    provoked(
        27,
        "the global allocator is instrumented itself",
        "a program with such an allocator, whose every call is a record",
    ),
    not_here(
        28,
        "a value's Debug impl panics, blocks or prints much",
        "no record holds a value: the argument `vars` is refused",
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
    provoked(
        31,
        "the program has RDTSC refused",
        "prctl(PR_SET_TSC) before statements of the sinks that read no clock",
    ),
];
