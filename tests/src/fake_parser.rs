//! A made-up program that parses: it recurses, and calls a dependency.

use tempfile::TempDir;

use crate::fake_run::{FakeRun, FakeSlot, PID, Site, sites_file};
use crate::fake_stack::FakeStack;

/// Where the dependency's statements are.
pub const SERDE: &str = "/home/u/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde_json-1.0.149/src/de.rs";

const fn site(file: &'static str, line: u64, name: &'static str, snippet: &'static str) -> Site {
    Site { file, line, col: 5, module: "demo", name, snippet }
}

const fn of_serde(line: u64, name: &'static str, snippet: &'static str) -> Site {
    Site { file: SERDE, line, col: 9, module: "serde_json::de", name, snippet }
}

/// The statements of a program that parses; `load_node` has three.
pub const PARSER: [Site; 10] = [
    site("src/main.rs", 3, "main", "run(&text)"),
    site("src/main.rs", 8, "run", "load_node(parser)"),
    site("src/yaml.rs", 20, "load_node", "load_sequence(parser)"),
    site("src/yaml.rs", 22, "load_node", "load_mapping(parser)"),
    site("src/yaml.rs", 24, "load_node", "parser.next()"),
    site("src/yaml.rs", 30, "load_sequence", "load_node(parser)"),
    site("src/yaml.rs", 40, "load_mapping", "load_node(parser)"),
    of_serde(100, "from_str", "from_trait(StrRead::new(s))"),
    of_serde(110, "from_trait", "T::deserialize(&mut de)"),
    of_serde(120, "peek", "self.read.peek()"),
];
/// `main` calls `run`.
pub const MAIN: u32 = 0;
/// `run` calls `load_node`.
pub const RUN: u32 = 1;
/// `load_node` calls `load_sequence`.
pub const NODE_SEQUENCE: u32 = 2;
/// `load_node` calls `load_mapping`.
pub const NODE_MAPPING: u32 = 3;
/// `load_node` calls nothing of the program's own.
pub const NODE_NEXT: u32 = 4;
/// `load_sequence` calls `load_node`.
pub const SEQUENCE: u32 = 5;
/// `load_mapping` calls `load_node`.
pub const MAPPING: u32 = 6;
/// The dependency's `from_str` calls `from_trait`.
pub const FROM_STR: u32 = 7;
/// Its `from_trait`.
pub const FROM_TRAIT: u32 = 8;
/// Its `peek`.
pub const PEEK: u32 = 9;

/// A run of that program whose main thread has this stack.
#[must_use]
pub fn parsing(stack: FakeStack) -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.write("sites", sites_file(&PARSER));
    // The slot's own statement is of no account.
    run.last(None, &[FakeSlot::inside(PID, b"demo", RUN)]);
    run.stacks(&[of_parser(stack)]);
    (output, run)
}

/// The stack as one of that program.
#[must_use]
pub fn of_parser(stack: FakeStack) -> FakeStack {
    FakeStack { sites: PARSER.len() as u32, ..stack }
}

/// The main thread's stack with these open statements, outermost first.
#[must_use]
pub fn main_stack(calls: impl IntoIterator<Item = u32>) -> FakeStack {
    FakeStack::new(PID, calls)
}
