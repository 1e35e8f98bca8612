//! The tables of docs/performance.md: what is measured, and every target, once.

use std::fmt;

mod coverage;
mod stress;

pub use coverage::{COVERAGE_CRATES, COVERAGE_STATEMENTS, LLVM, OVER_TIGHT, OVER_WORK};
pub use stress::{DISK, FILES, MEMORY, RATE, STRESS};

/// What one table shows.
#[derive(Debug)]
pub struct Table {
    /// The bench that fills it.
    pub bench: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What the figures are.
    pub text: &'static str,
    /// What is measured of each row.
    pub columns: &'static [&'static str],
    /// What is compared.
    pub rows: &'static [Row],
}

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    /// What it shows.
    pub name: &'static str,
    /// The columns that have a target.
    pub targets: &'static [(&'static str, Target)],
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
}
use Target::{AtLeast, AtMost};

impl Target {
    /// Whether a figure is as it should be, to the two digits that are shown.
    pub fn is_met(self, value: f64) -> bool {
        match self {
            AtMost(most) => value < most + 0.005,
            AtLeast(least) => value > least - 0.005,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AtMost(most) => write!(f, "≤ {most}"),
            AtLeast(least) => write!(f, "≥ {least}"),
        }
    }
}

const fn row(name: &'static str) -> Row {
    Row { name, targets: &[] }
}

/// Every table, in the order of the document.
pub const TABLES: [&Table; 14] = [
    &WHOLE_PROGRAMS,
    &STATEMENTS,
    &STATEMENTS_DEBUG,
    &WRITE,
    &PEERS,
    &CRATES,
    &CRATES_DEBUG,
    &COVERAGE_STATEMENTS,
    &COVERAGE_CRATES,
    &THREADS,
    &STRESS,
    &FIRST,
    &COMPILE,
    &SIZE,
];

/// Columns of [`WHOLE_PROGRAMS`].
pub const PLAIN_SECONDS: &str = "plain, s";
/// A column of [`WHOLE_PROGRAMS`].
pub const STACK_TIMES: &str = "stack, times plain";
/// A column of [`WHOLE_PROGRAMS`].
pub const STACK_PROCESSOR: &str = "stack, processor time, times plain";
/// A column of [`WHOLE_PROGRAMS`].
pub const STACK_MB: &str = "stack, MB";
/// A column of [`WHOLE_PROGRAMS`].
pub const RING_TIMES: &str = "ring, times plain";
/// A column of [`WHOLE_PROGRAMS`].
pub const RING_PROCESSOR: &str = "ring, processor time, times plain";
/// A column of [`WHOLE_PROGRAMS`].
pub const RING_MB: &str = "ring, MB";
/// A column of [`WHOLE_PROGRAMS`].
pub const WRITE_TIMES: &str = "write, times plain";
/// A column of [`WHOLE_PROGRAMS`].
pub const WRITE_PROCESSOR: &str = "write, processor time, times plain";
/// A column of [`WHOLE_PROGRAMS`].
pub const WRITE_MB: &str = "write, MB";

const WHOLE_TARGETS: &[(&str, Target)] = &[(STACK_TIMES, AtMost(1.2)), (RING_TIMES, AtMost(2.0))];

