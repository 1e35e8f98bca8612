//! What is kept of a program that writes more than it may keep: the newest, no more than was asked for, and the number of what
//! is gone.

use std::fs;
use std::path::Path;
use std::process::Command;

use instr_format::files::is_compressed_log;
use instr_tests::build::{INSTRUMENTED, PLAIN, directory, program};
use instr_tests::caps::{Capped, THREADS, bytes_by_thread};
use instr_tests::faults::times;
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};
use instr_tests::report::Report;
use instr_tests::skip::{counted, needing};
use instr_tests::strace::{self, Strace};
use serde_json::Value;

const KIB: u64 = 1024;

/// The smallest cap of a thread.
const SMALL: [(&str, &str); 2] = [("INSTR_SINK", "write"), ("INSTR_MAX_BYTES", "64K")];
const SEGMENT: u64 = 16 * KIB;
const COMPRESSED: [(&str, &str); 3] = [SMALL[0], SMALL[1], ("INSTR_COMPRESS", "gzip")];

/// More than the cap holds of each thread.
const ROTATED: u64 = 2000;

#[test]
fn row_46_the_segments_of_a_thread_never_take_more_than_the_cap() {
    let capped = Capped::new();
    let mut running = capped.start(&SMALL);
    running.wait_for(ROTATED);
    let run = capped.run();
    for _ in 0..times(40, 1000) {
        let bytes = running.with_stopped(|| bytes_by_thread(&run));
        assert_eq!(bytes.len(), THREADS);
        for segments in bytes.values() {
            assert!(segments.iter().sum::<u64>() <= 64 * KIB, "{bytes:?}");
            assert!(segments.iter().all(|segment| *segment <= SEGMENT), "{bytes:?}");
        }
    }
    running.kill();
    assert_counted(&capped, &Report::of(&run));
}

#[test]
fn row_46_the_files_of_a_process_never_take_more_than_the_cap() {
    for (sink, variables) in [
        ("write", &[("INSTR_MAX_TOTAL_BYTES", "256K")][..]),
        ("ring", &[("INSTR_MAX_TOTAL_BYTES", "2M"), ("INSTR_RING_BYTES", "64K"), ("INSTR_RING_HISTORY", "1")][..]),
    ] {
        let most = if sink == "write" { 256 * KIB } else { 2048 * KIB };
        let capped = Capped::new();
        let mut running = capped.start(&[&[("INSTR_SINK", sink)], variables].concat());
        running.wait_for(10 * ROTATED);
        let run = capped.run();
        for _ in 0..times(40, 1000) {
            let bytes = running.with_stopped(|| bytes_by_thread(&run));
            assert_eq!(bytes.len(), THREADS);
            assert!(bytes.values().flatten().sum::<u64>() <= most, "{sink}: {bytes:?}");
        }
        running.kill();
        assert_all_counted(&capped, &Report::of(&run));
    }
}

#[test]
fn what_was_rotated_away_before_a_kill_is_counted_and_the_newest_record_is_there() {
    for round in 0..times(20, 500) {
        let capped = Capped::new();
        let mut running = capped.start(&SMALL);
        running.wait_for(ROTATED + round * 37 % 300);
        running.kill();
        let report = Report::of(&capped.run());
        assert_counted(&capped, &report);
        for thread in report.threads() {
            assert!(number(thread, "overwritten") > 0, "{thread:#}");
            let damage = thread["damage"].as_array().expect("a list");
            assert!(damage.iter().all(|damage| damage["kind"] == "torn"), "{thread:#}");
        }
    }
}

#[test]
fn compressed_segments_are_read_and_leave_room_for_more_of_them() {
    let capped = Capped::new();
    let mut running = capped.start(&COMPRESSED);
    running.wait_for(5 * ROTATED);
    let run = capped.run();
    for _ in 0..times(20, 500) {
        let bytes = running.with_stopped(|| bytes_by_thread(&run));
        for (thread, segments) in &bytes {
            // What is being compressed is there twice.
            let most = if thread == "log" { SEGMENT } else { 64 * KIB + SEGMENT };
            assert!(segments.iter().sum::<u64>() <= most, "{bytes:?}");
        }
    }
    // As fast as this, the threads write more than can be compressed of it.
    capped.halt();
    let is_compressed = |entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(is_compressed_log);
    while fs::read_dir(&run).expect("a run").filter(|entry| entry.as_ref().is_ok_and(is_compressed)).count() <= THREADS
    {
        std::thread::yield_now();
    }
    running.kill();
    assert_counted(&capped, &Report::of(&run));
}

