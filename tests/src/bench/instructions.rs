//! Instructions, counted by callgrind: the same in every run, whatever else the machine does.

use std::path::{Path, PathBuf};

use super::kinds::{Kind, STACK_ALONE};
use super::programs::{Built, records_per_turn, statements};
use super::subject::Subject;
use crate::package::{Feature, succeed};
use crate::program::Scene;
use crate::skip::without;

/// Why instructions cannot be counted here, if they cannot.
pub fn missing() -> Option<String> {
    without("valgrind")
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

/// How many turns are enough for what happens once in some hundred records to have its share.
const TURNS: u64 = 20_000;

/// What probes execute, in one build.
#[derive(Debug)]
pub struct Probes {
    program: PathBuf,
    stack: PathBuf,
    plain: PathBuf,
    statement_records: f64,
    call_records: f64,
}

/// What one kind executes beyond the plain program.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counted {
    /// For each recorded statement.
    pub statement: f64,
    /// For each call, its statements left out: entering and leaving the function.
    pub call: f64,
}

impl Probes {
    /// Builds the programs.
    ///
    /// # Panics
    /// When they do not build.
    pub fn new(release: bool) -> Self {
        let program = statements(Built { feature: Feature::Enabled, release });
        let [statement_records, call_records] = ["tight", "calls"].map(|function| records_per_turn(&program, function));
        let plain = statements(Built { feature: Feature::Off, release });
        let stack = statements(Built { feature: Feature::Stack, release });
        Probes { program, stack, plain, statement_records, call_records }
    }

    /// What the plain program executes for each of the four statements of a turn.
    pub fn plain_statement(&self) -> f64 {
        self.plain("tight") / 4.0
    }

    /// Counts.
    pub fn count(&self, kind: Kind) -> Counted {
        let over_plain = |function: &str| {
            let program = if kind == STACK_ALONE { &self.stack } else { &self.program };
            let subject = kind.of(&Subject::new(program, &["instrumented", function]));
            per_turn(&subject, TURNS) - self.plain(function)
        };
        let statement = over_plain("tight") / self.statement_records;
        Counted { statement, call: over_plain("calls") - self.call_records * statement }
    }

    fn plain(&self, function: &str) -> f64 {
        per_turn(&Subject::new(&self.plain, &["plain", function]), TURNS)
    }
}
