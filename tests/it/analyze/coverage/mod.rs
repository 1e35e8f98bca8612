//! What runs have reached, as `coverage` shows it.

mod formats;
mod pages;
mod runs;
mod truth;
mod watch;

use std::path::Path;

use instr_tests::analyzer::{self, Outcome};
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::json;
use instr_tests::program::{Scene, run};
use serde_json::Value;

/// Runs the program that goes the ways numbers decide, and kills it.
fn killed(number: u32, variables: &[(&str, &str)]) -> Scene {
    let scene = Scene::new();
    let mut command = scene.command(&program("covering", INSTRUMENTED));
    run(command.args(["kill", &number.to_string()]).envs(variables.iter().copied()));
    scene
}

/// Has the verb show these runs, started where the sources are found.
fn show(arguments: &[&str], runs: &[&Path]) -> Outcome {
    let mut command = analyzer::command([&["coverage"], arguments].concat());
    analyzer::outcome(command.args(runs).current_dir(instr_tests::workspace()).output().unwrap())
}

/// The same, as JSON.
fn shown(runs: &[&Path]) -> Value {
    let outcome = show(&["--format", "json"], runs);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    json::parse(&outcome.stdout)
}
