//! Signals that arrive while a record is being made.

use std::os::unix::process::ExitStatusExt;

use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::faults::times;
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};
use instr_tests::records::{Log, id, log};
use instr_tests::report::Report;
use instr_tests::rings::tables;
use instr_tests::skip::skip;

const SOURCE: &str = "tests/programs/src/bin/signals.rs";

/// The program says how often it reached which statement, and checks `errno` itself.
fn assert_every_statement_is_recorded_once(way: [&str; 2], handler: &str, variables: &[(&str, &str)]) -> Log {
    let scene = Scene::new();
    let command = &mut scene.command(&program("signals", INSTRUMENTED));
    // Of a log, however fast the machine is.
    let all: &[_] = if variables.is_empty() { &[("INSTR_MAX_BYTES", "4G")] } else { &[] };
    let ended = run(command.args(way).envs(variables.iter().chain(all).copied()));
    assert!(ended.status.success(), "{ended:?}");
    let log = log(&scene.runs()[0], "signals");
    log.assert_whole();
    // Its numbers and its times have other orders, and the clock is right.
    assert_eq!(scene.report().threads().iter().flat_map(Report::of_clocks).next(), None);
    let recorded = |mark: &str| log.count(&Place::marked(SOURCE, mark));
    assert_eq!(
        (recorded(handler), recorded("turn")),
        (number(&ended.stdout, "handled"), number(&ended.stdout, "turns"))
    );
    log
}

/// What the program says of `name`.
fn number(stdout: &str, name: &str) -> u64 {
    let word = stdout.lines().find_map(|line| line.strip_prefix(name));
    word.and_then(|word| word.trim().parse().ok()).unwrap_or_else(|| panic!("no {name} in {stdout}"))
}

/// A timer of 20 µs goes off so often in one run: that of a log takes four seconds, others end before a ring is full. So
/// many runs are ten seconds and more.
const OF_LOG: &str = "200000";
const OF_LOG_RUNS: u64 = 3;
const OF_RING: &str = "20000";
const OF_RING_RUNS: u64 = 25;

#[test]
fn row_23_29_an_instrumented_handler_and_what_it_interrupts_lose_no_record() {
    for _ in 0..times(1, OF_LOG_RUNS) {
        let log = assert_every_statement_is_recorded_once(["recorded", OF_LOG], "recorded", &[]);
        assert!(!log.seqs.is_sorted(), "no signal arrived within a record, so this shows nothing");
    }
}

#[test]
fn a_function_called_by_a_handler_that_opted_out_and_what_it_interrupts_lose_no_record() {
    let log = assert_every_statement_is_recorded_once(["opted-out", OF_LOG], "called by a handler", &[]);
    assert!(!log.seqs.is_sorted(), "no signal arrived within a record, so this shows nothing");
}

const LARGE: (&str, &str) = ("INSTR_RING_BYTES", "256M");
const CLOCKS: [&str; 3] = ["coarse", "off", "full"];

#[test]
fn row_23_29_a_handler_and_what_it_interrupts_lose_no_record_of_a_ring() {
    for clock in CLOCKS {
        let variables = [("INSTR_SINK", "ring"), ("INSTR_CLOCK", clock), LARGE];
        for _ in 0..times(1, OF_RING_RUNS) {
            assert_every_statement_is_recorded_once(["recorded", OF_RING], "recorded", &variables);
        }
    }
}

#[test]
fn row_23_29_a_handler_and_what_it_interrupts_lose_no_count() {
    for _ in 0..times(1, OF_RING_RUNS) {
        assert_every_statement_is_counted(["recorded", OF_RING], "recorded");
    }
}

#[test]
fn row_24_handlers_deep_within_each_other_lose_no_record() {
    let log = assert_every_statement_is_recorded_once(["nested", "20000"], "called by a handler", &[]);
    assert!(!log.seqs.is_sorted(), "no signal arrived within a record, so this shows nothing");
    for clock in CLOCKS {
        let variables = [("INSTR_SINK", "ring"), ("INSTR_CLOCK", clock), LARGE];
        assert_every_statement_is_recorded_once(["nested", "5000"], "called by a handler", &variables);
    }
}

#[test]
fn row_24_handlers_deep_within_each_other_lose_no_count() {
    assert_every_statement_is_counted(["nested", "20000"], "called by a handler");
}

fn assert_every_statement_is_counted(way: [&str; 2], handler: &str) {
    let scene = Scene::new();
    let command = &mut scene.command(&program("signals", INSTRUMENTED));
    let ended = run(command.args(way).env("INSTR_SINK", "count"));
    assert!(ended.status.success(), "{ended:?}");
    let run = &scene.runs()[0];
    let counters = &tables(run)[0].counters;
    let counted = |mark: &str| counters[id(run, &Place::marked(SOURCE, mark)) as usize];
    assert_eq!((counted(handler), counted("turn")), (number(&ended.stdout, "handled"), number(&ended.stdout, "turns")));
}

const JUMPING: &str = "tests/programs/src/bin/jumping.rs";

/// The program jumps out of handlers, at any instant of its records. What is recorded is right, and what is not is a
/// gap in the numbers: at most one for each jump.
#[test]
fn row_30_a_handler_that_leaves_by_siglongjmp() {
    if !cfg!(target_arch = "x86_64") {
        return skip("row_30_a_handler_that_leaves_by_siglongjmp", "its program is in the assembly of another machine");
    }
    for (sink, clock) in [("write", "full"), ("ring", "coarse"), ("ring", "off"), ("ring", "full"), ("count", "off")] {
        let scene = Scene::new();
        let command = &mut scene.command(&program("jumping", INSTRUMENTED));
        let ended = run(command.envs([("INSTR_SINK", sink), ("INSTR_CLOCK", clock), LARGE]));
        assert_eq!(ended.status.signal(), Some(libc::SIGKILL), "{sink} {clock}: {ended:?}");
        let expected: Vec<u64> = ended.stdout.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let run = &scene.runs()[0];
        let [landed, calm, left, end] = ["landed", "calm", "leave", "end"].map(|mark| Place::marked(JUMPING, mark));
        let count: Box<dyn Fn(&Place) -> u64> = if sink == "count" {
            let table = tables(run).remove(0);
            Box::new(move |place| table.counters[id(run, place) as usize])
        } else {
            let log = log(run, "jumping");
            let mut seqs = log.seqs.clone();
            seqs.sort_unstable();
            assert!(seqs.is_sorted_by(|one, next| one < next), "{sink} {clock}: a number twice");
            let missing = seqs[seqs.len() - 1] - seqs.len() as u64;
            assert!(missing <= expected[0], "{sink} {clock}: {missing} records are missing");
            let report = scene.report();
            assert_eq!(report.sum("overwritten") + report.sum("dropped"), missing, "{sink} {clock}: {report:?}");
            if sink == "write" {
                assert!(missing > 0, "no jump left a record half made, so this shows nothing");
                assert_eq!(report.thread("main")["damage"][0]["kind"], "gap");
            }
            Box::new(move |place| log.count(place))
        };
        assert_eq!(
            [count(&landed), count(&calm), count(&left)],
            [expected[0], expected[1], expected[0]],
            "{sink} {clock}"
        );
        assert_eq!(Place::last_of(scene.report().thread("main")), end, "{sink} {clock}");
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
