//! How processes die.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[
    provoked(
        1,
        "SIGKILL at any time, logs",
        "four threads that acknowledge each statement in a shared page, killed after a random number of them",
    ),
    provoked(
        2,
        "SIGKILL at any time, rings and counts",
        "the same for every sink, with small rings, clocks and histories",
    ),
    provoked(
        3,
        "SIGKILL or an error at each system call",
        "strace kills at, or fails, each call that the runtime makes to begin a run and a thread, and when it crashes, for each sink",
    ),
    provoked(4, "SIGKILL at each instruction of a probe", "ptrace steps through it, and kills behind the instructions"),
    provoked(5, "exits of all kinds", "exit, _exit, quick_exit, exec, and errors that `main` returns"),
    provoked(
        6,
        "panics",
        "unwinding, in a thread, caught, in a destructor, in a hook, in a function of C, with a value of its own, with hooks of the program's, a thousand caught ones, in a forked child",
    ),
    provoked(
        7,
        "seven signals in all ways",
        "faults, raise, sigqueue, kill and a timer, with the default, handlers of both kinds, and ignored: the twin's status, and the record's fields",
    ),
    provoked(
        8,
        "stack overflow",
        "a recursion in the main thread, in a thread, and in one of C's that has no stack for handlers of its own",
    ),
    provoked(
        9,
        "statements before `main`",
        "a constructor reaches one, then `main` faults or uses up its stack, for each sink",
    ),
    provoked(10, "a fault in the handler", "a seccomp filter raises SIGSYS at a call that only the handler makes"),
    provoked(11, "threads that crash together", "8 and 64 threads fault behind a barrier"),
    provoked(
        12,
        "the crash handler is stuck",
        "eight threads crash together, and a call that only the handler makes never returns",
    ),
    provoked(
        13,
        "a crash with a lock held",
        "faults within the global allocator, which spins from then on, and in the constructor of a library",
    ),
    provoked(14, "faults that are dealt with", "handlers that go on behind the instruction, again and again"),
    provoked(
        15,
        "the program replaces our handlers",
        "sigaction, signal and SIG_IGN, once ours are in place, also for what another one's handler does; the report of an unknown end names the signals",
    ),
    provoked(16, "a fault whose signal is blocked", "sigprocmask, then faults of six kinds, for each sink"),
    provoked(17, "SIGSYS that is dealt with", "a seccomp filter with SECCOMP_RET_TRAP, and a handler that goes on"),
    provoked(
        18,
        "SIGTRAP",
        "int3 and signals that are sent, as row 7 has them; and int3 under gdb, which sees it first",
    ),
    provoked(
        19,
        "a program under AddressSanitizer",
        "C under gcc's sanitizer calls instrumented Rust, then uses freed memory or faults",
    ),
    provoked(
        20,
        "a small stack for handlers",
        "a thread paints its 8 KiB and crashes with vector registers in use; what is painted no more is measured",
    ),
    provoked(
        21,
        "another stack for handlers, or none",
        "sigaltstack disables and replaces it; a crash in a thread-local destructor; exit in a thread",
    ),
    provoked(
        22,
        "core dumps",
        "reads the cores of seven signals, each by fault, raise, sigqueue and kill, and compares the sizes of twins' with 32 MiB",
    ),
];
