//! Tests that need something which is missing are skipped, whenever it went.

use std::cell::Cell;
use std::panic::catch_unwind;

use instr_tests::skip::{unless_missing, without};

#[test]
fn what_is_missing_before_is_named_and_the_test_does_not_run() {
    let skipped = unless_missing(|| without("no-such-tool"), || panic!("it runs"));
    assert!(skipped.is_err_and(|reason| reason.starts_with("no-such-tool: ")));
}

#[test]
fn what_goes_while_the_test_runs_is_named() {
    let there = Cell::new(true);
    let missing = || (!there.get()).then(|| "tool: gone".to_owned());
    let skipped = unless_missing(missing, || {
        there.set(false);
        panic!("no tool");
    });
    assert_eq!(skipped, Err("tool: gone".to_owned()));
}

#[test]
fn a_failure_with_everything_there_is_a_failure() {
    assert!(catch_unwind(|| unless_missing(|| None, || panic!("wrong"))).is_err());
    assert_eq!(unless_missing(|| None, || ()), Ok(()));
}
