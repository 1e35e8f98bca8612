//! Programs of C under AddressSanitizer that call instrumented Rust: its report and exit status stay as they are.

use std::path::PathBuf;
use std::process::Command;

use instr_tests::package::{Feature, Package, runtime, succeed};
use instr_tests::program::{Scene, run};
use instr_tests::skip::skip;

use super::held_locks::compile;

const RUST: &str = "#[instr_runtime::instrument_source]
#[unsafe(no_mangle)]
pub extern \"C\" fn reach(number: i32) -> i32 {
    let next = number + 1;
    next
}
";

const C: &str = "#include <stdlib.h>
int reach(int);
int main(int count, char **arguments) {
    volatile int *cell = malloc(sizeof *cell);
    *cell = reach(count);
    switch (arguments[1][0]) {
    case 'u': free((void *)cell); return *cell;
    case 's': return *(volatile int *)(long)(*cell * 8);
    }
    free((void *)cell);
    return 0;
}
";

/// The program, with Rust's part plain or instrumented.
fn build(scene: &Scene, instrumented: bool) -> PathBuf {
    let name = if instrumented { "sanitized-instrumented" } else { "sanitized-plain" };
    let package = Package::new(name);
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"sanitized\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"staticlib\"]\n\n\
             [workspace]\n\n[profile.dev]\n# Each module an object, of which the linker takes those it needs.\ncodegen-units = 256\n\n\
             [dependencies]\ninstr-runtime = {}\n",
            runtime(if instrumented { Feature::Enabled } else { Feature::Off })
        ),
    );
    package.write("src/lib.rs", RUST);
    let target = package.path().join("target");
    succeed(package.cargo(&["build", "--quiet"]).env("CARGO_TARGET_DIR", &target));
    let (source, program) = (scene.path().join("main.c"), scene.path().join(name));
    std::fs::write(&source, C).expect("a file");
    let library = target.join("debug/libsanitized.a");
    compile(Command::new("cc").args(["-fsanitize=address", "-g", "-o"]).args([&program, &source, &library]).arg("-lm"));
    program
}

/// What a report says, without addresses and ids.
fn summary(report: &str) -> Vec<String> {
    let lines = report.lines().filter(|line| line.contains("ERROR: AddressSanitizer") || line.starts_with("SUMMARY"));
    let words = lines.map(|line| line.split_once("AddressSanitizer: ").map_or(line, |(_, rest)| rest));
    words.map(|line| line.split(" on ").next().unwrap_or(line).to_owned()).collect()
}

#[test]
fn row_19_the_sanitizers_report_and_exit_status_stay() {
    let beside = Scene::new();
    if !sanitizes(&beside) {
        return skip("row_19", "cc has no AddressSanitizer here");
    }
    let [plain, instrumented] = [false, true].map(|instrumented| build(&beside, instrumented));
    for (way, what) in [("fine", None), ("use after free", Some("heap-use-after-free")), ("segv", Some("SEGV"))] {
        for crash in ["on", "off"] {
            let (scene, plain_scene) = (Scene::new(), Scene::new());
            let ended = run(scene.command(&instrumented).arg(way).env("INSTR_CRASH", crash));
            let plain = run(plain_scene.command(&plain).arg(way));
            assert_eq!((ended.status, &ended.stdout), (plain.status, &plain.stdout), "{way}: {}", ended.stderr);
            assert_eq!(summary(&ended.stderr), summary(&plain.stderr), "{way}");
            assert_eq!(summary(&plain.stderr).first().and_then(|line| line.split(' ').next()), what, "{way}");
            let report = scene.report();
            assert_eq!(report.thread("main")["last"]["function"], "reach", "{way}");
            // The sanitizer's handler takes over from ours.
            let is_signal = way == "segv" && crash == "on";
            assert_eq!(report.signal(), is_signal.then_some("SIGSEGV"), "{way}, crash handler {crash}");
        }
    }
}

fn sanitizes(scene: &Scene) -> bool {
    let (source, program) = (scene.path().join("empty.c"), scene.path().join("empty"));
    std::fs::write(&source, "int main(void) { return 0; }\n").expect("a file");
    let compiled = Command::new("cc").args(["-fsanitize=address", "-o"]).args([&program, &source]).output();
    compiled.is_ok_and(|ended| ended.status.success())
}
