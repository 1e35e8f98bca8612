//! Where what is built goes, and how cargo is told so.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::Metadata;

use crate::plan::{Plan, Recording, WORKSPACE_WRAPPER, WRAPPER};

/// Where what is built goes.
#[derive(Debug)]
pub struct Places {
    /// Programs, under names that say nothing of the plan. A program of another plan must not come between the end of
    /// building and the beginning of running.
    pub finished: PathBuf,
    /// All else, if apart, and if cargo knows how to (1.91).
    between: Option<PathBuf>,
    /// What cargo is to compile for, so that it builds what runs in build scripts apart.
    target: Option<String>,
}

impl Places {
    /// Those of a plan below `home`.
    pub fn new(home: &Path, with: &[String], plan: &Plan, metadata: &Metadata) -> Self {
        let key = plan.key();
        let (finished, between) = match with {
            _ if plan.runtime.recording == Recording::Edges => {
                let own = home.join(format!("sancov-{key}"));
                (own.clone(), own)
            }
            [] if plan.is_whole() => (home.to_owned(), home.to_owned()),
            [] => (home.join(format!("selected-{key}")), home.to_owned()),
            // Cargo never asks whether a dependency from a registry has to be compiled again.
            _ => {
                let own = home.join(format!("with-{}-{key}", with.join("-")));
                (own.clone(), own)
            }
        };
        // The user's configuration may name one of plain cargo's.
        Places { finished, between: metadata.build_directory.is_some().then_some(between), target: None }
    }

    /// The same for a target that cargo is told.
    #[must_use]
    pub fn for_target(self, target: String) -> Self {
        Places { target: Some(target), ..self }
    }

    /// The same with programs in a directory of their own, where the next command does not replace them.
    #[must_use]
    pub fn apart(self, directory: &str) -> Self {
        Places { finished: self.finished.join(directory), ..self }
    }

    /// Tells a command of cargo's own by options: nothing of it reaches the program that it runs. `given`: the user's
    /// `--config`; of two that say the same, the last one counts.
    pub fn as_options(&self, wrappers: &Path, given: &[OsString], cargo: &mut Command) {
        cargo.arg("--target-dir").arg(&self.finished);
        if let Some(target) = &self.target {
            cargo.arg("--target").arg(target);
        }
        for setting in given {
            cargo.arg("--config").arg(setting);
        }
        for (key, path) in self.settings(wrappers) {
            cargo.arg("--config").arg(format!("build.{key}={:?}", path.to_string_lossy()));
        }
    }

    /// Tells any other command, whose options nobody knows, and all that it runs.
    pub fn as_variables(&self, wrappers: &Path, cargo: &mut Command) {
        cargo.env("CARGO_TARGET_DIR", &self.finished);
        if let Some(target) = &self.target {
            cargo.env("CARGO_BUILD_TARGET", target);
        }
        for (key, path) in self.settings(wrappers) {
            cargo.env(format!("CARGO_BUILD_{}", key.replace('-', "_").to_uppercase()), path);
        }
    }

    fn settings(&self, wrappers: &Path) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let wrappers =
            [("rustc-wrapper", wrappers.join(WRAPPER)), ("rustc-workspace-wrapper", wrappers.join(WORKSPACE_WRAPPER))];
        wrappers.into_iter().chain(self.between.clone().map(|between| ("build-dir", between)))
    }
}
