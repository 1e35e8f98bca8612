//! Signals and SIGKILL behind the instructions of a probe, one at a time: behind some here, behind all in
//! `cargo run -p instr-tests --bin kills -- --full`.

#![cfg(target_arch = "x86_64")]

use instr_tests::build::{Build, INSTRUMENTED};
use instr_tests::faults::times;
use instr_tests::stepped::{CASES, Case, give_signals, kill};

#[test]
fn row_23_a_signal_behind_an_instruction_costs_no_record_and_makes_none_double() {
    for case in CASES {
        // Of handlers that fill the whole ring, fewer.
        let full = if case.overruns() { 60 } else { 200 };
        let tally = give_signals(case, INSTRUMENTED, times(40, full) as usize, 0);
        assert!(tally.disturbed > 0, "{}: {tally:?}", case.name);
    }
}

#[test]
fn row_23_a_second_signal_in_the_handler_of_the_first_costs_no_record_and_makes_none_double() {
    for (name, near) in [("ring, within a chunk", 20), ("ring, first record of a chunk", 14), ("ring, clock full", 10)]
    {
        let tally = give_signals(Case::named(name), INSTRUMENTED, 1, near);
        assert!(tally.signals > 100, "{name}: {tally:?}");
    }
}

#[test]
fn row_04_a_kill_behind_an_instruction_leaves_whole_records_and_all_that_were_there() {
    for case in CASES.iter().filter(|case| case.each == 1) {
        let tally = kill(case, INSTRUMENTED, 8);
        assert!(tally.disturbed > 0, "{}: {tally:?}", case.name);
    }
}

/// There the probes are inlined.
#[test]
fn row_23_signals_and_kills_behind_instructions_of_a_release_build() {
    let release = Build { profile: "release", ..INSTRUMENTED };
    for name in ["ring, within a chunk", "ring, parts of statements", "ring, first record of a chunk", "count"] {
        let case = Case::named(name);
        let tally = give_signals(case, release, times(40, 200) as usize, 14);
        assert!(tally.signals > 100, "{name}: {tally:?}");
        let tally = kill(case, release, 8);
        assert!(tally.disturbed > 0, "{name}: {tally:?}");
    }
}
