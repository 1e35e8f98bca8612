//! What a statement costs in every way to run, release and debug, over the same functions plain.
//!
//! `cargo bench -p instr-tests --bench statements`.

use std::path::Path;

use instr_tests::bench::figure::Figure;
use instr_tests::bench::instructions::{Probes, missing};
use instr_tests::bench::kinds::{KINDS, Kind, RING_FULL, STACK_ALONE, WRITE};
use instr_tests::bench::programs::{Built, records_per_turn, statements};
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::{Rounds, alternate};
use instr_tests::bench::subject::{Readings, Subject};
use instr_tests::bench::tables::{
    CALL_INSTRUCTIONS, FEATURE_OFF, FIB_CALL, FIB_RATIO, INSTRUCTIONS, OVER_THE_CLOCK, PLAIN, STATEMENTS,
    STATEMENTS_DEBUG, TIGHT, Table, WORK,
};
use instr_tests::package::Feature;
use instr_tests::skip::skip;

/// A chunk takes half a millisecond or so: less than the scheduler lets a program run.
const TURNS: &str = "100000";
const TURNS_DEBUG: &str = "20000";
/// Lines take a microsecond.
const TURNS_OF_LINES: &str = "200";

fn main() {
    measure(&STATEMENTS, true, TURNS);
    measure(&STATEMENTS_DEBUG, false, TURNS_DEBUG);
}

fn measure(table: &'static Table, release: bool, turns: &str) {
    let [off, stack, on] =
        [Feature::Off, Feature::Stack, Feature::Enabled].map(|feature| statements(Built { feature, release }));
    let program = |kind: Option<Kind>| match kind {
        None => &off,
        Some(STACK_ALONE) => &stack,
        Some(_) => &on,
    };
    let mut results = Results::new(table);

    let mut kinds: Vec<Option<Kind>> = vec![None];
    for kind in KINDS {
        match kind.try_on(&Subject::new(program(Some(kind)), &["instrumented", "work", "10"])) {
            Ok(()) => kinds.push(Some(kind)),
            Err(reason) => results.skip(kind.name, &reason),
        }
    }
    let subjects: Vec<Subject> = kinds.iter().map(|kind| subject(*kind, program(*kind), turns)).collect();
    let rounds = alternate(&subjects, Subject::readings);

    let measured = Statements { work: records_per_turn(&on, "work"), tight: records_per_turn(&on, "tight"), rounds };
    measured.set_plain(&mut results);
    for (at, kind) in kinds.iter().enumerate() {
        measured.set(&mut results, kind.map_or(FEATURE_OFF, |kind| kind.name), at);
    }
    match kinds.iter().position(|kind| kind.is_some_and(|kind| kind.name == RING_FULL.name)) {
        Some(at) => measured.set_over_the_clock(&mut results, at),
        None => results.skip(OVER_THE_CLOCK, "there is no ring"),
    }
    match missing() {
        None => set_instructions(&mut results, &kinds, release),
        Some(reason) => skip("instructions per statement", &reason),
    }
    results.finish();
}

fn subject(kind: Option<Kind>, program: &Path, turns: &str) -> Subject {
    let turns = if kind == Some(WRITE) { TURNS_OF_LINES } else { turns };
    let subject = Subject::new(program, &["compare", turns]);
    kind.map_or_else(|| subject.clone(), |kind| kind.of(&subject))
}

/// The rounds, and how many records there are in a turn.
struct Statements {
    work: f64,
    tight: f64,
    rounds: Rounds<Readings>,
}

impl Statements {
    fn set_plain(&self, results: &mut Results) {
        let first = |name: &str, per_turn: f64| self.rounds.figure(|round| round[0][name] / per_turn);
        results.set(PLAIN, WORK, first("work.plain", 1.0));
        results.set(PLAIN, TIGHT, first("tight.plain", 4.0));
        results.set(PLAIN, FIB_CALL, first("fib.plain", 1.0));
    }

    fn set(&self, results: &mut Results, row: &str, at: usize) {
        let over = |name: &str, records: f64| self.rounds.figure(|round| over_plain(&round[at], name) / records);
        results.set(row, WORK, over("work", self.work));
        results.set(row, TIGHT, over("tight", self.tight));
        results.set(row, FIB_CALL, over("fib", 1.0));
        results.set(row, FIB_RATIO, self.rounds.figure(|round| round[at]["fib.instrumented"] / round[at]["fib.plain"]));
    }

    fn set_over_the_clock(&self, results: &mut Results, at: usize) {
        for (column, name, records) in [(WORK, "work", self.work), (TIGHT, "tight", self.tight)] {
            let over = |round: &[Readings]| over_plain(&round[at], name) / records - round[at]["clock"];
            results.set(OVER_THE_CLOCK, column, self.rounds.figure(over));
        }
    }
}

fn over_plain(readings: &Readings, name: &str) -> f64 {
    readings[&format!("{name}.instrumented")] - readings[&format!("{name}.plain")]
}

fn set_instructions(results: &mut Results, kinds: &[Option<Kind>], release: bool) {
    let exactly = |count: f64| Figure::of(vec![count]);
    let probes = Probes::new(release);
    results.set(PLAIN, INSTRUCTIONS, exactly(probes.plain_statement()));
    for kind in kinds.iter().flatten() {
        let counted = probes.count(*kind);
        results.set(kind.name, INSTRUCTIONS, exactly(counted.statement));
        results.set(kind.name, CALL_INSTRUCTIONS, exactly(counted.call));
    }
}
