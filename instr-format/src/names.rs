//! The names that users meet: environment variables, and the words of the report's vocabulary.

/// Version of `run.json`, of the report's JSON and of the other JSON files.
pub const SCHEMA_VERSION: u32 = 1;

/// One environment variable that the runtime reads.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// The variable's full name.
    pub name: &'static str,
    /// What it does, in one line.
    pub meaning: &'static str,
    /// What holds when it is unset or empty.
    pub default: &'static str,
}

/// What every variable of instr begins with.
pub const PREFIX: &str = "INSTR_";
/// Turns everything off.
pub const ENABLE: &str = "INSTR_ENABLE";
/// Where run directories are made.
pub const OUTPUT_DIR: &str = "INSTR_OUTPUT_DIR";
/// What takes the records.
pub const SINK: &str = "INSTR_SINK";
/// Files to record.
pub const INCLUDE: &str = "INSTR_INCLUDE";
/// Files to leave out.
pub const EXCLUDE: &str = "INSTR_EXCLUDE";
/// Threads to record.
pub const THREAD: &str = "INSTR_THREAD";
/// The runtime's own diagnostics on stderr.
pub const ECHO_STDERR: &str = "INSTR_ECHO_STDERR";

/// The default of [`OUTPUT_DIR`], relative to the directory in which the program was started.
pub const DEFAULT_OUTPUT_DIR: &str = "instr-logs";
/// The only value of [`SINK`] so far.
pub const SINK_WRITE: &str = "write";

/// How many bytes of a thread's name the kernel keeps; what is compared with one is cut to as many.
pub const THREAD_NAME_MAX: usize = 15;

/// Every variable that the runtime reads, in the order of the reference.
pub const VARIABLES: [Variable; 7] = [
    Variable { name: ENABLE, meaning: "`0`, `false`, `off` or `no` turns everything off", default: "on" },
    Variable {
        name: OUTPUT_DIR,
        meaning: "directory for run directories, made 0700; `%p` is the pid, `%e` the program's name",
        default: "./instr-logs",
    },
    Variable { name: SINK, meaning: "`write`: a text line per statement, one `write(2)` each", default: "write" },
    Variable {
        name: INCLUDE,
        meaning: "record only these files: comma list of globs on the file path; a word without wildcards is a substring",
        default: "unset",
    },
    Variable { name: EXCLUDE, meaning: "leave these files out; the same patterns", default: "unset" },
    Variable {
        name: THREAD,
        meaning: "record only these threads: comma list of exact thread ids or thread names",
        default: "unset",
    },
    Variable { name: ECHO_STDERR, meaning: "`1`: the runtime's own diagnostics on stderr", default: "off" },
];

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
