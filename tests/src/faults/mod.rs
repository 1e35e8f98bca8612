//! The fault catalogue: what goes wrong around an instrumented program, and how the tests provoke it.
//!
//! Each row has a number, and its tests are those in `tests/it` whose names begin with it: `row_07_…`, or `row_36_37_…` for
//! one that shows several. `cargo run -p instr-tests --bin faults` runs them and prints the table.

mod content;
mod death;
mod host;
mod input;
mod limits;
mod processes;

/// One fault of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its number.
    pub number: u32,
    /// What goes wrong.
    pub fault: &'static str,
    /// What becomes of it here.
    pub here: Here,
}

/// What becomes of a fault here.
#[derive(Debug, Clone, Copy)]
pub enum Here {
    /// Tests provoke it, in this way.
    Provoked(&'static str),
    /// It cannot be provoked, for this reason.
    Not(&'static str),
}

/// A part of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Its rows, in order.
    pub rows: &'static [Row],
}

/// The whole catalogue.
pub const PARTS: [Part; 6] = [
    Part { name: "Death", rows: death::ROWS },
    Part { name: "Re-entrancy, and the program's own state", rows: host::ROWS },
    Part { name: "Files and limits", rows: limits::ROWS },
    Part { name: "Processes, threads, loading", rows: processes::ROWS },
    Part { name: "Contents, time, counters", rows: content::ROWS },
    Part { name: "The analyzer's input", rows: input::ROWS },
];

/// Set to have tests that loop do so as often as it takes to be sure.
pub const FULL: &str = "TEST_OF_INSTR_FULL";

/// How often to do something: `quick` times, or `full` times in a full run.
pub fn times(quick: u64, full: u64) -> u64 {
    if std::env::var_os(FULL).is_some() { full } else { quick }
}

/// The rows that a test of this name shows.
pub fn rows_of(test: &str) -> Vec<u32> {
    let name = test.rsplit("::").next().unwrap_or(test);
    let Some(numbers) = name.strip_prefix("row_") else { return Vec::new() };
    numbers.split('_').map_while(|word| word.parse().ok()).collect()
}

const fn provoked(number: u32, fault: &'static str, how: &'static str) -> Row {
    Row { number, fault, here: Here::Provoked(how) }
}

const fn not_here(number: u32, fault: &'static str, reason: &'static str) -> Row {
    Row { number, fault, here: Here::Not(reason) }
}