/// What users wait for.
pub const WHOLE_PROGRAMS: Table = Table {
    bench: "whole",
    title: "Whole programs",
    text: "Published command-line programs from start to end, on all processors, five rounds: the release build, and the one \
           that `cargo instr build --release` makes, with each sink; for `stack`, that of `cargo instr --stack`. ripgrep 15.2.0 counts matches in files of 40 KB, with \
           the crates of its own repository instrumented too (`--with-dep`); fd 10.5.0 finds files by name; hexyl 0.17.0 \
           prints a file of 60 bytes a line, a loop over bytes; hyperfine 1.20.0 starts a program again and again and waits \
           for it. The server is one of ours (tests/benches/whole/server): it keeps texts, over HTTP, for 64 clients in the \
           same process; in the last row, tokio 1.54.1 and mio are instrumented too. What takes minutes with `write` is also run on less work. On a busy machine the \
           processor time says more than the time. MB are on the disk when the program has ended.",
    columns: &[
        PLAIN_SECONDS,
        STACK_TIMES,
        STACK_PROCESSOR,
        STACK_MB,
        RING_TIMES,
        RING_PROCESSOR,
        RING_MB,
        WRITE_TIMES,
        WRITE_PROCESSOR,
        WRITE_MB,
    ],
    rows: &[
        Row { name: "ripgrep, 2,000 files", targets: WHOLE_TARGETS },
        row("ripgrep, 50 files"),
        row("fd, 50,000 files"),
        row("fd, 5,000 files"),
        row("hexyl, 60,000 lines"),
        row("hexyl, 600 lines"),
        row("hyperfine, 200 runs of `true`"),
        Row { name: "tokio server, 32,000 requests", targets: WHOLE_TARGETS },
        row("tokio server, 3,200 requests"),
        row("tokio server and tokio, 32,000 requests"),
    ],
};

/// Columns of [`STATEMENTS`].
pub const WORK: &str = "work, ns";
/// A column of [`STATEMENTS`].
pub const TIGHT: &str = "tight, ns";
/// A column of [`STATEMENTS`].
pub const INSTRUCTIONS: &str = "statement, instructions";
/// A column of [`STATEMENTS`].
pub const CALL_INSTRUCTIONS: &str = "call, instructions";
/// A column of [`STATEMENTS`].
pub const FIB_CALL: &str = "fib, ns per call";
/// A column of [`STATEMENTS`].
pub const FIB_RATIO: &str = "fib, times plain";
const STATEMENT_COLUMNS: &[&str] = &[WORK, TIGHT, FIB_CALL, FIB_RATIO, INSTRUCTIONS, CALL_INSTRUCTIONS];
/// The row that has the plain program's own figures.
pub const PLAIN: &str = "plain";
/// Built without the feature.
pub const FEATURE_OFF: &str = "feature off";
/// What the clock itself takes is not of our making.
pub const OVER_THE_CLOCK: &str = "ring, clock in every record, over `clock_gettime`";

/// What each statement costs.
pub const STATEMENTS: Table = Table {
    bench: "statements",
    title: "A statement, release build",
    text: "What each recorded statement, the headers of loops included, adds to the same function without the attribute. \
           `work` is a loop of one multiplication and exclusive-or, `tight` one of four statements that the compiler may not \
           merge, `fib` a recursive function, with its guard and two statements in each call. The first row is the plain \
           functions' own time: per turn, per statement, per call. Without the feature the machine code is the same, which \
           a test asserts (tests/it/off.rs); what the second row shows is the method's error. Instructions are counted by \
           callgrind, those of a call without its statements.",
    columns: STATEMENT_COLUMNS,
    rows: &[
        row(PLAIN),
        row(FEATURE_OFF),
        row("stack, feature `stack`"),
        Row { name: "turned off", targets: &[(WORK, AtMost(0.3)), (TIGHT, AtMost(0.3))] },
        row("stack"),
        Row { name: "filtered out", targets: &[(WORK, AtMost(0.3)), (TIGHT, AtMost(0.3))] },
        Row { name: "count", targets: &[(WORK, AtMost(1.0)), (TIGHT, AtMost(1.0))] },
        row("ring, no clock"),
        Row { name: "ring", targets: &[(WORK, AtMost(0.5)), (TIGHT, AtMost(0.5))] },
        row("ring, clock in every record"),
        Row { name: OVER_THE_CLOCK, targets: &[(WORK, AtMost(3.0)), (TIGHT, AtMost(3.0))] },
        row("write"),
    ],
};

