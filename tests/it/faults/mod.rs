//! The fault catalogue, row by row, and that it is whole. Rows that other tests show too are with those.

mod before_main;
mod clocks;
mod contents;
mod each_call;
mod errno;
mod failing_calls;
mod held_locks;
mod libraries;
mod own_handlers;
mod processes;
mod sanitized;

use std::collections::BTreeSet;
use std::process::Command;

use instr_tests::faults::{Here, PARTS, rows_of};

/// The last row of the catalogue.
const LAST: u32 = 79;

fn all_tests() -> Vec<String> {
    let listed = Command::new(std::env::current_exe().expect("it runs")).arg("--list").output().expect("it runs again");
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    listed.lines().filter_map(|line| Some(line.strip_suffix(": test")?.to_owned())).collect()
}

#[test]
fn every_row_has_a_test_or_a_reason() {
    let tested: BTreeSet<u32> = all_tests().iter().flat_map(|test| rows_of(test)).collect();
    let rows: Vec<_> = PARTS.iter().flat_map(|part| part.rows).collect();
    let numbers: Vec<u32> = rows.iter().map(|row| row.number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let missing: Vec<u32> = (1..=LAST).filter(|number| numbers.binary_search(number).is_err()).collect();
    assert_eq!(missing, [0; 0], "rows without a line in tests/src/faults");
    let provoked = rows.iter().filter(|row| matches!(row.here, Here::Provoked(_))).map(|row| row.number).collect();
    assert_eq!(tested, provoked, "tests on the left, rows that are to have some on the right");
}
