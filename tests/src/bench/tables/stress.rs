//! The table of many threads.

use super::{Table, row};

/// Columns of [`STRESS`].
pub const RATE: &str = "million statements a second";
/// A column of [`STRESS`].
pub const MEMORY: &str = "memory, MB";
/// A column of [`STRESS`].
pub const FILES: &str = "files";
/// A column of [`STRESS`].
pub const DISK: &str = "MB on the disk";

/// Many threads.
pub const STRESS: Table = Table {
    bench: "stress",
    title: "Many threads",
    text: "Threads that run `tight` at the same time, on all processors, release build. The statements of all threads, those of \
           the plain program too, are divided by the time from the first statement of any thread to the last one; so the files that \
           a thread makes at its first statement count. Memory is the most that the process has occupied, mapped \
           files included; files and MB are what the run has left. A thread that lives takes 64 KiB for its stack, and 1 MB for \
           its ring or 64 KiB for its counters in this program; when it has ended, the next one takes over the stack and the \
           counters, and of rings, the newest 128 or a few more stay. A log of `write` grows with each statement up to `INSTR_MAX_BYTES`. A test \
           asserts these limits, and that a thousand threads lose no statement (tests/it/stress.rs).",
    columns: &[RATE, MEMORY, FILES, DISK],
    rows: &[
        row("1 thread, plain"),
        row("1 thread, stack, feature `stack`"),
        row("1 thread, count"),
        row("1 thread, ring"),
        row("1 thread, write"),
        row("2 threads, plain"),
        row("2 threads, stack, feature `stack`"),
        row("2 threads, count"),
        row("2 threads, ring"),
        row("2 threads, write"),
        row("8 threads, plain"),
        row("8 threads, stack, feature `stack`"),
        row("8 threads, count"),
        row("8 threads, ring"),
        row("8 threads, write"),
        row("64 threads, plain"),
        row("64 threads, stack, feature `stack`"),
        row("64 threads, count"),
        row("64 threads, ring"),
        row("64 threads, write"),
        row("1,000 threads, plain"),
        row("1,000 threads, stack, feature `stack`"),
        row("1,000 threads, count"),
        row("1,000 threads, ring"),
        row("1,000 threads, write"),
    ],
};
