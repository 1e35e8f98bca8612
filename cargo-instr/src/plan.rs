//! What the command tells the wrappers: a file beside the wrapper's own link, so that nothing of it gets into the
//! environment of the program that runs.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::selection::Selection;

/// Identifies this build of `cargo instr` and of the runtime in it.
pub const BUILD: &str = env!("CARGO_INSTR_BUILD");

/// Name of the wrapper's link, by which the program knows what it is asked for.
pub const WRAPPER: &str = "cargo-instr-wrapper";

/// The plan of one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Another build instruments anew.
    pub build: String,
    /// Where compiled runtimes are kept.
    pub cache: PathBuf,
    /// The manifests' directories of the packages to instrument.
    pub packages: Vec<PathBuf>,
    /// What of them.
    pub selection: Selection,
    /// How fine.
    pub level: Option<String>,
    /// The wrapper that the user has set, to be called in turn.
    pub outer_wrapper: Option<PathBuf>,
}

impl Plan {
    /// The file in the directory of a target.
    pub fn file(home: &Path) -> PathBuf {
        home.join("cargo-instr-plan.json")
    }

    /// Reads the plan.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn read(home: &Path) -> Result<Self, Failure> {
        let file = Plan::file(home);
        let text = fs::read_to_string(&file).map_err(|error| Failure::on("read", &file, &error))?;
        serde_json::from_str(&text).map_err(|error| Failure(format!("cannot read {}: {error}", file.display())))
    }

    /// Writes the plan, unless it is there already: what was instrumented by it depends on the time of the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, home: &Path) -> Result<(), Failure> {
        let file = Plan::file(home);
        if Plan::read(home).is_ok_and(|plan| plan == *self) {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(self).map_err(|error| Failure(error.to_string()))?;
        fs::write(&file, text).map_err(|error| Failure::on("write", &file, &error))
    }
}
