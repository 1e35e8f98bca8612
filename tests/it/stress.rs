//! A thousand threads that record at the same time, and ten thousand that come and go: no statement is lost, and the run
//! takes as much memory and as many files as the threads that live at the same time need.

use std::path::PathBuf;
use std::sync::OnceLock;

use instr_tests::bench::kinds::{COUNT, DISABLED, Kind, RING, STACK_ALONE, WRITE};
use instr_tests::bench::programs::{Built, stress};
use instr_tests::bench::stress::{Load, Stressed};
use instr_tests::faults::times;
use instr_tests::package::Feature;
use instr_tests::program::Scene;
use instr_tests::report::Report;
use serde_json::Value;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The size of a ring here, and that of its file: the threads overwrite most of it many times.
const RING_SIZE: (&str, u64) = ("64K", 128 * KIB);
/// A small ring is mapped several times in a row. The system counts each page of it as often.
const RING_MEMORY: u64 = MIB + 64 * KIB;
/// Of each thread's stack, this much is written in advance.
const STACK_SIZE: u64 = 64 * KIB;
/// A table of counters is whole pages of the largest machines.
const TABLE_SIZE: u64 = 64 * KIB;
/// What else a living thread may take: headers, its state, a stack for signal handlers.
const ALSO: u64 = 16 * KIB;
/// Rings of ended threads that stay, with those that threads which end at the same time leave for each other.
const ENDED_RINGS: u64 = 160;
/// `run.json`, `sites`, `last` and `counts`.
const FILES_OF_A_RUN: u64 = 4;
/// Those files, with 128 bytes in `last` for each of ten thousand threads.
const SIZE_OF_A_RUN: u64 = 4 * MIB;

#[test]
fn a_thousand_threads_at_once_lose_nothing_and_take_what_a_thousand_need() {
    for kind in [STACK_ALONE, COUNT, RING] {
        stress_and_check(kind, Load::at_once(1000, 20_000));
    }
    let (_, report) = stress_and_check_records(WRITE, Load::at_once(1000, 100));
    assert_eq!(report.sum("overwritten"), 0);
}

#[test]
fn threads_that_begin_at_the_same_time_are_all_recorded() {
    for _ in 0..times(10, 100) {
        stress_and_check_records(STACK_ALONE, Load::at_once(1000, 10));
    }
}

#[test]
fn ten_thousand_threads_one_after_another_lose_nothing_and_take_what_one_needs() {
    for kind in [STACK_ALONE, COUNT, RING] {
        stress_and_check(kind, Load { threads: 10_000, at_once: 1, turns: 10 });
    }
}

#[test]
fn ten_thousand_threads_64_at_a_time_lose_nothing_and_take_what_64_need() {
    for kind in [STACK_ALONE, COUNT, RING] {
        stress_and_check(kind, Load { threads: 10_048, at_once: 64, turns: 10 });
    }
}

fn stress_and_check(kind: Kind, load: Load) {
    let plain = run(&Scene::new(), DISABLED, load);
    let (stressed, _) = stress_and_check_records(kind, load);
    println!("{}: {stressed:?}, {} bytes of memory plain", kind.name, plain.memory);
    let (memory_of_sink, disk_of_sink) = match kind {
        COUNT => (TABLE_SIZE, TABLE_SIZE),
        RING => (RING_MEMORY, RING_SIZE.1),
        _ => (0, 0),
    };
    let of_ended = if kind == RING { ENDED_RINGS } else { 0 };
    let of_living = |of_sink| load.at_once * (STACK_SIZE + of_sink + ALSO);
    let memory = plain.memory + of_living(memory_of_sink) + SIZE_OF_A_RUN;
    assert!(stressed.memory <= memory, "{}, {load:?}: {stressed:?}, at most {memory} bytes of memory", kind.name);
    let disk = of_living(disk_of_sink) + of_ended * (RING_SIZE.1 + ALSO) + SIZE_OF_A_RUN;
    assert!(stressed.disk <= disk, "{}, {load:?}: {stressed:?}, at most {disk} bytes on the disk", kind.name);
    // A ring stays when its thread has ended, and the stack beside it is the next one's.
    let files = load.at_once + of_ended + FILES_OF_A_RUN;
    assert!(stressed.files <= files, "{}, {load:?}: {stressed:?}, at most {files} files", kind.name);
}

fn stress_and_check_records(kind: Kind, load: Load) -> (Stressed, Report) {
    let scene = Scene::new();
    let stressed = run(&scene, kind, load);
    let report = scene.report();
    let statements = if kind == STACK_ALONE { 0 } else { load.statements() / load.threads };
    assert_eq!(report.threads().len() as u64, load.threads, "{}", kind.name);
    for thread in report.threads() {
        let count = |counter: &str| thread[counter].as_u64().expect("a number");
        assert_eq!(count("records") + count("overwritten"), statements, "{}: {thread:#}", kind.name);
        assert_eq!([count("dropped"), count("filtered")], [0, 0], "{}: {thread:#}", kind.name);
        assert!(has_come_to_its_end(thread), "{}: {thread:#}", kind.name);
    }
    (stressed, report)
}

/// Whether the thread's last statement is the value of `tight`.
fn has_come_to_its_end(thread: &Value) -> bool {
    let last = &thread["last"];
    last["function"].as_str().is_some_and(|function| function.ends_with("tight")) && last["snippet"] == "x"
}

fn run(scene: &Scene, kind: Kind, load: Load) -> Stressed {
    let mut subject = kind.of(&load.subject(&program(kind)));
    subject.variables.push(("INSTR_RING_BYTES", RING_SIZE.0.to_owned()));
    Stressed::run_at(scene, &subject)
}

/// Built once for all tests of a process.
fn program(kind: Kind) -> PathBuf {
    static STACK: OnceLock<PathBuf> = OnceLock::new();
    static ENABLED: OnceLock<PathBuf> = OnceLock::new();
    let (program, feature) = if kind == STACK_ALONE { (&STACK, Feature::Stack) } else { (&ENABLED, Feature::Enabled) };
    program.get_or_init(|| stress(Built { feature, release: false })).clone()
}
