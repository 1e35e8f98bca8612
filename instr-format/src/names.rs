//! The names that users meet: environment variables, and the words of the report's vocabulary.

use core::fmt;

use crate::ring::Clock;
use crate::ring::flat::SIZE_MIN;
use crate::spelling::closest;
use crate::value::Value;

/// Version of `run.json`, of the report's JSON and of the other JSON files.
pub const SCHEMA_VERSION: u32 = 1;

/// One environment variable that the runtime reads.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// The variable's full name.
    pub name: &'static str,
    /// What it takes.
    pub value: Value,
    /// What it does, in one line.
    pub meaning: &'static str,
    /// What holds when it is unset or empty.
    pub default: &'static str,
    /// A value, as `instr.toml` may have it.
    pub example: &'static str,
}

/// What every variable of instr begins with.
pub const PREFIX: &str = "INSTR_";
/// Turns everything off.
pub const ENABLE: &str = "INSTR_ENABLE";
/// Where run directories are made.
pub const OUTPUT_DIR: &str = "INSTR_OUTPUT_DIR";
/// What takes the records.
pub const SINK: &str = "INSTR_SINK";
/// Size of a ring.
pub const RING_BYTES: &str = "INSTR_RING_BYTES";
/// Whether what a ring overwrites is kept.
pub const RING_HISTORY: &str = "INSTR_RING_HISTORY";
/// When records say the time.
pub const CLOCK: &str = "INSTR_CLOCK";
/// How much is kept of a thread.
pub const MAX_BYTES: &str = "INSTR_MAX_BYTES";
/// How much is kept of a process.
pub const MAX_TOTAL_BYTES: &str = "INSTR_MAX_TOTAL_BYTES";
/// How full segments of logs are compressed.
pub const COMPRESS: &str = "INSTR_COMPRESS";
/// Files to record.
pub const INCLUDE: &str = "INSTR_INCLUDE";
/// Files to leave out.
pub const EXCLUDE: &str = "INSTR_EXCLUDE";
/// Functions to record.
pub const FUNCTION_INCLUDE: &str = "INSTR_FUNCTION_INCLUDE";
/// Functions to leave out.
pub const FUNCTION_EXCLUDE: &str = "INSTR_FUNCTION_EXCLUDE";
/// Files to record, by a regular expression.
pub const INCLUDE_REGEX: &str = "INSTR_INCLUDE_REGEX";
/// Files to leave out, by a regular expression.
pub const EXCLUDE_REGEX: &str = "INSTR_EXCLUDE_REGEX";
/// Functions to record, by a regular expression.
pub const FUNCTION_INCLUDE_REGEX: &str = "INSTR_FUNCTION_INCLUDE_REGEX";
/// Functions to leave out, by a regular expression.
pub const FUNCTION_EXCLUDE_REGEX: &str = "INSTR_FUNCTION_EXCLUDE_REGEX";
/// Selectors of what to record.
pub const ONLY: &str = "INSTR_ONLY";
/// How many records of a thread are left out for one that is kept.
pub const RATE: &str = "INSTR_RATE";
/// Threads to record.
pub const THREAD: &str = "INSTR_THREAD";
/// Which statements were reached, besides what the sink does.
pub const COVERAGE: &str = "INSTR_COVERAGE";
/// Whether crashes are recorded.
pub const CRASH: &str = "INSTR_CRASH";
/// The configuration file.
pub const CONFIG: &str = "INSTR_CONFIG";
/// The runtime's own diagnostics on stderr.
pub const ECHO_STDERR: &str = "INSTR_ECHO_STDERR";

/// The default of [`OUTPUT_DIR`], relative to the directory in which the program was started.
pub const DEFAULT_OUTPUT_DIR: &str = "instr-logs";
/// Where `cargo instr` has the runs of its commands, relative to cargo's target directory.
pub const RUNS_OF_CARGO_INSTR: &str = "instr/runs";
/// Appends a text line per statement to the thread's log.
pub const SINK_WRITE: &str = "write";
/// Keeps each thread's newest statements in a mapped file.
pub const SINK_RING: &str = "ring";
/// Keeps each thread's open statements, and no history.
pub const SINK_STACK: &str = "stack";
/// Counts how often each statement is reached.
pub const SINK_COUNT: &str = "count";
/// Every sink.
pub const SINKS: [&str; 4] = [SINK_WRITE, SINK_RING, SINK_STACK, SINK_COUNT];
const CLOCKS: [&str; 3] = [Clock::Off.word(), Clock::Coarse.word(), Clock::Full.word()];
/// The values of [`COVERAGE`], besides those of a switch.
pub const COVERAGES: [&str; 2] = [COVERAGE_FLAGS, COVERAGE_COUNTS];
/// Whether each statement was reached.
pub const COVERAGE_FLAGS: &str = "flags";
/// How often.
pub const COVERAGE_COUNTS: &str = "counts";
/// Compresses full segments.
pub const COMPRESS_GZIP: &str = "gzip";
/// Leaves them as they are.
pub const COMPRESS_OFF: &str = "off";
/// The default of [`RING_BYTES`].
pub const DEFAULT_RING_BYTES: u64 = 1 << 20;
/// The default of [`MAX_BYTES`].
pub const DEFAULT_MAX_BYTES: u64 = 64 << 20;
/// The default of [`MAX_TOTAL_BYTES`]; what one thread may have is the least.
pub const DEFAULT_MAX_TOTAL_BYTES: u64 = 256 << 20;
/// The least that these two can be.
pub const LEAST_MAX_BYTES: u64 = 64 << 10;

