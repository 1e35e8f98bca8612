//! What a test says past the test harness, which keeps what a passing test prints: that it cannot run here, and what it
//! has counted.

use std::fs::OpenOptions;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::Command;

/// Names the file to which skipped tests append a line each.
// No variable of instr, so that no program under test speaks of it.
pub const SKIPS: &str = "TEST_OF_INSTR_SKIPS";
/// Names the file to which tests append what they have counted.
pub const COUNTS: &str = "TEST_OF_INSTR_COUNTS";

/// Says that the calling test is skipped and why.
///
/// # Panics
/// When the file that counts cannot be written.
pub fn skip(test: &str, reason: &str) {
    let line = format!("SKIP {test}: {reason}\n");
    // Nobody is left to tell when stderr is closed.
    let _ = std::io::stderr().write_all(line.as_bytes());
    append(SKIPS, &line);
}

/// Runs a test that needs something of this machine, or skips it where that is missing. It is looked for again when the test
/// has failed, as it may have gone meanwhile.
///
/// # Panics
/// When the test fails with everything there.
pub fn needing(test: &str, missing: impl Fn() -> Option<String>, body: impl FnOnce()) {
    if let Err(reason) = unless_missing(missing, body) {
        skip(test, &reason);
    }
}

/// The same for what is no test.
///
/// # Errors
/// What is missing.
///
/// # Panics
/// When it fails with everything there.
pub fn unless_missing(missing: impl Fn() -> Option<String>, body: impl FnOnce()) -> Result<(), String> {
    if let Some(reason) = missing() {
        return Err(reason);
    }
    catch_unwind(AssertUnwindSafe(body)).or_else(|panic| missing().map_or_else(|| resume_unwind(panic), Err))
}

/// Why a program cannot be run here, if it cannot.
pub fn without(program: &str) -> Option<String> {
    let found = Command::new(program).arg("--version").output();
    found.err().map(|error| format!("{program}: {error}"))
}

/// Says what the calling test has done, with figures, for the table of faults.
///
/// # Panics
/// When the file for it cannot be written.
pub fn counted(what: &str) {
    append(COUNTS, &format!("{what}\n"));
}

fn append(variable: &str, line: &str) {
    if let Some(path) = std::env::var_os(variable) {
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a file for such lines");
        file.write_all(line.as_bytes()).expect("room for a line");
    }
}
