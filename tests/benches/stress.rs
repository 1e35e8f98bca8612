//! Statements a second of up to a thousand threads, and what they take of memory and disk.
//!
//! `cargo bench -p instr-tests --bench stress`.

use std::path::Path;

use instr_tests::bench::kinds::{COUNT, Kind, RING, STACK_ALONE, WRITE};
use instr_tests::bench::programs::{Built, stress};
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::alternate_for;
use instr_tests::bench::stress::{Load, Stressed};
use instr_tests::bench::subject::Subject;
use instr_tests::bench::tables::{DISK, FILES, MEMORY, PLAIN, RATE, STRESS};
use instr_tests::package::Feature;
use instr_tests::program::Scene;

/// How many rounds count.
const ROUNDS: usize = 3;

/// So many turns in each thread that a ring is overwritten several times, and of lines so many that they fit on the disk.
const LOADS: [(&str, Load, u64); 5] = [
    ("1 thread", Load::at_once(1, 20_000_000), 20_000),
    ("2 threads", Load::at_once(2, 20_000_000), 20_000),
    ("8 threads", Load::at_once(8, 20_000_000), 10_000),
    ("64 threads", Load::at_once(64, 2_000_000), 1_000),
    ("1,000 threads", Load::at_once(1_000, 200_000), 200),
];

fn main() {
    let mut results = Results::new(&STRESS);
    let [plain, stack, instrumented] =
        [Feature::Off, Feature::Stack, Feature::Enabled].map(|feature| stress(Built { feature, release: true }));
    let mut kinds = Vec::new();
    for (kind, program) in
        [(STACK_ALONE, &stack), (COUNT, &instrumented), (RING, &instrumented), (WRITE, &instrumented)]
    {
        match kind.try_on(&Load::at_once(1, 10).subject(program)) {
            Ok(()) => kinds.push((kind, program.as_path())),
            Err(reason) => LOADS.iter().for_each(|(load, ..)| results.skip(&format!("{load}, {}", kind.name), &reason)),
        }
    }
    for (name, load, turns_of_lines) in LOADS {
        let lines = Load { turns: turns_of_lines, ..load };
        measure(name, load, lines, &plain, &kinds, &mut results);
    }
    results.finish();
}

fn measure(name: &str, load: Load, lines: Load, plain: &Path, kinds: &[(Kind, &Path)], results: &mut Results) {
    let mut subjects: Vec<(&str, Load, Subject)> = vec![(PLAIN, load, load.subject(plain))];
    for (kind, program) in kinds {
        let load = if *kind == WRITE { lines } else { load };
        subjects.push((kind.name, load, kind.of(&load.subject(program))));
    }
    let rounds = alternate_for(ROUNDS, &subjects, |(.., subject)| Stressed::run_at(&Scene::new(), subject));
    for (at, (kind, load, _)) in subjects.iter().enumerate() {
        let row = format!("{name}, {kind}");
        let mut set = |column: &str, of: &dyn Fn(&Stressed) -> f64| {
            results.set(&row, column, rounds.figure(|round| of(&round[at])));
        };
        set(RATE, &|stressed| load.statements() as f64 / stressed.seconds / 1e6);
        set(MEMORY, &|stressed| stressed.memory as f64 / 1e6);
        set(FILES, &|stressed| stressed.files as f64);
        set(DISK, &|stressed| stressed.disk as f64 / 1e6);
    }
}
