//! Tests that cannot run here say so, and are counted.

use std::fs::OpenOptions;
use std::io::Write;

/// Names the file to which skipped tests append a line each.
pub const SKIPS: &str = "INSTR_TEST_SKIPS";

/// Says that the calling test is skipped and why, past the test harness, which keeps what a passing test prints.
///
/// # Panics
/// When the file that counts cannot be written.
pub fn skip(test: &str, reason: &str) {
    let line = format!("SKIP {test}: {reason}\n");
    // Nobody is left to tell when stderr is closed.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = std::env::var_os(SKIPS) {
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a file for skips");
        file.write_all(line.as_bytes()).expect("room for a line");
    }
}