/// The same where nothing is optimized, the runtime neither.
pub const STATEMENTS_DEBUG: Table = Table {
    bench: "statements",
    title: "A statement, debug build",
    text: "The same programs, with the runtime unoptimized too.",
    columns: STATEMENT_COLUMNS,
    rows: &[
        row(PLAIN),
        row(FEATURE_OFF),
        row("stack, feature `stack`"),
        row("turned off"),
        row("stack"),
        row("filtered out"),
        row("count"),
        row("ring, no clock"),
        Row { name: "ring", targets: &[(WORK, AtMost(1.5)), (TIGHT, AtMost(1.5))] },
        row("ring, clock in every record"),
        row(OVER_THE_CLOCK),
        row("write"),
    ],
};

/// What a line costs beyond its system call.
pub const WRITE: Table = Table {
    bench: "write",
    title: "A line of the `write` sink",
    text: "A record against a bare `write(2)` of the same line to a file beside the log.",
    columns: &["ns", "ratio"],
    rows: &[row("bare `write(2)`"), Row { name: "a record", targets: &[("ratio", AtMost(1.35))] }],
};

/// Columns of [`PEERS`].
pub const PEER_NS: &str = "ns per event";
/// A column of [`PEERS`].
pub const PEER_RATIO: &str = "times instr";

/// Others.
pub const PEERS: Table = Table {
    bench: "peers",
    title: "Peers",
    text: "What an event adds to the same loop of plain work (an event is a statement, a tracepoint with one integer, a span), \
           or a call to the same fib, all within the same rounds. `times instr` compares with instr's `ring` on the like: \
           events with statements of `work`, calls with calls of fib, which in instr record two statements besides.",
    columns: &[PEER_NS, PEER_RATIO],
    rows: &[
        row("instr ring, statement"),
        row("instr ring, call"),
        Row { name: "LTTng-UST, snapshot mode, event", targets: &[(PEER_RATIO, AtLeast(100.0))] },
        row("uftrace record -pg, call"),
        row("uftrace record -finstrument-functions, call"),
        Row { name: "fastrace, local span", targets: &[(PEER_RATIO, AtLeast(80.0))] },
        row("tracing, fmt to a file, event"),
        row("tracing, non-blocking appender, event"),
        row("tracing, registry only, span"),
    ],
};

/// Columns of [`CRATES`].
pub const TIME: &str = "time, times plain";
/// A column of [`CRATES`].
pub const COUNTED: &str = "instructions, times plain";

/// Real code.
pub const CRATES: Table = Table {
    bench: "crates",
    title: "Real code, release build",
    text: "Hot loops of published crates with every function of their sources annotated, against the same crates plain: \
           serde_json parses a document into a `Value` and writes it again; \
           regex-lite finds all matches of three patterns in a text; pulldown-cmark turns Markdown into HTML; roxmltree parses \
           XML into a tree and visits it; miniz_oxide inflates a text.",
    columns: &[TIME, COUNTED],
    rows: &[
        Row { name: "serde_json, stack, feature `stack`", targets: &[(TIME, AtMost(2.0))] },
        Row { name: "serde_json, turned off", targets: &[(TIME, AtMost(2.0))] },
        row("serde_json, stack"),
        row("serde_json, count"),
        Row { name: "serde_json, ring", targets: &[(TIME, AtMost(3.9))] },
        row("serde_json, write"),
        Row { name: "regex-lite, stack, feature `stack`", targets: &[(TIME, AtMost(2.5))] },
        Row { name: "regex-lite, turned off", targets: &[(TIME, AtMost(2.5))] },
        row("regex-lite, stack"),
        row("regex-lite, count"),
        Row { name: "regex-lite, ring", targets: &[(TIME, AtMost(5.4))] },
        row("regex-lite, write"),
        Row { name: "pulldown-cmark, stack, feature `stack`", targets: &[(TIME, AtMost(2.5))] },
        Row { name: "pulldown-cmark, turned off", targets: &[(TIME, AtMost(2.5))] },
        row("pulldown-cmark, stack"),
        row("pulldown-cmark, count"),
        Row { name: "pulldown-cmark, ring", targets: &[(TIME, AtMost(5.0))] },
        row("pulldown-cmark, write"),
        Row { name: "roxmltree, stack, feature `stack`", targets: &[(TIME, AtMost(2.5))] },
        Row { name: "roxmltree, turned off", targets: &[(TIME, AtMost(2.5))] },
        row("roxmltree, stack"),
        row("roxmltree, count"),
        Row { name: "roxmltree, ring", targets: &[(TIME, AtMost(5.0))] },
        row("roxmltree, write"),
        Row { name: "miniz_oxide, stack, feature `stack`", targets: &[(TIME, AtMost(2.5))] },
        Row { name: "miniz_oxide, turned off", targets: &[(TIME, AtMost(2.5))] },
        row("miniz_oxide, stack"),
        row("miniz_oxide, count"),
        Row { name: "miniz_oxide, ring", targets: &[(TIME, AtMost(5.0))] },
        row("miniz_oxide, write"),
    ],
};

