//! Hot loops of published crates with every function annotated, against the same crates plain: time and instructions.
//!
//! `cargo bench -p instr-tests --bench crates`.

use instr_tests::bench::crates::{HOT, Hot};
use instr_tests::bench::figure::Figure;
use instr_tests::bench::instructions::{missing, per_turn};
use instr_tests::bench::kinds::{COUNT, DISABLED, RING, STACK, STACK_ALONE, WRITE};
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::alternate;
use instr_tests::bench::subject::{Readings, Subject};
use instr_tests::bench::tables::{COUNTED, CRATES, CRATES_DEBUG, TIME};
use instr_tests::package::Feature;
use instr_tests::skip::skip;

fn main() {
    for (table, release) in [(&CRATES, true), (&CRATES_DEBUG, false)] {
        let mut results = Results::new(table);
        HOT.iter().for_each(|hot| measure(hot, release, &mut results));
        results.finish();
    }
}

fn measure(hot: &Hot, release: bool, results: &mut Results) {
    let [plain, stack, instrumented] =
        [Feature::Off, Feature::Stack, Feature::Enabled].map(|feature| hot.program(feature, release));
    let mut rows = Vec::new();
    for (program, kind) in [
        (&stack, STACK_ALONE),
        (&instrumented, DISABLED),
        (&instrumented, STACK),
        (&instrumented, COUNT),
        (&instrumented, RING),
        (&instrumented, WRITE),
    ] {
        let row = format!("{}, {}", hot.name, kind.name);
        match kind.try_on(&Subject::new(program, &["run", "1"])) {
            Ok(()) => rows.push((row, program, kind)),
            Err(reason) => results.skip(&row, &reason),
        }
    }
    // The plain one first.
    let subjects = |arguments: &[&str]| {
        let instrumented = rows.iter().map(|(_, program, kind)| kind.of(&Subject::new(program, arguments)));
        [Subject::new(&plain, arguments)].into_iter().chain(instrumented).collect::<Vec<_>>()
    };
    let rounds = alternate(&subjects(&["compare"]), Subject::readings);
    for (at, (row, ..)) in rows.iter().enumerate() {
        let times_plain = |round: &[Readings]| {
            assert_eq!(round[at + 1]["sum"], round[0]["sum"], "{row} makes something else");
            round[at + 1]["turn"] / round[0]["turn"]
        };
        results.set(row, TIME, rounds.figure(times_plain));
    }
    if let Some(reason) = missing() {
        return skip(&format!("instructions in {}", hot.name), &reason);
    }
    // What `write` takes is mostly the kernel's, which is not counted.
    let in_the_program = rows.iter().enumerate().filter(|(_, (_, _, kind))| *kind != WRITE);
    let subjects = subjects(&["run"]);
    let plain = per_turn(&subjects[0], 1);
    for (at, (row, ..)) in in_the_program {
        results.set(row, COUNTED, Figure::of(vec![per_turn(&subjects[at + 1], 1) / plain]));
    }
}
