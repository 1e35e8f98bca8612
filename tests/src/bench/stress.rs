//! Many threads that record as fast as they can, and what the run occupies afterwards.

use std::fs;
use std::path::Path;

use super::subject::Subject;
use crate::disk::occupied;
use crate::program::Scene;

/// Threads, and what each of them does.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// All threads.
    pub threads: u64,
    /// How many of them live at the same time.
    pub at_once: u64,
    /// Turns of `tight` in each.
    pub turns: u64,
}

/// What a run has taken.
#[derive(Debug)]
pub struct Stressed {
    /// The seconds from the first statement to the last one.
    pub seconds: f64,
    /// The most memory that the process has occupied, in bytes. Mapped files count.
    pub memory: u64,
    /// Files in the run's directory.
    pub files: u64,
    /// What they occupy on the disk, in bytes.
    pub disk: u64,
}

impl Load {
    /// Threads that all live at the same time.
    pub const fn at_once(threads: u64, turns: u64) -> Self {
        Load { threads, at_once: threads, turns }
    }

    /// A program that does it.
    pub fn subject(self, program: &Path) -> Subject {
        let arguments = [self.threads, self.at_once, self.turns].map(|number| number.to_string());
        Subject { pinned: false, ..Subject::new(program, &arguments.each_ref().map(String::as_str)) }
    }

    /// Statements that the threads reach together: `tight` has three around its loop, and five in each turn.
    pub const fn statements(self) -> u64 {
        self.threads * (3 + 5 * self.turns)
    }
}

impl Stressed {
    /// Runs a program in a directory that is looked at later.
    ///
    /// # Panics
    /// When it fails.
    pub fn run_at(scene: &Scene, subject: &Subject) -> Self {
        let readings = subject.readings_at(scene);
        let run = scene.runs();
        Stressed {
            seconds: readings["seconds"],
            memory: readings["memory"] as u64 * 1024,
            files: run.iter().map(|run| fs::read_dir(run).expect("a run directory").count() as u64).sum(),
            disk: run.iter().map(|run| occupied(run)).sum(),
        }
    }
}
