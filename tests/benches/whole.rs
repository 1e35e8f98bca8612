//! What whole programs take, plain and built by `cargo instr`: time, and room on the disk.
//!
//! `cargo bench -p instr-tests --bench whole`.

use std::path::PathBuf;

use instr_tests::bench::kinds::{Kind, RING, STACK_ALONE, WRITE};
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::alternate_for;
use instr_tests::bench::tables::{
    PLAIN_SECONDS, RING_MB, RING_PROCESSOR, RING_TIMES, STACK_MB, STACK_PROCESSOR, STACK_TIMES, WHOLE_PROGRAMS,
    WRITE_MB, WRITE_PROCESSOR, WRITE_TIMES,
};
use instr_tests::bench::whole::{Taken, WHOLE, Work};

/// How many rounds count.
const ROUNDS: usize = 5;
/// The one that takes minutes where there is much work comes last.
const SINKS: [(Kind, [&str; 3]); 3] = [
    (STACK_ALONE, [STACK_TIMES, STACK_PROCESSOR, STACK_MB]),
    (RING, [RING_TIMES, RING_PROCESSOR, RING_MB]),
    (WRITE, [WRITE_TIMES, WRITE_PROCESSOR, WRITE_MB]),
];

fn main() {
    let mut results = Results::new(&WHOLE_PROGRAMS);
    for whole in &WHOLE {
        let programs = whole.programs();
        whole.works.iter().for_each(|work| measure(work, &programs, &mut results));
    }
    results.finish();
}

fn measure(work: &Work, [plain, instrumented, stack]: &[PathBuf; 3], results: &mut Results) {
    let files = tempfile::tempdir().expect("a directory");
    work.prepare(files.path());
    let sinks = &SINKS[..if work.is_small { 3 } else { 2 }];
    let program = |kind: Kind| if kind == STACK_ALONE { stack } else { instrumented };
    let mut subjects = vec![work.subject(plain)];
    subjects.extend(sinks.iter().map(|(kind, _)| kind.of(&work.subject(program(*kind)))));
    let rounds = alternate_for(ROUNDS, &subjects, |subject| work.take(subject, files.path()));
    results.set(work.row, PLAIN_SECONDS, rounds.figure(|round| round[0].seconds));
    for (at, (_, [times, processor, megabytes])) in (1..).zip(sinks) {
        results.set(work.row, times, rounds.figure(|round| round[at].seconds / round[0].seconds));
        let processor_time = |round: &[Taken]| round[at].processor_seconds / round[0].processor_seconds;
        results.set(work.row, processor, rounds.figure(processor_time));
        results.set(
            work.row,
            megabytes,
            rounds.figure(|round| {
                round[at].assert_same(&round[0]);
                assert!(round[at].bytes > 0, "{}: nothing was recorded", work.row);
                round[at].bytes as f64 / 1e6
            }),
        );
    }
}
