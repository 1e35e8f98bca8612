//! A program that hangs, which is looked at while it does, and killed.

use std::path::PathBuf;
use std::process::Child;

use crate::analyzer;
use crate::build::{INSTRUMENTED, program};
use crate::program::{Scene, finish, start};
use crate::report::Report;

/// What a debug build of the analyzer reads in no time.
const SMALL: [(&str, &str); 2] = [("INSTR_RING_BYTES", "64K"), ("INSTR_MAX_BYTES", "128K")];

/// `hanging`, or another such program, while it hangs.
#[derive(Debug)]
pub struct Hanging {
    scene: Scene,
    child: Child,
}

impl Hanging {
    /// Starts `hanging`, and waits until a report of it while it runs is what is `expected`.
    ///
    /// # Panics
    /// When it ends before.
    pub fn until(way: &str, variables: &[(&str, &str)], expected: impl Fn(&Report) -> bool) -> Self {
        Self::of("hanging", way, variables, expected)
    }

    /// The same of the program with this name.
    ///
    /// # Panics
    /// When it ends before.
    pub fn of(name: &str, way: &str, variables: &[(&str, &str)], expected: impl Fn(&Report) -> bool) -> Self {
        let scene = Scene::new();
        let mut command = scene.command(&program(name, INSTRUMENTED));
        let mut child = start(command.arg(way).envs(SMALL).envs(variables.iter().copied()));
        loop {
            let run = scene.runs().pop().filter(|run| run.join("last").exists());
            if run.is_some_and(|run| expected(&Report::of(&run))) {
                return Hanging { scene, child };
            }
            assert_eq!(child.try_wait().expect("it can be waited for"), None, "{way}");
        }
    }

    /// Its run.
    pub fn run(&self) -> PathBuf {
        self.scene.runs().remove(0)
    }

    /// Kills it. Returns where it ran.
    ///
    /// # Panics
    /// When it has ended.
    pub fn kill(mut self) -> Scene {
        self.child.kill().expect("it is there");
        finish(self.child);
        self.scene
    }

    /// Kills it. Returns the report for programs and the one for people.
    ///
    /// # Panics
    /// When it has ended.
    pub fn reports(self) -> (Report, String) {
        let scene = self.kill();
        let text = analyzer::run(["report".as_ref(), scene.runs()[0].as_os_str()]);
        (scene.report(), text.stdout)
    }
}
