//! How much of a thread's stack for signal handlers our handler takes: the standard library's have 8 KiB, of which the kernel
//! may take up to half.

use instr_tests::build::{Build, INSTRUMENTED, program};
use instr_tests::core_file::{self, Core};
use instr_tests::program::{Scene, run};
use instr_tests::skip::{counted, skip};

/// The part of the 8 KiB that is certain to be there.
const MOST: u64 = 4 << 10;
const PAINT: u8 = 0xa5;

const DEBUG: Build = INSTRUMENTED;
const RELEASE: Build = Build { profile: "release", ..INSTRUMENTED };

/// Its size, and what a crash has used of it besides the kernel: until the handler of before has been called, or the process
/// has died.
fn used(signal: &str, how: &str, build: Build) -> (u64, u64) {
    let scene = Scene::new();
    let mut command = scene.command(&program("painted", build));
    command.args([signal, how]);
    core_file::allow(&mut command);
    let ended = run(&mut command);
    assert!(scene.runs()[0].join("crash.json").exists(), "{signal} {how}: {ended:?}");
    let mut numbers = ended.stdout.split_ascii_whitespace().map(|word| word.parse::<u64>().expect("a number"));
    let mut number = || numbers.next().unwrap_or_else(|| panic!("{signal} {how}: a number is missing: {ended:?}"));
    let (start, size, entry) = (number(), number(), number());
    let unused = if how == "handler" {
        number()
    } else {
        let core = Core::take(scene.path());
        core.memory(start, size).iter().take_while(|byte| **byte == PAINT).count() as u64
    };
    assert!((start..start + size).contains(&entry) && 0 < unused, "{ended:?}");
    (size, entry - (start + unused))
}

fn assert_small(how: &str) {
    for (kind, build) in [("debug", DEBUG), ("release", RELEASE)] {
        let used = ["SIGSEGV", "SIGBUS", "SIGILL"].map(|signal| {
            let (size, used) = used(signal, how, build);
            println!("{signal}, {how}, {kind} build: {used} bytes of {size}");
            assert!(0 < used && used < MOST, "{signal}, {how}, {kind} build: {used} bytes of {size}");
            used
        });
        counted(&format!("{how}: at most {} bytes in {kind} builds", used.into_iter().max().unwrap_or_default()));
    }
}

#[test]
fn row_20_a_crash_with_a_handler_of_before_takes_little_stack() {
    assert_small("handler");
}

#[test]
fn row_20_a_crash_takes_little_stack_until_the_process_has_died() {
    if let Some(reason) = core_file::why_not() {
        return skip("row_20_a_crash_takes_little_stack_until_the_process_has_died", &reason);
    }
    assert_small("default");
}
