//! The names of the files in a run directory.

use core::fmt;

use crate::number::parse_decimal;

/// Facts about the process, JSON.
pub const RUN_JSON: &str = "run.json";
/// The site table, see [`crate::sites`].
pub const SITES: &str = "sites";
/// Every thread's last-reached statement and counters, see [`crate::last`].
pub const LAST: &str = "last";
/// How often each statement was reached, see [`crate::counts`].
pub const COUNTS: &str = "counts";
/// Which statements were reached, see [`crate::coverage`].
pub const COVERAGE: &str = "coverage";
/// Which edges of its code the process has reached, see [`crate::edges`].
pub const EDGES: &str = "edges";
/// Of what the process died, and where, JSON.
pub const CRASH_JSON: &str = "crash.json";
/// What panics said, see [`crate::panics`].
pub const PANIC_JSON: &str = "panic.json";
/// What a command of `cargo instr` was asked to do and how it ended, JSON; beside the directories of its runs.
pub const COMMAND_JSON: &str = "command.json";
/// What was seen of the process from outside, one JSON object a line.
pub const EVENTS: &str = "events.jsonl";
/// What the process was told to record while it ran, see [`crate::control`].
pub const CONTROL: &str = "control";
/// The same while it is being written; of no use to anybody.
pub const CONTROL_PART: &str = "control.part";
/// What a thread log's name ends with.
pub const LOG_SUFFIX: &str = ".log";
/// What the name of a compressed segment of a log ends with.
pub const GZIP_SUFFIX: &str = ".log.gz";
/// What the name of a log ends with of which only the first line is there; of no use to anybody.
pub const LOG_PART_SUFFIX: &str = ".log.part";
/// A segment while it is being compressed; of no use to anybody.
pub const GZIP_PART: &str = "log.gz.part";
/// What a ring's name ends with, see [`crate::ring`].
pub const RING_SUFFIX: &str = ".ring";
/// What the name of a file of open statements ends with, see [`crate::stack`].
pub const STACK_SUFFIX: &str = ".stack";

/// The name of a thread's file: `7.log`, and `7.2.log` for the second thread with id 7. A log that is full becomes `7.1.log`,
/// and the next one `7.2.log`; those of the second thread become `7.2.1.log` and `7.2.2.log`.
///
/// ```
/// use instr_format::files::{LOG_SUFFIX, OfThread};
///
/// let full = OfThread { tid: 7, reuse: 1, number: 3, suffix: LOG_SUFFIX };
/// assert_eq!(full.to_string(), "7.3.log");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OfThread<'a> {
    /// Kernel thread id.
    pub tid: u64,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: u64,
    /// 0: the file that is being written. Others have been written before: of a log, it is one more than its first line says.
    pub number: u64,
    /// What the name ends with.
    pub suffix: &'a str,
}

impl fmt::Display for OfThread<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OfThread { tid, reuse, number, suffix } = *self;
        match (reuse, number) {
            (1, 0) => write!(out, "{tid}{suffix}"),
            (_, 0) => write!(out, "{tid}.{reuse}{suffix}"),
            (1, _) if suffix != RING_SUFFIX => write!(out, "{tid}.{number}{suffix}"),
            _ => write!(out, "{tid}.{reuse}.{number}{suffix}"),
        }
    }
}

/// The files of the output directory itself, with their contents: by them git and what goes by its rules, ripgrep and fd
/// (which follow `.gitignore` within repositories alone, and `.ignore` everywhere), and backup tools pass over the runs.
pub const MARKS: [(&str, &str); 3] = [
    (".gitignore", IGNORE_ALL),
    (".ignore", IGNORE_ALL),
    (
        "CACHEDIR.TAG",
        "Signature: 8a477f597d28d172789f06886806bc55\n# The runs in this directory were recorded by instr.\n\
         # About this file: https://bford.info/cachedir/\n",
    ),
];
const IGNORE_ALL: &str = "# Written by instr.\n*\n";

/// Whether `name` is that of one of [`MARKS`].
pub fn is_mark(name: &str) -> bool {
    MARKS.iter().any(|(mark, _)| *mark == name)
}

/// Whether `name` is that of a thread log or of a rotated segment of one.
///
/// Which thread and which segment it holds is said by its first line, not by its name: `7.2.log` can be the newest of the
/// second thread with id 7, or what the first one had filled before.
pub fn is_thread_log(name: &str) -> bool {
    is_numbered(name, LOG_SUFFIX)
}

/// Whether `name` is that of a compressed segment of a thread log; which, its first line says.
pub fn is_compressed_log(name: &str) -> bool {
    is_numbered(name, GZIP_SUFFIX)
}

/// Whether `name` is that of a file that runs are made of, by this version or another one.
pub fn is_of_run(name: &str) -> bool {
    const FIXED: [&str; 12] = [
        RUN_JSON,
        SITES,
        LAST,
        COUNTS,
        COVERAGE,
        EDGES,
        CRASH_JSON,
        PANIC_JSON,
        EVENTS,
        CONTROL,
        CONTROL_PART,
        GZIP_PART,
    ];
    const OF_OTHERS: [&str; 1] = ["tasks"];
    let numbered = [LOG_SUFFIX, RING_SUFFIX, STACK_SUFFIX, GZIP_SUFFIX, LOG_PART_SUFFIX];
    FIXED.contains(&name) || OF_OTHERS.contains(&name) || numbered.iter().any(|suffix| is_numbered(name, suffix))
}

/// Whether `name` is that of a ring or of a segment of one; which, its header says.
pub fn is_ring(name: &str) -> bool {
    is_numbered(name, RING_SUFFIX)
}

/// Whether `name` is that of a file of open statements; whose, its header says.
pub fn is_stack(name: &str) -> bool {
    is_numbered(name, STACK_SUFFIX)
}

fn is_numbered(name: &str, suffix: &str) -> bool {
    let Some(stem) = name.strip_suffix(suffix) else { return false };
    !stem.is_empty() && stem.split('.').all(|part| parse_decimal(part.as_bytes()).is_some())
}
