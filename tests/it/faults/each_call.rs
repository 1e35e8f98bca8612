//! Every system call of the runtime's, one at a time: the program is killed there, or the call fails.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use instr_tests::analyzer;
use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::faults::times;
use instr_tests::program::{Ended, Scene};
use instr_tests::report::Report;
use instr_tests::rings::slots;
use instr_tests::skip::{counted, needing};
use instr_tests::strace::calls::{Call, inject, leave, own_calls};
use instr_tests::strace::missing;

const SINKS: [&str; 3] = ["write", "ring", "count"];
/// Of these the kernel reports no error, so the C library looks for none.
const NEVER_FAIL: [&str; 4] = ["brk", "getpid", "gettid", "geteuid"];
const ERRORS: [&str; 5] = ["ENOSPC", "EIO", "EMFILE", "ENOMEM", "EPERM"];

/// How a program begins a run and a thread, and what it ends with.
const PROGRAMS: [[&str; 2]; 2] = [["normal-exit", "worker"], ["null-dereference", "worker"]];

fn command(arguments: [&str; 2], sink: &str, build: Build) -> Command {
    let mut command = Command::new(program("crasher", build));
    command.args(arguments).env("INSTR_SINK", sink);
    if sink == "ring" {
        command.env("INSTR_RING_BYTES", "64K");
    }
    command
}

/// The first of these calls, and every so many of them.
fn some(calls: Vec<Call>, first: usize) -> impl Iterator<Item = Call> {
    let each = times(40, 1) as usize;
    calls.into_iter().skip(first % each).step_by(each)
}

/// The analyzer, which has a word for everything.
fn assert_readable(scene: &Scene, of: &str) {
    let outcome = analyzer::run([OsStr::new("report"), scene.output().as_os_str()]);
    assert!(outcome.code <= 2 && !outcome.stderr.contains("panicked"), "{of}: {outcome:?}");
    let has_begun = scene.runs().iter().any(|run| run.join("last").exists());
    assert!(outcome.code == 0 || !has_begun, "{of}: {outcome:?}");
}

#[test]
fn row_03_a_kill_at_a_call_leaves_files_that_can_be_read() {
    needing("row_03_a_kill_at_a_call_leaves_files_that_can_be_read", missing, kill_at_each_call);
}

fn kill_at_each_call() {
    let mut kills = 0;
    for arguments in PROGRAMS {
        for (first, sink) in SINKS.into_iter().enumerate() {
            let command = command(arguments, sink, INSTRUMENTED);
            for call in some(own_calls(&Scene::new(), &command), first * 3) {
                let scene = Scene::new();
                let ended = inject(&scene, &command, &call, "signal=KILL");
                let of = format!("{arguments:?} {sink} {call:?}");
                assert_eq!(ended.status.signal(), Some(libc::SIGKILL), "{of}: {ended:?}");
                assert_readable(&scene, &of);
                kills += 1;
            }
        }
    }
    counted(&format!("{kills} calls of three sinks, a kill at each"));
}

#[test]
fn row_03_a_call_that_fails_changes_nothing_and_what_is_missing_is_counted() {
    const NAME: &str = "row_03_a_call_that_fails_changes_nothing_and_what_is_missing_is_counted";
    needing(NAME, missing, have_each_call_fail);
}

fn have_each_call_fail() {
    let (mut failures, mut whole) = (0, 0);
    for arguments in PROGRAMS {
        let plain = leave(&Scene::new(), &command(arguments, "write", PLAIN));
        for (first, sink) in SINKS.into_iter().enumerate() {
            let command = command(arguments, sink, INSTRUMENTED);
            let reached = reached(&command, &plain);
            let mut calls = own_calls(&Scene::new(), &command);
            calls.retain(|call| !NEVER_FAIL.contains(&&*call.name));
            for (number, error) in ERRORS.into_iter().enumerate() {
                for call in some(calls.clone(), first * 3 + number * 2) {
                    let scene = Scene::new();
                    let of = format!("{arguments:?} {sink} {call:?} {error}");
                    assert_eq!(inject(&scene, &command, &call, &format!("error={error}")), plain, "{of}");
                    assert_readable(&scene, &of);
                    failures += 1;
                    whole += u64::from(all_is_counted(&scene, reached, &of));
                }
            }
        }
    }
    counted(&format!("{failures} failures, of which {whole} left a run with every statement recorded or counted"));
}

/// How many statements the program reaches when nothing fails.
fn reached(command: &Command, plain: &Ended) -> u64 {
    let scene = Scene::new();
    assert_eq!(leave(&scene, command), *plain);
    let report = scene.report();
    assert_eq!(report.sum("dropped"), 0);
    report.sum("records")
}

/// Checks the counters, unless it was the file that holds them that could not be made, which the report says.
fn all_is_counted(scene: &Scene, reached: u64, of: &str) -> bool {
    let runs = scene.runs();
    let Some(run) = runs.iter().find(|run| run.join("run.json").exists()) else { return false };
    let report = Report::of(run);
    if !run.join("last").exists() || report.has_damaged("last") || slots(run).is_empty() {
        return false;
    }
    let (records, dropped) = (report.sum("records"), report.sum("dropped"));
    assert_eq!(records + dropped, reached, "{of}: {:#?}", report.threads());
    true
}
