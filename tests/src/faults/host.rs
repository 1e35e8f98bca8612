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
        "handlers that interrupt handlers, deeper than there is room",
        "stacked handlers, each of which records and raises the next signal",
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
        "a function that records is a signal handler",
        "handlers without `#[signal_handler]`, registered in each way",
    ),
    provoked(30, "a handler leaves by siglongjmp, or unwinds", "out of a handler that has interrupted a record"),
    provoked(
        31,
        "the program has RDTSC refused",
        "prctl(PR_SET_TSC) before statements of the sinks that read no clock",
    ),
];