/// How many bytes of a thread's name the kernel keeps; what is compared with one is cut to as many.
pub const THREAD_NAME_MAX: usize = 15;

/// The signals whose arrival is recorded, in the order in which [`crate::last::Header::replaced`] counts them.
pub const CRASH_SIGNALS: [&str; 7] = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS"];

/// Every variable that the runtime reads, in the order of the reference.
pub const VARIABLES: [Variable; 24] = [
    Variable {
        name: ENABLE,
        value: Value::Switch,
        meaning: "`0`, `false`, `off` or `no` turns everything off",
        default: "on",
        example: "false",
    },
    Variable {
        name: OUTPUT_DIR,
        value: Value::Text,
        meaning: "directory for run directories, made 0700; `%p` is the pid, `%e` the program's name",
        default: "./instr-logs",
        example: "\"/var/tmp/%e\"",
    },
    Variable {
        name: SINK,
        value: Value::Word(&SINKS),
        meaning: "`write`: a text line per statement, one `write(2)` each; `ring`: each thread's newest statements in a \
                  mapped file, at nanoseconds each; `stack`: nothing but each thread's open statements, which every sink \
                  keeps; `count`: how often each statement was reached",
        default: "`write`; under `cargo instr` `ring`",
        example: "\"ring\"",
    },
    Variable {
        name: RING_BYTES,
        value: Value::Size(SIZE_MIN),
        meaning: "size of a thread's ring, from 64K on, a power of two: other sizes are cut to one. What is above 1M is kept in \
                  segment files, as by `INSTR_RING_HISTORY`; suffixes `K`, `M`, `G`",
        default: "1M",
        example: "\"256K\"",
    },
    Variable {
        name: RING_HISTORY,
        value: Value::Switch,
        meaning: "`1`: a quarter of a ring at a time, what would be overwritten goes to segment files first",
        default: "off",
        example: "true",
    },
    Variable {
        name: CLOCK,
        value: Value::Word(&CLOCKS),
        meaning: "when records of a ring say the time: `full` (each), `coarse` (once in 2,048 statements and calls), \
                  `off`; a line of a log always does",
        default: "`full` in `write`, `coarse` in `ring`",
        example: "\"full\"",
    },
    Variable {
        name: MAX_BYTES,
        value: Value::Size(LEAST_MAX_BYTES),
        meaning: "how many bytes of each thread's log are kept, the newest, and of what `INSTR_RING_HISTORY` keeps, from 64K on; \
                  suffixes `K`, `M`, `G`",
        default: "64M",
        example: "\"16M\"",
    },
    Variable {
        name: MAX_TOTAL_BYTES,
        value: Value::Size(LEAST_MAX_BYTES),
        meaning: "how many bytes of logs and rings are kept of the process, the newest, from 64K on; suffixes `K`, `M`, `G`",
        default: "256M, or what one thread may have if that is more",
        example: "\"1G\"",
    },
    Variable {
        name: COMPRESS,
        value: Value::Word(&[COMPRESS_GZIP, COMPRESS_OFF]),
        meaning: "`gzip` or `off`: compress what is full of a log, in a thread of its own",
        default: "off",
        example: "\"gzip\"",
    },
    Variable {
        name: INCLUDE,
        value: Value::Globs,
        meaning: "record only these files: comma list of globs on the file path; a word without wildcards is a substring",
        default: "unset",
        example: "[\"src/server/*\"]",
    },
    Variable {
        name: EXCLUDE,
        value: Value::Globs,
        meaning: "leave these files out; the same patterns",
        default: "unset",
        example: "[\"*/generated/*\", \"hash.rs\"]",
    },
    Variable {
        name: INCLUDE_REGEX,
        value: Value::Regex,
        meaning: "record only files whose path this regular expression matches anywhere",
        default: "unset",
        example: "'src/(net|io)/'",
    },
    Variable {
        name: EXCLUDE_REGEX,
        value: Value::Regex,
        meaning: "leave such files out",
        default: "unset",
        example: "'_gen\\.rs$'",
    },
    Variable {
        name: FUNCTION_INCLUDE,
        value: Value::Globs,
        meaning: "record only these functions: the same patterns as for files, on `module::function`",
        default: "unset",
        example: "[\"*::Server::*\"]",
    },
    Variable {
        name: FUNCTION_EXCLUDE,
        value: Value::Globs,
        meaning: "leave these functions out",
        default: "unset",
        example: "[\"hash\", \"*::fmt\"]",
    },
    Variable {
        name: FUNCTION_INCLUDE_REGEX,
        value: Value::Regex,
        meaning: "record only functions whose `module::function` this regular expression matches anywhere",
        default: "unset",
        example: "'::(read|write)_'",
    },
    Variable {
        name: FUNCTION_EXCLUDE_REGEX,
        value: Value::Regex,
        meaning: "leave such functions out",
        default: "unset",
        example: "'::fmt$'",
    },
    Variable {
        name: ONLY,
        value: Value::Selectors,
        meaning: "record only what one of these selectors matches: comma list of `name:*`, `file=`, `func=`, `module=`, or a word",
        default: "unset",
        example: "[\"server:*\", \"func=parse\"]",
    },
    Variable {
        name: THREAD,
        value: Value::List,
        meaning: "record only these threads: comma list of exact thread ids or thread names",
        default: "unset",
        example: "[\"main\", \"worker-1\"]",
    },
    Variable {
        name: RATE,
        value: Value::Number(1),
        meaning: "N: of each thread's records, keep the first and every Nth; only with `write` and `ring`",
        default: "1",
        example: "10",
    },
    Variable {
        name: CRASH,
        value: Value::Switch,
        meaning: "`on` or `off`: describe a signal that ends the process in `crash.json`, and what panics say in `panic.json`; \
                  set to `on`, also in a library that a program of C or Python loads",
        default: "on",
        example: "false",
    },
    Variable {
        name: COVERAGE,
        value: Value::SwitchOr(&COVERAGES),
        meaning: "`flags` or `1`: also which statements were reached, whatever the filters leave out; `counts`: how often, too",
        default: "off",
        example: "\"counts\"",
    },
    Variable {
        name: CONFIG,
        value: Value::Text,
        meaning: "path of the configuration file; a variable that is set overrides its key there",
        default: "./instr.toml, if there is one",
        example: "\"/etc/instr.toml\"",
    },
    Variable {
        name: ECHO_STDERR,
        value: Value::Switch,
        meaning: "`1`: the runtime's own diagnostics on stderr",
        default: "off",
        example: "true",
    },
];

