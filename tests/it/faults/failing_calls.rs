//! Rows 32, 34 and 49: calls that fail now and then, or take long.

use std::path::PathBuf;

use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Scene, run};
use instr_tests::records::logs;
use instr_tests::rings::{kept_records, rings, slots};
use instr_tests::skip::{counted, needing};
use instr_tests::strace::{Strace, missing};
use instr_tests::sums::errnos;

/// Runs three threads that count to so many under strace, and compares it with its twin that runs without. Returns the run,
/// and how many calls were changed.
fn steady(scene: &Scene, turns: &str, sink: &[(&str, &str)], calls: &str, rule: &str) -> (PathBuf, u64) {
    let plain = run(Scene::new().command(&program("steady", PLAIN)).arg(turns));
    let strace = Strace::new(scene, calls, rule);
    let mut command = strace.command(scene, &program("steady", INSTRUMENTED));
    assert_eq!(run(command.arg(turns).envs(sink.iter().copied())), plain, "{calls}:{rule}");
    (scene.runs()[0].clone(), strace.changed())
}

/// How many statements that program reaches.
fn reached(turns: &str) -> u64 {
    let scene = Scene::new();
    run(scene.command(&program("steady", INSTRUMENTED)).arg(turns));
    scene.report().sum("records")
}

/// From the tenth write of each thread on, every fifth one: those before it are the run's own, those behind it the program's.
const SOMETIMES: &str = "when=10..60+5";
const CHANGES: u64 = 3 * 11;

#[test]
fn row_32_34_an_interrupted_write_is_written_once_and_a_failed_one_is_counted() {
    needing(
        "row_32_34_an_interrupted_write_is_written_once_and_a_failed_one_is_counted",
        missing,
        interrupt_and_fail_writes,
    );
}

fn interrupt_and_fail_writes() {
    let whole = reached("100");
    for (name, errno) in [
        ("EINTR", libc::EINTR),
        ("EAGAIN", libc::EAGAIN),
        ("EIO", libc::EIO),
        ("EDQUOT", libc::EDQUOT),
        ("ENOSPC", libc::ENOSPC),
    ] {
        let scene = Scene::new();
        let rule = format!("error={name}:{SOMETIMES}");
        let (run, changed) = steady(&scene, "100", &[("INSTR_SINK", "write")], "write", &rule);
        let dropped = if errno == libc::EINTR { 0 } else { CHANGES };
        assert_eq!((changed, slots(&run).iter().map(|slot| slot.dropped).sum::<u64>()), (CHANGES, dropped), "{name}");
        assert_eq!(errnos(&run), if dropped == 0 { vec![] } else { vec![errno] });
        let mut recorded = 0;
        for log in logs(&run) {
            assert!(log.seqs.is_sorted_by(|one, next| one < next), "{name}: a record is double in {log:?}");
            recorded += log.seqs.len() as u64;
        }
        assert_eq!(recorded + dropped, whole, "{name}");
        counted(&format!("{changed} {name}, {dropped} dropped"));
    }
}

#[test]
fn row_34_an_interrupted_write_of_a_rings_history_is_written_once() {
    needing("row_34_an_interrupted_write_of_a_rings_history_is_written_once", missing, interrupt_a_history);
}

fn interrupt_a_history() {
    let sink = [("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_RING_HISTORY", "1")];
    for (errno, is_whole) in [("EINTR", true), ("EIO", false)] {
        let scene = Scene::new();
        // A new one gets files of its own, with writes of their own.
        std::fs::create_dir(scene.output()).expect("a directory");
        let rule = format!("error={errno}:when=2+2");
        let (run, changed) = steady(&scene, "20000", &sink, "pwrite64", &rule);
        assert!(changed >= 3, "{errno}: {changed} failures");
        let rings = rings(&run);
        for slot in slots(&run) {
            let records = kept_records(&rings, slot.tid, slot.reuse);
            let newest = records.last().expect("records").seq;
            assert_eq!(records.len() as u64 == newest, is_whole, "{errno}: {} of {newest}", records.len());
        }
    }
}

#[test]
fn row_49_a_slow_disk_delays_lines_and_no_ring() {
    needing("row_49_a_slow_disk_delays_lines_and_no_ring", missing, slow_a_disk_down);
}

fn slow_a_disk_down() {
    let whole = reached("100");
    for (sink, delays) in [("write", 3 * 5), ("ring", 0), ("count", 0)] {
        let scene = Scene::new();
        // Behind what each thread asks for when it begins.
        let rule = "delay_enter=100000:when=20..24";
        let (run, changed) = steady(&scene, "100", &[("INSTR_SINK", sink)], "write,pwrite64,msync,openat", rule);
        assert_eq!(changed, delays, "{sink}");
        if sink == "write" {
            logs(&run).iter().for_each(|log| log.assert_whole());
            assert_eq!(logs(&run).iter().map(|log| log.seqs.len() as u64).sum::<u64>(), whole);
        }
    }
}
