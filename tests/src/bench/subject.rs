//! A program that measures itself, and says what it has found in lines of a name and a number.

use std::collections::BTreeMap;
use std::ops::Index;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::limits::pin;
use crate::package::succeed;
use crate::processors::last_processor;
use crate::program::Scene;

/// A program, and how it is run.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment.
    pub variables: Vec<(&'static str, String)>,
    /// Whether it stays on one processor.
    pub pinned: bool,
}

/// What it has found.
#[derive(Debug)]
pub struct Readings(BTreeMap<String, f64>);

impl Subject {
    /// A program on one processor, without instr's variables.
    pub fn new(program: &Path, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Subject { program: program.to_owned(), arguments, variables: Vec::new(), pinned: true }
    }

    /// The command, in a directory.
    ///
    /// # Panics
    /// When no processor is to be had.
    pub fn command(&self, scene: &Scene) -> Command {
        let mut command = scene.command(&self.program);
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        if self.pinned {
            pin(&mut command, last_processor());
        }
        command
    }

    /// Runs it in a fresh directory.
    ///
    /// # Panics
    /// When it fails.
    pub fn readings(&self) -> Readings {
        self.readings_at(&Scene::new())
    }

    /// Runs it in a directory that is looked at later.
    ///
    /// # Panics
    /// When it fails.
    pub fn readings_at(&self, scene: &Scene) -> Readings {
        Readings::of(&mut self.command(scene))
    }

    /// Runs it, whatever it says, in a directory that is looked at later.
    ///
    /// # Panics
    /// When it fails.
    pub fn run_at(&self, scene: &Scene) {
        succeed(&mut self.command(scene));
    }
}

impl Readings {
    /// What a command says.
    ///
    /// # Panics
    /// When it fails, or says something else.
    pub fn of(command: &mut Command) -> Self {
        let output = succeed(command);
        let said = String::from_utf8_lossy(&output.stdout);
        let lines = said.lines().map(|line| {
            let (name, number) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{command:?}: {line}"));
            (name.to_owned(), number.parse().unwrap_or_else(|_| panic!("{command:?}: {line}")))
        });
        Readings(lines.collect())
    }
}

impl Index<&str> for Readings {
    type Output = f64;

    fn index(&self, name: &str) -> &f64 {
        self.0.get(name).unwrap_or_else(|| panic!("no {name} among {:?}", self.0))
    }
}
