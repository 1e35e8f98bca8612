//! What the first record takes, of a process and of a thread.
//!
//! `cargo bench -p instr-tests --bench first`.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use instr_tests::bench::kinds::{COUNT, Kind, RING, STACK, WRITE};
use instr_tests::bench::programs::{Built, first};
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::alternate;
use instr_tests::bench::subject::Subject;
use instr_tests::bench::tables::{BIG_PROCESS, FILE, FIRST, PROCESS, THREAD};
use instr_tests::package::Feature;
use instr_tests::program::Scene;

/// The best of a few was left alone by whatever else runs.
const STARTS: usize = 15;
const MODULES: usize = 50;

fn main() {
    let mut results = Results::new(&FIRST);
    let features = [Feature::Off, Feature::Enabled];
    let programs = |modules| features.map(|feature| first(Built { feature, release: true }, modules));
    let [plain, instrumented] = programs(0);
    let mut kinds = Vec::new();
    for kind in [STACK, COUNT, RING, WRITE] {
        match kind.try_on(&Subject::new(&instrumented, &[])) {
            Ok(()) => kinds.push(kind),
            Err(reason) => results.skip(kind.name, &reason),
        }
    }
    measure_processes(&mut results, PROCESS, &kinds, &plain, &instrumented);
    let [plain, big] = programs(MODULES);
    measure_processes(&mut results, BIG_PROCESS, &kinds, &plain, &big);

    let threads: Vec<Subject> = kinds.iter().map(|kind| kind.of(&Subject::new(&instrumented, &["threads"]))).collect();
    let files = Subject::new(&plain, &["files"]);
    let rounds = alternate(&[&[files][..], &threads].concat(), Subject::readings);
    results.set(FILE, THREAD, rounds.figure(|round| round[0]["file"] / 1e3));
    for (at, kind) in (1..).zip(&kinds) {
        results.set(kind.name, THREAD, rounds.figure(|round| round[at]["thread"] / 1e3));
    }
    results.finish();
}

fn measure_processes(results: &mut Results, column: &str, kinds: &[Kind], plain: &Path, instrumented: &Path) {
    let instrumented = kinds.iter().map(|kind| kind.of(&Subject::new(instrumented, &[])));
    let subjects: Vec<Subject> = [Subject::new(plain, &[])].into_iter().chain(instrumented).collect();
    let rounds = alternate(&subjects, best_microseconds);
    for (at, kind) in (1..).zip(kinds) {
        results.set(kind.name, column, rounds.figure(|round| round[at] - round[0]));
    }
}

/// From its start to its end.
fn best_microseconds(subject: &Subject) -> f64 {
    let scene = Scene::new();
    let mut command = subject.command(&scene);
    command.stdout(Stdio::null());
    let times = (0..STARTS).map(|_| {
        let start = Instant::now();
        assert!(command.status().expect("it starts").success(), "{command:?}");
        start.elapsed().as_nanos() as f64 / 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}