/// Real code as it is while people test it.
pub const CRATES_DEBUG: Table = Table {
    bench: "crates",
    title: "Real code, debug build",
    text: "The same.",
    columns: &[TIME, COUNTED],
    rows: &[
        Row { name: "serde_json, stack, feature `stack`", targets: &[(TIME, AtMost(1.8))] },
        row("serde_json, turned off"),
        row("serde_json, stack"),
        row("serde_json, count"),
        Row { name: "serde_json, ring", targets: &[(TIME, AtMost(2.3))] },
        row("serde_json, write"),
        Row { name: "regex-lite, stack, feature `stack`", targets: &[(TIME, AtMost(3.0))] },
        row("regex-lite, turned off"),
        row("regex-lite, stack"),
        row("regex-lite, count"),
        Row { name: "regex-lite, ring", targets: &[(TIME, AtMost(4.5))] },
        row("regex-lite, write"),
        row("pulldown-cmark, stack, feature `stack`"),
        row("pulldown-cmark, turned off"),
        row("pulldown-cmark, stack"),
        row("pulldown-cmark, count"),
        row("pulldown-cmark, ring"),
        row("pulldown-cmark, write"),
        row("roxmltree, stack, feature `stack`"),
        row("roxmltree, turned off"),
        row("roxmltree, stack"),
        row("roxmltree, count"),
        row("roxmltree, ring"),
        row("roxmltree, write"),
        row("miniz_oxide, stack, feature `stack`"),
        row("miniz_oxide, turned off"),
        row("miniz_oxide, stack"),
        row("miniz_oxide, count"),
        row("miniz_oxide, ring"),
        row("miniz_oxide, write"),
    ],
};

/// Columns of [`THREADS`].
pub const ONE_THREAD: &str = "one thread, ns";
/// A column of [`THREADS`].
pub const TWO_THREADS: &str = "two threads, ns each";
/// A column of [`THREADS`].
pub const SCALING: &str = "ratio";
const SCALES: &[(&str, Target)] = &[(SCALING, AtMost(1.1))];

/// Threads.
pub const THREADS: Table = Table {
    bench: "threads",
    title: "Threads",
    text: "Processor time per turn of `tight` in a thread that is alone, and in one while another does the same on another \
           processor.",
    columns: &[ONE_THREAD, TWO_THREADS, SCALING],
    rows: &[
        row(PLAIN),
        Row { name: "count", targets: SCALES },
        Row { name: "ring", targets: SCALES },
        Row { name: "ring, clock in every record", targets: SCALES },
        row("write"),
    ],
};

