//! What the tests share: building and running programs, and reading their runs.

use std::path::{Path, PathBuf};

pub mod analyzer;
pub mod build;
pub mod fake_run;
pub mod limits;
pub mod mapped;
pub mod marks;
pub mod program;
pub mod records;
pub mod report;
pub mod sandbox;
pub mod skip;

/// The root of this repository.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("it is there")
}
