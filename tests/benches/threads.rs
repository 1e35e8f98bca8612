//! What a statement costs in a thread that is alone, and in one of two: nothing on the way of a record is shared.
//!
//! `cargo bench -p instr-tests --bench threads`.

use instr_tests::bench::kinds::{COUNT, RING, RING_FULL, WRITE};
use instr_tests::bench::programs::{Built, threads};
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::{Rounds, alternate};
use instr_tests::bench::subject::{Readings, Subject};
use instr_tests::bench::tables::{ONE_THREAD, PLAIN, SCALING, THREADS, TWO_THREADS};
use instr_tests::package::Feature;
use instr_tests::processors::processors;

const TURNS: &str = "100000";
/// Lines take a microsecond.
const TURNS_OF_LINES: &str = "400";

fn main() {
    let mut results = Results::new(&THREADS);
    if processors().len() < 2 {
        THREADS.rows.iter().for_each(|row| results.skip(row.name, "there is one processor"));
        return results.finish();
    }
    let program = threads(Built { feature: Feature::Enabled, release: true });
    let subject = |what: &str, turns: &str| Subject { pinned: false, ..Subject::new(&program, &[what, turns]) };

    let mut subjects = vec![(PLAIN, subject("plain", TURNS))];
    for kind in [COUNT, RING, RING_FULL, WRITE] {
        match kind.try_on(&subject("instrumented", "10")) {
            Ok(()) => {
                let turns = if kind.name == WRITE.name { TURNS_OF_LINES } else { TURNS };
                subjects.push((kind.name, kind.of(&subject("instrumented", turns))));
            }
            Err(reason) => results.skip(kind.name, &reason),
        }
    }
    let rounds = alternate(&subjects, |(_, subject)| subject.readings());
    for (at, (row, _)) in subjects.iter().enumerate() {
        set(&mut results, row, &rounds, at);
    }
    results.finish();
}

fn set(results: &mut Results, row: &str, rounds: &Rounds<Readings>, at: usize) {
    results.set(row, ONE_THREAD, rounds.figure(|round| round[at]["alone"]));
    results.set(row, TWO_THREADS, rounds.figure(|round| round[at]["beside"]));
    results.set(row, SCALING, rounds.figure(|round| round[at]["beside"] / round[at]["alone"]));
}
