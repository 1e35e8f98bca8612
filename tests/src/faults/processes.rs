//! Processes, threads, and what is loaded.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[
    provoked(
        50,
        "fork while threads record",
        "children and grandchildren of a program with eight threads, for each sink, and a daemon",
    ),
    provoked(51, "fork in a handler, past libc", "fork, _Fork and clone at any instant of the parent's records"),
    provoked(
        52,
        "children in the parent's memory",
        "vfork, clone with CLONE_VM and CLONE_VFORK, posix_spawn and pre_exec",
    ),
    provoked(
        53,
        "exec, in vain and not",
        "a program with a working thread fails to become another one, then becomes itself",
    ),
    provoked(
        54,
        "process ids used again",
        "500 processes one after another where there are 400 ids, one output directory",
    ),
    provoked(55, "thread ids used again", "a thousand threads of a process, or two thousand, where there are 400 ids"),
    provoked(
        56,
        "two containers, each process 1",
        "pairs of first processes of pid namespaces at a time, one output directory",
    ),
    provoked(57, "many short threads", "20,000 threads, eight at a time, with the files and descriptors counted"),
    provoked(
        58,
        "the program goes elsewhere",
        "chdir, chroot, unshare and setuid, then a thread that has begun and a new one",
    ),
    provoked(
        59,
        "rights that the starter has not",
        "a set-user-id program with our variables set, and the same without the bit",
    ),
    provoked(
        60,
        "seccomp",
        "strict mode without clocks, and a filter that kills for openat, gettid and mmap, in threads that have begun",
    ),
    provoked(
        61,
        "the ends of threads and processes",
        "TLS destructors, atexit, .fini_array, detached threads during exit",
    ),
    provoked(62, "statements before our start", "a constructor before ours, and one behind it"),
    provoked(
        63,
        "an instrumented library is unloaded",
        "100 times with the threads that called it alive, then exit or abort",
    ),
    provoked(64, "two runtimes in one process", "a program and a library with one each, both record, either dies"),
    provoked(
        65,
        "a thread's first statement in a handler",
        "the program's and a library's, with a trap in the allocator and malloc's count of bytes",
    ),
];
