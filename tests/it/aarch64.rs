//! Another machine, as far as it can be had here: the program is built for it, and qemu runs it.

use std::path::Path;
use std::process::Command;

use instr_tests::build::missing_for;
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};
use instr_tests::skip::{needing, without};
use instr_tests::{analyzer, workspace};

const TARGET: &str = "aarch64-unknown-linux-gnu";
const LINKER: &str = "aarch64-linux-gnu-gcc";
const QEMU: &str = "/usr/bin/qemu-aarch64";
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";
const SOURCE: &str = "tests/crasher/src/deaths.rs";

/// The probes are those in Rust, as there is no assembly for this machine.
#[test]
fn a_death_on_aarch64() {
    needing("a_death_on_aarch64", missing, die_on_aarch64);
}

fn die_on_aarch64() {
    let target = workspace().join("target/it/aarch64");
    let cargo = std::env::var_os("CARGO").expect("tests run under cargo");
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--package", "crasher", "--features", "instr", "--target", TARGET]);
    build.arg("--target-dir").arg(&target).current_dir(workspace());
    build.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", LINKER);
    assert!(build.status().expect("cargo runs").success());
    let program = target.join(TARGET).join("debug/crasher");

    for sink in ["write", "ring", "count"] {
        let scene = Scene::new();
        let mut command = scene.command(Path::new(QEMU));
        command.args(["-L", LIBRARIES]).arg(&program).args(["ffi-segfault", "worker"]).env("INSTR_SINK", sink);
        run(&mut command);
        let report = scene.report();
        assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGSEGV")), "{sink}");
        assert_eq!(Place::last_of(report.thread("guilty")), Place::marked(SOURCE, "guilty: ffi-segfault"), "{sink}");
        let mut crash = analyzer::command(["crash"]);
        let crash = analyzer::outcome(crash.current_dir(scene.path()).output().expect("it runs")).stdout;
        assert!(crash.contains("crasher::deaths::ffi_segfault at "), "{sink}: {crash}");
    }
}

fn missing() -> Option<String> {
    missing_for(TARGET, &["-C", &format!("linker={LINKER}")]).or_else(|| without(QEMU))
}