#[test]
fn the_thread_that_compresses_takes_no_signals() {
    let capped = Capped::new();
    let mut running = capped.start(&COMPRESSED);
    running.wait_for(ROTATED);
    let tasks = fs::read_dir(format!("/proc/{}/task", running.pid())).expect("threads");
    let read = |task: &Path, name: &str| fs::read_to_string(task.join(name)).expect("a file");
    let tasks: Vec<_> = tasks.map(|task| task.expect("a thread").path()).collect();
    assert_eq!(tasks.len(), 1 + THREADS + 1);
    let ours: Vec<_> = tasks.iter().filter(|task| read(task, "comm") == "instr-gzip\n").collect();
    let status = read(ours[0], "status");
    let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:\t")).expect("a mask");
    // All but SIGKILL, SIGSTOP and those that libc keeps for itself.
    let open = !u64::from_str_radix(blocked, 16).expect("a number");
    let allowed: u64 = [9, 19, 32, 33, 34].iter().map(|signal| 1 << (signal - 1)).sum();
    assert_eq!(open & !allowed, 0, "{blocked}");
    running.kill();
}

#[test]
fn the_thread_that_compresses_keeps_no_process_alive() {
    let ended = |build, variables: &[(&str, &str)]| {
        let scene = Scene::new();
        (run(scene.command(&program("leaving", build)).envs(variables.iter().copied())), scene)
    };
    let (plain, _) = ended(PLAIN, &[]);
    let (compressing, scene) = ended(INSTRUMENTED, &COMPRESSED);
    assert_eq!(compressing, plain);
    assert_eq!(scene.report().end(), ("exit", Some("0")));
    assert_eq!(plain.stdout, "works\n");
}

/// Calls that a rotation makes, the compression included, and from which number on a thread makes them for that.
const CALLS: [(&str, u64); 10] = [
    ("openat", 28),
    ("unlinkat", 1),
    ("fchmod", 8),
    ("fcntl", 8),
    ("dup3", 1),
    ("close", 30),
    ("write", 240),
    ("renameat2", 1),
    ("pwrite64", 2),
    ("futex", 40),
];

#[test]
fn row_46_a_kill_at_any_call_of_a_rotation_loses_no_record() {
    needing("row_46_a_kill_at_any_call_of_a_rotation_loses_no_record", strace::missing, || {
        let mut kills = 0;
        for variables in [&SMALL[..], &COMPRESSED[..]] {
            for (call, first) in CALLS {
                for number in first..first + times(2, 20) {
                    let capped = Capped::new();
                    let kill = Strace::new(&capped.scene, call, &format!("signal=KILL:when={number}"));
                    // What no thread comes to makes no end.
                    let mut command = kill.command(&capped.scene, Path::new("/usr/bin/timeout"));
                    let program = capped.command(variables);
                    command.args(["-s", "KILL", "10"]).arg(program.get_program()).args(program.get_args());
                    run(command.envs(variables.iter().copied()));
                    let Some(run) = capped.scene.runs().pop() else { continue };
                    assert_counted(&capped, &Report::of(&run));
                    kills += 1;
                }
            }
        }
        counted(&format!("{kills} kills"));
    });
}

#[test]
fn a_rotation_that_fails_is_tried_again_and_what_is_dropped_is_counted() {
    needing("a_rotation_that_fails_is_tried_again_and_what_is_dropped_is_counted", strace::missing, || {
        const TURNS: &str = "4000";
        let steady = |command: &mut Command| run(command.arg(TURNS).envs(SMALL));
        let plain = steady(&mut Scene::new().command(&program("steady", PLAIN)));
        let whole = Scene::new();
        steady(&mut whole.command(&program("steady", INSTRUMENTED)));
        let reached = whole.report().sum("records") + whole.report().sum("overwritten");
        assert_eq!(whole.report().sum("dropped"), 0);
        for (call, error, when) in [
            ("openat", "EACCES", "40..44"),
            ("openat", "ENOSPC", "40..44"),
            ("openat", "EMFILE", "40..44"),
            ("fcntl", "EMFILE", "40..44"),
            ("renameat2", "EACCES", "3..6"),
            // The second one of a rotation.
            ("renameat2", "ENOSPC", "4"),
        ] {
            let scene = Scene::new();
            let strace = Strace::new(&scene, call, &format!("error={error}:when={when}"));
            let ended = steady(&mut strace.command(&scene, &program("steady", INSTRUMENTED)));
            assert_eq!((ended.status, &ended.stdout), (plain.status, &plain.stdout), "{call} {error}: {ended:?}");
            let report = scene.report();
            let [records, overwritten, dropped] = ["records", "overwritten", "dropped"].map(|key| report.sum(key));
            assert_eq!(records + overwritten + dropped, reached, "{call} {error}");
            assert!(dropped > 0 && overwritten > 0, "{call} {error}: {dropped} dropped, {overwritten} rotated away");
        }
    });
}