/// A variable that looks like one of ours and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown<'a> {
    name: &'a str,
    meant: Option<&'static str>,
}

/// What is wrong with the name of a variable, if it begins as ours do.
pub fn unknown(name: &str) -> Option<Unknown<'_>> {
    let suffix = name.strip_prefix(PREFIX)?;
    let known = || VARIABLES.iter().filter_map(|variable| variable.name.strip_prefix(PREFIX));
    let is_known = known().any(|variable| variable == suffix);
    (!is_known).then(|| Unknown { name, meant: closest(suffix, known()) })
}

impl fmt::Display for Unknown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unknown { name, meant } = self;
        match meant {
            Some(meant) => write!(f, "{name} is not a variable of instr; did you mean {PREFIX}{meant}?"),
            None => write!(f, "{name} is not a variable of instr, and is ignored"),
        }
    }
}

/// Where a statement's text stands in relation to macros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MacroFlag {
    /// Written out in the source.
    None,
    /// Came out of a macro's expansion.
    Expansion,
    /// Is itself a macro call.
    Invocation,
}

impl MacroFlag {
    /// Every flag.
    pub const ALL: [MacroFlag; 3] = [MacroFlag::None, MacroFlag::Expansion, MacroFlag::Invocation];

    /// The word that stands in records and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            MacroFlag::None => "none",
            MacroFlag::Expansion => "expansion",
            MacroFlag::Invocation => "invocation",
        }
    }

    /// The letter that stands in the site text.
    pub const fn letter(self) -> &'static str {
        match self {
            MacroFlag::None => "n",
            MacroFlag::Expansion => "e",
            MacroFlag::Invocation => "i",
        }
    }

    /// The flag of a [`word`](Self::word).
    pub fn from_word(word: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.word().as_bytes() == word)
    }

    /// The flag of a [`letter`](Self::letter).
    pub fn from_letter(letter: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.letter().as_bytes() == letter)
    }
}
