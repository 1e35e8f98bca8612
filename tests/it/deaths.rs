//! Every death at every place: each thread is found in the statement where it was, and the program ends as it does
//! without us.

use std::os::unix::process::ExitStatusExt;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, finish, kill_after_first_line, start, without_thread_ids};
use instr_tests::report::Report;
use instr_tests::rings::slots;

const DEATHS: &str = "tests/crasher/src/deaths.rs";
const PLACES: &str = "tests/crasher/src/places.rs";

/// How the process ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// By this signal.
    Signal(i32),
    /// By SIGKILL, which the test sends when it has read a line.
    Killed,
    /// With this status and without any of the work of an exit.
    Vanished(i32),
    /// With this status.
    Exit(i32),
    /// By a panic, which ends the thread, and with the main thread the process.
    Panic,
}

/// Runs one death at one place, and returns what the report says of it.
fn die(death: &str, place: &str, end: End, profile: &'static str) -> Report {
    let scene = Scene::new();
    let run = |build: Build| {
        let child = start(scene.command(&program("crasher", Build { profile, ..build })).args([death, place]));
        let ended = if end == End::Killed { kill_after_first_line(child) } else { finish(child) };
        Ended { stderr: without_thread_ids(&ended.stderr), ..ended }
    };
    let (plain, instrumented) = (run(PLAIN), run(INSTRUMENTED));
    assert_eq!(instrumented, plain);
    for sink in ["ring", "count"] {
        let other = Scene::new();
        let mut command = other.command(&program("crasher", Build { profile, ..INSTRUMENTED }));
        let child = start(command.args([death, place]).env("INSTR_SINK", sink));
        let ended = if end == End::Killed { kill_after_first_line(child) } else { finish(child) };
        assert_eq!(Ended { stderr: without_thread_ids(&ended.stderr), ..ended }, plain, "{sink}");
        assert_eq!(last_statements(&other, place), last_statements(&scene, place), "{sink}");
    }

    let (code, signal, kind) = match end {
        End::Signal(signal) => (None, Some(signal), "signal"),
        End::Killed => (None, Some(libc::SIGKILL), "unknown"),
        End::Vanished(code) => (Some(code), None, "unknown"),
        End::Exit(code) => (Some(code), None, "exit"),
        End::Panic if place == "main" => (Some(101), None, "panic"),
        End::Panic => (Some(0), None, "exit"),
    };
    assert_eq!((plain.status.code(), plain.status.signal()), (code, signal), "{plain:?}");
    let report = scene.report();
    if let End::Signal(signal) = end {
        assert_eq!((report.end().0, report.signal()), (kind, Some(told(death, signal))));
        check_crashing(&report, if place == "main" { "main" } else { "guilty" });
    } else {
        let told = code.filter(|_| kind != "unknown").map(|code| code.to_string());
        assert_eq!(report.end(), (kind, told.as_deref()));
    }
    report
}

/// A thread's name, its last-reached statement, whether it has left that, and where it panicked.
type Last = ([u8; 16], Option<u32>, bool, Option<u32>);

/// What the slots say of each thread, by name; but for the main thread where that is at no certain place.
fn last_statements(scene: &Scene, place: &str) -> Vec<Last> {
    let slots = slots(&scene.runs()[0]).into_iter();
    let mut slots: Vec<_> = slots.map(|slot| (slot.name, slot.site, slot.left, slot.panicked)).collect();
    slots.retain(|(name, ..)| place == "main" || !name.starts_with(b"crasher\0"));
    slots.sort_unstable();
    slots
}

/// The signal that began it.
fn told(death: &str, signal: i32) -> &'static str {
    match signal {
        // The standard library aborts when it has said so.
        _ if death == "stack-overflow" => "SIGSEGV",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGABRT => "SIGABRT",
        libc::SIGFPE => "SIGFPE",
        other => panic!("no death of signal {other}"),
    }
}

fn check_crashing(report: &Report, guilty: &str) {
    for thread in report.threads() {
        assert_eq!(thread["crashing"], thread["name"] == guilty, "{thread:#}");
    }
}

fn check_last(report: &Report, thread: &str, file: &str, mark: &str) {
    assert_eq!(Place::last_of(report.thread(thread)), Place::marked(file, mark), "{thread}");
}

macro_rules! deaths {
    ($($(#[$attribute:meta])* $test:ident: $death:literal, $end:expr, $profile:literal;)*) => {$(
        $(#[$attribute])*
        mod $test {
            use super::*;

            #[test]
            fn in_the_main_thread() {
                let report = die($death, "main", $end, $profile);
                check_last(&report, "main", DEATHS, concat!("guilty: ", $death));
            }

            #[test]
            fn in_a_worker_thread() {
                let report = die($death, "worker", $end, $profile);
                check_last(&report, "guilty", DEATHS, concat!("guilty: ", $death));
            }

            #[test]
            fn in_one_of_eight_threads() {
                let report = die($death, "eight", $end, $profile);
                check_last(&report, "guilty", DEATHS, concat!("guilty: ", $death));
                for n in 1..=7 {
                    check_last(&report, &format!("bystander-{n}"), PLACES, "waits: bystander");
                }
            }
        }
    )*};
}

deaths! {
    null_dereference: "null-dereference", End::Signal(libc::SIGSEGV), "dev";
    ffi_segfault: "ffi-segfault", End::Signal(libc::SIGSEGV), "dev";
    abort: "abort", End::Signal(libc::SIGABRT), "dev";
    panic_abort: "panic-abort", End::Signal(libc::SIGABRT), "panic-abort";
    panic_in_thread: "panic-in-thread", End::Panic, "dev";
    stack_overflow: "stack-overflow", End::Signal(libc::SIGABRT), "dev";
    #[cfg(target_arch = "x86_64")]
    integer_trap: "integer-trap", End::Signal(libc::SIGFPE), "dev";
    sigkill_by_parent: "sigkill-by-parent", End::Killed, "dev";
    underscore_exit: "underscore-exit", End::Vanished(7), "dev";
    deadlock: "deadlock", End::Killed, "dev";
    exec: "exec", End::Vanished(0), "dev";
    normal_exit: "normal-exit", End::Exit(7), "dev";
}

#[test]
fn the_other_side_of_a_deadlock_is_found_at_its_lock() {
    let report = die("deadlock", "worker", End::Killed, "dev");
    check_last(&report, "partner", DEATHS, "waits: partner");
}

#[test]
fn row_05_an_exit_is_told_and_an_end_that_nobody_saw_is_said_to_be_unknown() {
    for place in ["main", "worker"] {
        let ends =
            [("underscore-exit", End::Vanished(7)), ("quick-exit", End::Vanished(7)), ("exec", End::Vanished(0))];
        for (death, end) in ends.into_iter().chain([("normal-exit", End::Exit(7))]) {
            die(death, place, end, "dev");
        }
    }
}

#[test]
fn row_08_a_stack_overflow_is_recorded_and_the_message_is_printed() {
    for place in ["main", "worker"] {
        let report = die("stack-overflow", place, End::Signal(libc::SIGABRT), "dev");
        let message = report.run()["end"]["message"].as_str().expect("a cause");
        assert!(message.starts_with("stack overflow at 0x"), "{place}: {message}");
    }
}
