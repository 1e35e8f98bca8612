//! What stands in `instr.toml`: every key with the values that it takes, what it does, and what holds without it.
//!
//! The part `run` has a key for each variable but the one that names the file: its name without the prefix, in small letters.

use core::fmt;

use crate::names::{self, PREFIX, VARIABLES, Variable};
use crate::value::Value;

/// Name of the file.
pub const FILE: &str = "instr.toml";

/// Larger files are refused.
pub const SIZE_MAX: usize = 64 << 10;

/// The part that says what programs record.
pub const RUN: &str = "run";
/// The part that says what is instrumented.
pub const BUILD: &str = "build";
/// What holds for some of the files: an array of tables, of which a later one overrides those before it.
pub const BUILD_PATH: &str = "build.path";
/// The part of `cargo instr`.
pub const CARGO_INSTR: &str = "cargo-instr";
/// The part that says what else observes programs.
pub const INSTRUMENTATION: &str = "instrumentation";

const STRACE: &str = "instrumentation.strace";
/// Which code is reached, and who says so.
pub const COVERAGE: &str = "instrumentation.coverage";
const SANITIZERS: &str = "instrumentation.sanitizers";
const SAMPLING: &str = "instrumentation.sampling";

/// Every table.
pub const TABLES: [&str; 9] =
    [RUN, BUILD, BUILD_PATH, CARGO_INSTR, INSTRUMENTATION, STRACE, COVERAGE, SANITIZERS, SAMPLING];

/// The values of `level`, of the attribute and of `cargo instr`.
pub const LEVELS: [&str; 3] = ["statement", "block", "function"];
/// The values of `macros`.
pub const MACROS: [&str; 4] = ["both", "invocations", "expansions", "none"];

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The table that it stands in, such as `run`.
    pub table: &'static str,
    name: &'static str,
    /// What it takes.
    pub value: Value,
    /// What it does, in one line.
    pub meaning: &'static str,
    /// What holds without it.
    pub default: &'static str,
    /// A value, as it may stand in the file.
    pub example: &'static str,
}