/// Columns of [`FIRST`].
pub const PROCESS: &str = "process, µs";
/// A column of [`FIRST`].
pub const BIG_PROCESS: &str = "process with 20,000 lines, µs";
/// A column of [`FIRST`].
pub const THREAD: &str = "thread, µs";
/// What other rows of [`FIRST`] cannot do without.
pub const FILE: &str = "a file, created";
const FIRSTS: &[(&str, Target)] = &[(PROCESS, AtMost(1000.0)), (BIG_PROCESS, AtMost(1000.0)), (THREAD, AtMost(50.0))];
const FIRST_RING: &[(&str, Target)] =
    &[(PROCESS, AtMost(1000.0)), (BIG_PROCESS, AtMost(1000.0)), (THREAD, AtMost(150.0))];

/// Beginnings.
pub const FIRST: Table = Table {
    bench: "first",
    title: "The first record",
    text: "Of a process: all that a program of one statement takes longer than the same program plain, from its start to its \
           end; also where 20,000 lines of other functions are in it. Of a thread: what its first instrumented call takes \
           longer than its second one. A thread has a stack of its own, which it takes over from one that has ended if there is \
           one, and another file with `ring` and `write`; a process has a directory and three files besides; and a ring that comes after many threads have ended removes the file of one of them; the first \
           row is what it takes to create one file, which is the file system's.",
    columns: &[PROCESS, BIG_PROCESS, THREAD],
    rows: &[
        row(FILE),
        Row { name: "stack", targets: FIRSTS },
        Row { name: "count", targets: FIRSTS },
        Row { name: "ring", targets: FIRST_RING },
        Row { name: "write", targets: FIRSTS },
    ],
};

/// Columns of [`COMPILE`] and [`SIZE`].
pub const BEFORE: &str = "plain";
/// A column of [`COMPILE`] and [`SIZE`].
pub const STACK: &str = "feature `stack`";
/// A column of [`COMPILE`] and [`SIZE`].
pub const STACK_RATIO: &str = "its ratio";
/// A column of [`COMPILE`] and [`SIZE`].
pub const AFTER: &str = "feature `enabled`";
/// A column of [`COMPILE`] and [`SIZE`].
pub const RATIO: &str = "ratio";

/// What compiling costs.
pub const COMPILE: Table = Table {
    bench: "compile",
    title: "Compile time",
    text: "Seconds of processor time, from scratch but for the dependencies: a generated crate of 20,000 lines, regex-syntax \
           0.8.12, and how many times as long a function of 10,000 statements takes as one of 2,500.",
    columns: &[BEFORE, STACK, STACK_RATIO, AFTER, RATIO],
    rows: &[
        Row { name: "generated, cargo check", targets: &[(RATIO, AtMost(1.3))] },
        Row { name: "generated, cargo build", targets: &[(RATIO, AtMost(1.5))] },
        row("generated, cargo build --release"),
        Row { name: "regex-syntax, cargo check", targets: &[(RATIO, AtMost(1.3))] },
        Row { name: "regex-syntax, cargo build", targets: &[(RATIO, AtMost(1.5))] },
        row("regex-syntax, cargo build --release"),
        row("10,000 statements over 2,500, cargo check"),
        row("10,000 statements over 2,500, cargo build"),
    ],
};

/// What is compiled.
pub const SIZE: Table = Table {
    bench: "compile",
    title: "Size of the code",
    text: "KiB of the text sections of the same crates, generic functions left out.",
    columns: &[BEFORE, STACK, STACK_RATIO, AFTER, RATIO],
    rows: &[
        Row { name: "generated, debug", targets: &[(STACK_RATIO, AtMost(2.5)), (RATIO, AtMost(2.5))] },
        Row { name: "generated, release", targets: &[(STACK_RATIO, AtMost(2.5)), (RATIO, AtMost(2.5))] },
        Row { name: "regex-syntax, debug", targets: &[(STACK_RATIO, AtMost(2.5)), (RATIO, AtMost(2.5))] },
        Row { name: "regex-syntax, release", targets: &[(STACK_RATIO, AtMost(2.5)), (RATIO, AtMost(2.5))] },
    ],
};
