//! What the tests share: building and running programs, and reading their runs.

use std::path::{Path, PathBuf};

pub mod analyzer;
pub mod annotate;
pub mod build;
pub mod fake_run;
pub mod limits;
pub mod mapped;
pub mod marks;
pub mod package;
pub mod program;
pub mod records;
pub mod report;
pub mod sandbox;
pub mod skip;

/// The root of this repository.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("it is there")
}

/// Every Rust source file below a directory, built ones left out, in order of their paths.
pub fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("target") {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