/// Every key but those of the part `run`, in the order of the reference.
pub static KEYS: [Key; 22] = [
    Key {
        table: BUILD,
        name: "include",
        value: Value::Globs,
        meaning: "instrument only these files; the patterns of `INSTR_INCLUDE`",
        default: "unset",
        example: "[\"src/server/*\"]",
    },
    Key {
        table: BUILD,
        name: "exclude",
        value: Value::Globs,
        meaning: "leave these files out",
        default: "unset",
        example: "\"src/generated/*\"",
    },
    Key {
        table: BUILD,
        name: "include_function",
        value: Value::Globs,
        meaning: "instrument only these functions; the patterns go by paths such as `crate::module::Type::method`",
        default: "unset",
        example: "\"*::Server::*\"",
    },
    Key {
        table: BUILD,
        name: "exclude_function",
        value: Value::Globs,
        meaning: "leave these functions out",
        default: "unset",
        example: "[\"hash\", \"*::fmt\"]",
    },
    Key {
        table: BUILD,
        name: "level",
        value: Value::Word(&LEVELS),
        meaning: "what is recorded, as the attribute's argument says it",
        default: "statement",
        example: "\"block\"",
    },
    Key {
        table: BUILD,
        name: "macros",
        value: Value::Word(&MACROS),
        meaning: "which statements of macros are recorded, as the attribute's argument says it",
        default: "both",
        example: "\"invocations\"",
    },
    Key {
        table: BUILD_PATH,
        name: "files",
        value: Value::Globs,
        meaning: "the files that this `[[build.path]]` is for; needed",
        default: "",
        example: "\"src/parser/*\"",
    },
    Key {
        table: BUILD_PATH,
        name: "level",
        value: Value::Word(&LEVELS),
        meaning: "`build.level` for these files",
        default: "`build.level`",
        example: "\"function\"",
    },
    Key {
        table: BUILD_PATH,
        name: "macros",
        value: Value::Word(&MACROS),
        meaning: "`build.macros` for these files",
        default: "`build.macros`",
        example: "\"none\"",
    },
    Key {
        table: CARGO_INSTR,
        name: "with_dep",
        value: Value::List,
        meaning: "dependencies to instrument too, as by `--with-dep`",
        default: "none",
        example: "[\"hyper\", \"h2\"]",
    },
    Key {
        table: CARGO_INSTR,
        name: "deps",
        value: Value::Switch,
        meaning: "instrument all dependencies, as by `--deps`",
        default: "off",
        example: "true",
    },
    Key {
        table: CARGO_INSTR,
        name: "sink",
        value: Value::Word(&names::SINKS),
        meaning: "the sink of programs that `cargo instr` has built, before `run.sink`",
        default: "`ring`",
        example: "\"write\"",
    },
    Key {
        table: CARGO_INSTR,
        name: "stack",
        value: Value::Switch,
        meaning: "keep open statements and no history, as by `--stack`",
        default: "off",
        example: "true",
    },
    Key {
        table: CARGO_INSTR,
        name: "keep",
        value: Value::Number(1),
        meaning: "keep the runs of so many commands, as by `--keep`",
        default: "the newest 20, at most 2 GB",
        example: "5",
    },
    Key {
        table: INSTRUMENTATION,
        name: "ptrace",
        value: Value::Switch,
        meaning: "observe with ptrace",
        default: "off",
        example: "true",
    },
    Key {
        table: STRACE,
        name: "enabled",
        value: Value::Switch,
        meaning: "observe system calls with strace",
        default: "off",
        example: "true",
    },
    Key {
        table: STRACE,
        name: "follow_forks",
        value: Value::Switch,
        meaning: "those of child processes too",
        default: "off",
        example: "true",
    },
    Key {
        table: COVERAGE,
        name: "enabled",
        value: Value::Switch,
        meaning: "keep which statements were reached, as `run.coverage` does; with `cargo instr` as `--coverage`",
        default: "off",
        example: "true",
    },
    Key {
        table: COVERAGE,
        name: "backend",
        value: Value::Word(&["instr", "llvm", "sancov"]),
        meaning: "by what",
        default: "instr",
        example: "\"sancov\"",
    },
    Key {
        table: SANITIZERS,
        name: "asan",
        value: Value::Switch,
        meaning: "build C parts with AddressSanitizer",
        default: "off",
        example: "true",
    },
    Key {
        table: SANITIZERS,
        name: "ubsan",
        value: Value::Switch,
        meaning: "build C parts with UndefinedBehaviorSanitizer",
        default: "off",
        example: "true",
    },
    Key {
        table: SAMPLING,
        name: "interval_ms",
        value: Value::Number(1),
        meaning: "time between two samples of all threads, in milliseconds",
        default: "unset",
        example: "10",
    },
];

/// How many keys there are.
pub const COUNT: usize = VARIABLES.len() - 1 + KEYS.len();

/// Every key, in the order of the reference.
pub fn all() -> impl Iterator<Item = Key> {
    VARIABLES.iter().filter_map(Key::of_variable).chain(KEYS.iter().copied())
}

impl Key {
    /// The key that a variable has.
    pub fn of_variable(variable: &'static Variable) -> Option<Self> {
        let &Variable { name, value, meaning, default, example } = variable;
        let key = Key { table: RUN, name: name.strip_prefix(PREFIX)?, value, meaning, default, example };
        (name != names::CONFIG).then_some(key)
    }

    /// The variable that says the same.
    pub fn variable(&self) -> Option<&'static Variable> {
        let suffix = |variable: &&Variable| variable.name.strip_prefix(PREFIX) == Some(self.name);
        VARIABLES.iter().find(suffix).filter(|_| self.table == RUN)
    }

    /// Whether it has this name in its table.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) && !name.bytes().any(|letter| letter.is_ascii_uppercase())
    }

    /// Its name within its table.
    pub fn name(&self) -> Name {
        Name(self.name)
    }
}

/// The name of a key, or of a variable without its prefix, in small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name(pub &'static str);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| fmt::Write::write_char(f, letter.to_ascii_lowercase()))
    }
}

/// With its table: `run.max_bytes`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.name())
    }
}
