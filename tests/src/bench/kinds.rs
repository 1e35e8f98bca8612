//! The ways in which an instrumented program can run.

use std::fs;
use std::path::Path;

use instr_format::files::{COUNTS, COVERAGE, LOG_SUFFIX, RING_SUFFIX, STACK_SUFFIX};

use super::subject::Subject;
use crate::program::Scene;

/// A way to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// As the tables call it.
    pub name: &'static str,
    /// The variables that choose it.
    pub variables: &'static [(&'static str, &'static str)],
    /// How a file's name ends that is only there if it was chosen.
    file: Option<&'static str>,
}

/// Compiled in, and turned off.
pub const DISABLED: Kind = Kind { name: "turned off", variables: &[("INSTR_ENABLE", "0")], file: None };
/// The statement stack in a program that is built for it.
pub const STACK_ALONE: Kind = Kind { name: "stack, feature `stack`", variables: &[], file: Some(STACK_SUFFIX) };
/// The statement stack, and no history.
pub const STACK: Kind = Kind { name: "stack", variables: &[("INSTR_SINK", "stack")], file: Some(STACK_SUFFIX) };
/// Every file of the program is left out.
pub const FILTERED: Kind = Kind { name: "filtered out", variables: &[("INSTR_EXCLUDE", "src/")], file: None };
/// Counters.
pub const COUNT: Kind = Kind { name: "count", variables: &[("INSTR_SINK", "count")], file: Some(COUNTS) };
/// Whether each statement was reached, and no history.
pub const COVER: Kind = Kind {
    name: "coverage flags",
    variables: &[("INSTR_SINK", "stack"), ("INSTR_COVERAGE", "flags")],
    file: Some(COVERAGE),
};
/// How often, and no history.
pub const COVER_COUNTS: Kind = Kind {
    name: "coverage counts",
    variables: &[("INSTR_SINK", "stack"), ("INSTR_COVERAGE", "counts")],
    file: Some(COUNTS),
};
/// Whether each statement was reached, beside a ring.
pub const RING_COVER: Kind = Kind {
    name: "ring, coverage flags",
    variables: &[("INSTR_SINK", "ring"), ("INSTR_COVERAGE", "flags")],
    file: Some(COVERAGE),
};
/// How often, beside a ring.
pub const RING_COVER_COUNTS: Kind = Kind {
    name: "ring, coverage counts",
    variables: &[("INSTR_SINK", "ring"), ("INSTR_COVERAGE", "counts")],
    file: Some(COUNTS),
};
/// A ring without times.
pub const RING_OFF: Kind = Kind {
    name: "ring, no clock",
    variables: &[("INSTR_SINK", "ring"), ("INSTR_CLOCK", "off")],
    file: Some(RING_SUFFIX),
};
/// A ring as it is unless told otherwise.
pub const RING: Kind = Kind { name: "ring", variables: &[("INSTR_SINK", "ring")], file: Some(RING_SUFFIX) };
/// A ring with a time in each record.
pub const RING_FULL: Kind = Kind {
    name: "ring, clock in every record",
    variables: &[("INSTR_SINK", "ring"), ("INSTR_CLOCK", "full")],
    file: Some(RING_SUFFIX),
};
/// A line per statement.
pub const WRITE: Kind = Kind { name: "write", variables: &[("INSTR_SINK", "write")], file: Some(LOG_SUFFIX) };

/// All of them, from the cheapest on.
pub const KINDS: [Kind; 9] = [STACK_ALONE, DISABLED, STACK, FILTERED, COUNT, RING_OFF, RING, RING_FULL, WRITE];

impl Kind {
    /// The subject, run this way.
    pub fn of(&self, subject: &Subject) -> Subject {
        let variables = self.variables.iter().map(|(name, value)| (*name, (*value).to_owned()));
        Subject { variables: variables.collect(), ..subject.clone() }
    }

    /// Runs the subject once this way, and says why not if the runtime has done something else.
    ///
    /// # Errors
    /// When it did not leave the file that it should.
    ///
    /// # Panics
    /// When the subject fails.
    pub fn try_on(&self, subject: &Subject) -> Result<(), String> {
        let scene = Scene::new();
        self.of(subject).run_at(&scene);
        match (self.file, scene.runs().as_slice()) {
            (None, _) => Ok(()),
            (Some(end), [run]) if holds(run, end) => Ok(()),
            (Some(end), runs) => Err(format!("no file *{end} in {} run(s): this runtime has no such sink", runs.len())),
        }
    }
}

fn holds(run: &Path, end: &str) -> bool {
    let entries = fs::read_dir(run).expect("a run directory");
    entries.into_iter().any(|entry| entry.expect("an entry").file_name().to_string_lossy().ends_with(end))
}