#[test]
fn row_46_processes_under_one_output_directory_keep_what_each_may() {
    let shared = Scene::new();
    let output = shared.output();
    let variables = [SMALL[0], SMALL[1], ("INSTR_OUTPUT_DIR", output.to_str().expect("UTF-8"))];
    let both = [Capped::new(), Capped::new()];
    let mut running = both.each_ref().map(|capped| capped.start(&variables));
    running.iter_mut().for_each(|running| running.wait_for(ROTATED));
    let pids = running.each_ref().map(|running| format!("-{}-", running.pid()));
    running.into_iter().for_each(|running| running.kill());
    for (capped, pid) in both.iter().zip(pids) {
        let runs = shared.runs().into_iter().filter(|run| run.to_string_lossy().contains(&pid));
        let [run] = runs.collect::<Vec<_>>().try_into().expect("one run");
        assert!(bytes_by_thread(&run).values().all(|segments| segments.iter().sum::<u64>() <= 64 * KIB));
        assert_counted(capped, &Report::of(&run));
    }
}

#[test]
fn row_46_many_short_threads_leave_a_bounded_number_of_logs_and_all_their_last_statements() {
    let threads = times(6_000, 10_000);
    let scene = Scene::new();
    let ended = run(scene.command(&program("short_threads", INSTRUMENTED)).arg(threads.to_string()).envs([SMALL[0]]));
    assert!(ended.status.success(), "{ended:?}");
    let run = &scene.runs()[0];
    let files = fs::read_dir(run).expect("a run").count();
    assert!((4_000..4_300).contains(&files), "{files} files");
    let report = scene.report();
    let thread = Place::marked("tests/programs/src/bin/short_threads.rs", "thread");
    let workers: Vec<_> = report.threads().iter().filter(|thread| thread["name"] != "main").collect();
    assert_eq!(workers.len() as u64, threads);
    for worker in workers {
        assert_eq!(Place::last_of(worker), thread);
        assert_eq!((number(worker, "records") + number(worker, "overwritten"), number(worker, "dropped")), (1, 0));
    }
}

/// Theirs are built with the feature only, which no other test here turns on.
#[test]
fn the_unit_tests_of_the_runtime_pass() {
    let mut cargo = Command::new(std::env::var_os("CARGO").expect("tests run under cargo"));
    cargo.args(["test", "--quiet", "--package", "instr-runtime", "--lib", "--features", "enabled"]);
    cargo.arg("--target-dir").arg(directory(INSTRUMENTED)).current_dir(instr_tests::workspace());
    let tested = cargo.output().expect("cargo runs");
    assert!(tested.status.success(), "{tested:?}");
}

/// A thread has as many records as it has acknowledged, or one more, and the newest one is there.
fn assert_counted(capped: &Capped, report: &Report) {
    assert_all_counted(capped, report);
    for (index, acknowledged) in (1..).zip(capped.acknowledged()).filter(|(_, acknowledged)| *acknowledged > 0) {
        let thread = report.thread(&format!("acknowledging-{index}"));
        assert!(thread["last"]["seq"].as_u64().is_some_and(|newest| newest >= acknowledged), "{thread:#}");
        assert!(number(thread, "records") > 0, "{thread:#}");
    }
}

/// A thread has as many records as it has acknowledged, or one more. Where others write for the same room, those of one that has
/// just begun a segment can all be gone.
fn assert_all_counted(capped: &Capped, report: &Report) {
    for (index, acknowledged) in (1..).zip(capped.acknowledged()).filter(|(_, acknowledged)| *acknowledged > 0) {
        let thread = report.thread(&format!("acknowledging-{index}"));
        let [records, overwritten, dropped] = ["records", "overwritten", "dropped"].map(|key| number(thread, key));
        let counted = records + overwritten + dropped;
        assert!((acknowledged..=acknowledged + 1).contains(&counted), "{acknowledged} acknowledged: {thread:#}");
    }
}

fn number(thread: &Value, key: &str) -> u64 {
    thread[key].as_u64().expect("a number")
}
