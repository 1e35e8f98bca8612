//! What coverage costs, with and without a history, beside the compiler's own: statements, and hot loops of published crates.
//!
//! `cargo bench -p instr-tests --bench coverage`.

use std::path::Path;

use instr_tests::bench::crates::{HOT, Hot};
use instr_tests::bench::kinds::{COVER, COVER_COUNTS, Kind, RING, RING_COVER, RING_COVER_COUNTS, STACK};
use instr_tests::bench::programs::{Built, records_per_turn, statements, statements_covered_by_llvm};
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::alternate;
use instr_tests::bench::subject::{Readings, Subject};
use instr_tests::bench::tables::{
    COVERAGE_CRATES, COVERAGE_STATEMENTS, LLVM, OVER_TIGHT, OVER_WORK, TIGHT, TIME, WORK,
};
use instr_tests::package::Feature;

/// Less than the scheduler lets a program run.
const TURNS: &str = "100000";
/// Each sink, followed by what coverage adds to it.
const KINDS: [Kind; 6] = [STACK, COVER, COVER_COUNTS, RING, RING_COVER, RING_COVER_COUNTS];
/// How many of them belong to a sink.
const OF_A_SINK: usize = 3;

fn main() {
    of_statements();
    let mut results = Results::new(&COVERAGE_CRATES);
    HOT.iter().for_each(|hot| of_crate(hot, &mut results));
    results.finish();
}

/// Checks that the runtime does what it is told to, and has each kind follow the plain program, and LLVM's come last.
fn subjects(plain: &Path, instrumented: &Path, llvm: &Path, arguments: &[&str]) -> Vec<Subject> {
    let mut subjects = vec![Subject::new(plain, arguments)];
    for kind in KINDS {
        let subject = Subject::new(instrumented, arguments);
        kind.try_on(&subject).unwrap_or_else(|reason| panic!("{}: {reason}", kind.name));
        subjects.push(kind.of(&subject));
    }
    subjects.push(Subject::new(llvm, arguments));
    subjects
}

fn of_statements() {
    let [plain, instrumented] =
        [Feature::Off, Feature::Enabled].map(|feature| statements(Built { feature, release: true }));
    let subjects = subjects(&plain, &instrumented, &statements_covered_by_llvm(), &["compare", TURNS]);
    let rounds = alternate(&subjects, Subject::readings);
    let mut results = Results::new(&COVERAGE_STATEMENTS);
    for (function, column, over) in [("work", WORK, OVER_WORK), ("tight", TIGHT, OVER_TIGHT)] {
        let records = records_per_turn(&instrumented, function);
        let (with, without) = (format!("{function}.instrumented"), format!("{function}.plain"));
        for (at, kind) in (1..).zip(KINDS) {
            let over_plain = |round: &[Readings]| (round[at][&with] - round[at][&without]) / records;
            results.set(kind.name, column, rounds.figure(over_plain));
            let sink = 1 + (at - 1) / OF_A_SINK * OF_A_SINK;
            if at != sink {
                results.set(kind.name, over, rounds.figure(|round| (round[at][&with] - round[sink][&with]) / records));
            }
        }
        // There, both copies of the function are covered.
        let over_plain = |round: &[Readings]| (round[1 + KINDS.len()][&with] - round[0][&with]) / records;
        results.set(LLVM, column, rounds.figure(over_plain));
    }
    results.finish();
}

fn of_crate(hot: &Hot, results: &mut Results) {
    let [plain, instrumented] = [Feature::Off, Feature::Enabled].map(|feature| hot.program(feature, true));
    let subjects = subjects(&plain, &instrumented, &hot.covered_by_llvm(), &["compare"]);
    let rounds = alternate(&subjects, Subject::readings);
    let names = KINDS.iter().map(|kind| kind.name).chain([LLVM]).filter(|name| *name != STACK.name);
    for name in names {
        let at = 1 + KINDS.iter().position(|kind| kind.name == name).unwrap_or(KINDS.len());
        let row = format!("{}, {name}", hot.name);
        let times_plain = |round: &[Readings]| {
            assert_eq!(round[at]["sum"], round[0]["sum"], "{row} makes something else");
            round[at]["turn"] / round[0]["turn"]
        };
        results.set(&row, TIME, rounds.figure(times_plain));
    }
}
