//! Instructions, counted by callgrind: the same in every run, whatever else the machine does.

use std::path::Path;
use std::process::Command;

use super::subject::Subject;
use crate::package::succeed;
use crate::program::Scene;

/// Why instructions cannot be counted here, if they cannot.
pub fn missing() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").output();
    output.err().map(|error| format!("valgrind: {error}"))
}

/// How many instructions the subject executes, from its start to its end.
///
/// # Panics
/// When it fails.
pub fn count(subject: &Subject) -> u64 {
    let scene = Scene::new();
    let mut command = scene.command(Path::new("valgrind"));
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&subject.program);
    command.args(&subject.arguments).envs(subject.variables.iter().map(|(name, value)| (name, value)));
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let output = succeed(&mut command);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    collected.unwrap_or_else(|| panic!("{command:?}\n{said}"))
}

/// How many the subject executes for one of its turns: the difference between `turns` and twice as many, which are its
/// last argument.
///
/// # Panics
/// When it fails.
pub fn per_turn(subject: &Subject, turns: u64) -> f64 {
    let with = |turns: u64| {
        let mut subject = subject.clone();
        subject.arguments.push(turns.to_string());
        count(&subject)
    };
    (with(2 * turns) - with(turns)) as f64 / turns as f64
}
