//! How much stack instrumented functions take, and that recursions go as deep as they did.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use instr_tests::package::{Feature, Package, runtime};
use instr_tests::workspace;

/// What a guard and the calls of probes may add to a frame, with the statement stack alone, and with a sink behind it.
const DEBUG_BYTES: [u64; 2] = [64, 64];
const RELEASE_BYTES: [u64; 2] = [32, 32];

#[test]
fn frames_stay_small_in_debug_builds() {
    assert_frames_stay_small(&["build"], DEBUG_BYTES);
}

#[test]
fn frames_stay_small_in_release_builds() {
    assert_frames_stay_small(&["build", "--release"], RELEASE_BYTES);
}

fn assert_frames_stay_small(build: &[&str], most: [u64; 2]) {
    for (feature, most) in [Feature::Stack, Feature::Enabled].into_iter().zip(most) {
        let [plain, instrumented] = [Feature::Off, feature].map(|feature| program(build, feature));
        let per_level = |program: &Path| number(&run(program, "per-level", 1_000));
        let (before, after) = (per_level(&plain), per_level(&instrumented));
        println!("{build:?}: {before} bytes a level plain, {after} with {feature:?}");
        assert!(after <= before + most, "{build:?}: {before} bytes a level plain, {after} with {feature:?}");
    }
}

/// Of a debug build, in 8 MiB.
#[test]
fn a_recursion_of_65536_levels_fits() {
    let (plain, instrumented) = programs(&["build"]);
    assert_eq!(number(&run(&instrumented, "stack", 65_536)), number(&run(&plain, "stack", 65_536)));
}

/// Plain, release builds make jumps of these calls.
#[test]
fn tail_recursion_goes_on_for_millions_of_levels() {
    let (plain, instrumented) = programs(&["build", "--release"]);
    for kind in ["function", "return", "nested", "associated", "method", "by-value", "unsafe"] {
        let expected = number(&run(&plain, kind, 10_000_000));
        assert_eq!(number(&run(&instrumented, kind, 10_000_000)), expected, "{kind}");
    }
}

fn programs(build: &[&str]) -> (PathBuf, PathBuf) {
    (program(build, Feature::Off), program(build, Feature::Enabled))
}

fn program(build: &[&str], feature: Feature) -> PathBuf {
    let kind = format!("{feature:?}").to_lowercase();
    let name = format!("stack-{}-{kind}", std::thread::current().name().expect("a test").replace("::", "-"));
    let package = Package::new(&name);
    package.copy(&workspace().join("tests/stack/main.rs"), "src/main.rs");
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ninstr-runtime = {}\n",
            runtime(feature),
        ),
    );
    if feature != Feature::Off {
        package.annotate("src", "2024");
    }
    package.build(build).0[&name].clone()
}

/// Without records, which would be gigabytes; guards and probes are there all the same.
fn run(program: &Path, kind: &str, depth: u64) -> Output {
    let mut command = Command::new(program);
    command.args([kind, &depth.to_string()]).env("INSTR_ENABLE", "off").output().expect("it starts")
}

fn number(output: &Output) -> u64 {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number")
}
