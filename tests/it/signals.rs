//! Signals that arrive while a record is being made.

use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};
use instr_tests::records::{Log, log};

const SOURCE: &str = "tests/programs/src/bin/signals.rs";

/// The program says how often it reached which statement, and checks `errno` itself.
fn assert_every_statement_is_recorded_once(way: [&str; 2], handler: &str, variables: &[(&str, &str)]) -> Log {
    let scene = Scene::new();
    let command = &mut scene.command(&program("signals", INSTRUMENTED));
    let ended = run(command.args(way).envs(variables.iter().copied()));
    assert!(ended.status.success(), "{ended:?}");
    let number = |name: &str| -> u64 {
        let word = ended.stdout.lines().find_map(|line| line.strip_prefix(name));
        word.and_then(|word| word.trim().parse().ok()).unwrap_or_else(|| panic!("no {name} in {}", ended.stdout))
    };
    let log = log(&scene.runs()[0], "signals");
    log.assert_whole();
    let recorded = |mark: &str| log.count(&Place::marked(SOURCE, mark));
    assert_eq!((recorded(handler), recorded("turn")), (number("handled"), number("turns")));
    log
}

#[test]
fn an_instrumented_handler_and_what_it_interrupts_lose_no_record() {
    let log = assert_every_statement_is_recorded_once(["recorded", "200000"], "recorded", &[]);
    assert!(!log.seqs.is_sorted(), "no signal arrived within a record, so this shows nothing");
}

#[test]
fn a_function_called_by_a_handler_that_opted_out_and_what_it_interrupts_lose_no_record() {
    let log = assert_every_statement_is_recorded_once(["opted-out", "200000"], "called by a handler", &[]);
    assert!(!log.seqs.is_sorted(), "no signal arrived within a record, so this shows nothing");
}

#[test]
fn a_handler_and_what_it_interrupts_lose_no_record_of_a_ring() {
    let large = ("INSTR_RING_BYTES", "256M");
    for clock in ["coarse", "off", "full"] {
        let variables = [("INSTR_SINK", "ring"), ("INSTR_CLOCK", clock), large];
        assert_every_statement_is_recorded_once(["recorded", "20000"], "recorded", &variables);
    }
}

#[test]
fn a_handler_on_a_small_stack_records() {
    for when in ["first", "later"] {
        let scene = Scene::new();
        let ended = run(scene.command(&program("small_stack", INSTRUMENTED)).arg(when));
        assert!(ended.status.success(), "{when}: {ended:?}");
        let log = log(&scene.runs()[0], "small_stack");
        let reached = log.count(&Place::marked("tests/programs/src/bin/small_stack.rs", "reached"));
        assert_eq!(reached, if when == "later" { 2 } else { 1 });
    }
}
