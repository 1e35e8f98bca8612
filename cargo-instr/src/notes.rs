//! What was instrumented of each crate: a file per crate in the plan's directory, so that a command that finds everything
//! built knows it too. What the user has asked for and what matched nothing is said behind the command.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::macros::Refused;
use crate::selection::{Pattern, Selection};

const DIRECTORY: &str = "notes";

/// What the wrapper has done to a crate.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Note {
    /// The directory of its package.
    pub package: PathBuf,
    /// How many items were instrumented.
    pub places: usize,
    /// The patterns that have matched a file or a function of it.
    pub matched: BTreeSet<Pattern>,
    /// The macros of it that are left alone, as it does not compile otherwise.
    pub refused: Refused,
    /// The crate's name, if it does not compile instrumented and is used as it is.
    #[serde(default)]
    pub plain: Option<String>,
}

impl Note {
    /// The note of the crate `name`, if there is one.
    pub fn read(plan: &Path, name: &str) -> Option<Self> {
        serde_json::from_slice(&fs::read(plan.join(DIRECTORY).join(name)).ok()?).ok()
    }

    /// Keeps the note of the crate `name` in the plan's directory.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, plan: &Path, name: &str) -> Result<(), Failure> {
        let directory = plan.join(DIRECTORY);
        let (file, text) = (directory.join(name), serde_json::to_string(self).unwrap_or_default());
        let written = fs::create_dir_all(&directory).and_then(|()| fs::write(&file, text));
        written.map_err(|error| Failure::on("write", &file, &error))
    }
}

/// All that is known of a plan.
#[derive(Debug)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// Reads the notes of a plan; none when nothing was compiled.
    pub fn read(plan: &Path) -> Self {
        let entries = fs::read_dir(plan.join(DIRECTORY)).into_iter().flatten().filter_map(io::Result::ok);
        let notes = entries.filter_map(|entry| serde_json::from_slice(&fs::read(entry.path()).ok()?).ok());
        Notes(notes.collect())
    }

    /// A warning for each option that had no effect. `with`: the dependencies to instrument, and where they can be.
    /// `own`: the directories of the workspace's packages, of which cargo shows what the compiler says.
    pub fn warnings(&self, selection: &Selection, with: &[(&str, Vec<PathBuf>)], own: &[PathBuf]) -> Vec<String> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let nothing = self.0.iter().all(|note| note.places == 0);
        let is_matched = |pattern: &Pattern| self.0.iter().any(|note| note.matched.contains(pattern));
        let (mut including, mut warnings) = (Vec::new(), Vec::new());
        for pattern in selection.patterns().into_iter().filter(|pattern| !is_matched(pattern)) {
            if pattern.includes() {
                including.push(pattern.to_string());
            } else {
                warnings.push(format!("nothing matches {pattern}; nothing is left out by it"));
            }
        }
        let effect = if nothing { "; nothing is instrumented" } else { "" };
        if !including.is_empty() {
            warnings.push(format!("no function matches {}{effect}", including.join(" or ")));
        } else if nothing && !selection.patterns().is_empty() {
            let all: Vec<String> = selection.patterns().iter().map(ToString::to_string).collect();
            warnings.push(format!("no function is left by {} together{effect}", all.join(" ")));
        }
        warnings.extend(self.plain_dependencies(own));
        for (name, directories) in with {
            if !self.0.iter().any(|note| directories.contains(&note.package)) {
                warnings.push(format!("--with-dep {name}: what was built does not use it"));
            }
        }
        warnings
    }

    /// Cargo shows nothing of what is said of them.
    fn plain_dependencies(&self, own: &[PathBuf]) -> Option<String> {
        let others = self.0.iter().filter(|note| !own.contains(&note.package));
        let names: BTreeSet<&str> = others.filter_map(|note| note.plain.as_deref()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        (!names.is_empty())
            .then(|| format!("does not compile instrumented, and is used as it is: {}", names.join(", ")))
    }
}
