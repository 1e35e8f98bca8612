//! What the kernel writes down of a death: the same, and as much, as without us.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::core_file::{self, Core};
use instr_tests::program::{Scene, run, send_after_first_line};
use instr_tests::skip::{counted, skip};
use serde_json::Value;

/// By name, as the program is told them, and whether its fault has an address.
const SIGNALS: [(&str, bool); 7] = [
    ("SIGSEGV", true),
    ("SIGBUS", true),
    ("SIGILL", true),
    ("SIGFPE", true),
    ("SIGABRT", false),
    ("SIGTRAP", false),
    ("SIGSYS", false),
];

fn crash(scene: &Scene) -> Value {
    let text = fs::read(scene.runs()[0].join("crash.json")).expect("a record");
    serde_json::from_slice(&text).expect("JSON")
}

/// Runs a program to its end by a signal, and reads its core.
fn core(scene: &Scene, name: &str, build: Build, arguments: &[&str]) -> Core {
    let mut command = scene.command(&program(name, build));
    command.args(arguments);
    core_file::allow(&mut command);
    let ended = match arguments {
        [signal, "kill", _] => send_after_first_line(&mut command, signal),
        _ => run(&mut command),
    };
    assert!(ended.status.core_dumped(), "{arguments:?}: {ended:?}");
    Core::take(scene.path())
}

fn number(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// The dying thread stands where the signal hit it, and the signal is the one that did.
#[cfg(target_arch = "x86_64")]
#[test]
fn row_22_the_core_is_of_the_instruction_and_of_the_signal() {
    if let Some(reason) = core_file::why_not() {
        return skip("row_22_the_core_is_of_the_instruction_and_of_the_signal", &reason);
    }
    for (signal, has_address) in SIGNALS {
        for way in ["fault", "raise", "queue", "kill"] {
            let (scene, plain_scene) = (Scene::new(), Scene::new());
            // Rust's own handlers let a signal that was sent go by.
            let arguments = [signal, way, if way == "fault" { "default" } else { "reset" }];
            let ours = core(&scene, "signalled", INSTRUMENTED, &arguments);
            let theirs = core(&plain_scene, "signalled", PLAIN, &arguments);
            assert_eq!((ours.signal, ours.code), (theirs.signal, theirs.code), "{signal} {way}");
            let crash = crash(&scene);
            assert_eq!(Some(ours.pc), number(&crash["registers"]["rip"]), "{signal} {way}");
            match way {
                "fault" if has_address => {
                    assert_eq!(Some(ours.about), number(&crash["fault_address"]), "{signal} {way}");
                }
                "fault" if signal != "SIGABRT" => {}
                _ => assert_eq!(crash["sender"]["pid"], ours.sender(), "{signal} {way}"),
            }
        }
    }
}

#[test]
fn row_22_the_core_is_as_large_as_without_us() {
    if let Some(reason) = core_file::why_not() {
        return skip("row_22_the_core_is_as_large_as_without_us", &reason);
    }
    for sink in ["write", "ring", "count"] {
        let size = |build| {
            let scene = Scene::new();
            let mut command = scene.command(&program("dumped", build));
            core_file::allow(command.env("INSTR_SINK", sink));
            let ended = run(&mut command);
            assert!(ended.status.core_dumped(), "{ended:?}");
            Core::take(scene.path()).size()
        };
        let (ours, theirs) = (size(INSTRUMENTED), size(PLAIN));
        counted(&format!("core of {theirs} bytes plain, {ours} with {sink}"));
        println!("core of {theirs} bytes plain, {ours} with {sink}");
        // What is ours in a core are the tables of our libraries, which the loader has relocated.
        assert!(ours.abs_diff(theirs) * 50 <= theirs, "{theirs} bytes plain, {ours} with {sink}");
    }
}
