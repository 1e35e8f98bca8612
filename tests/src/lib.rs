//! What the tests share: building and running programs, and reading their runs.

use std::path::{Path, PathBuf};

pub mod analyzer;
pub mod bench;
pub mod build;
pub mod caps;
pub mod cargo_instr;
pub mod core_file;
pub mod disk;
pub mod fake_end;
pub mod fake_parser;
pub mod fake_ring;
pub mod fake_run;
pub mod fake_stack;
pub mod faults;
pub mod hanging;
pub mod json;
pub mod kills;
pub mod libtest;
pub mod limits;
pub mod machine;
pub mod mapped;
pub mod marks;
pub mod mutants;
pub mod package;
pub mod processor_time;
pub mod processors;
pub mod program;
pub mod published;
pub mod records;
pub mod report;
pub mod rings;
pub mod sandbox;
pub mod skip;
pub mod stepped;
pub mod stepper;
pub mod strace;
pub mod sums;

/// The root of this repository.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("it is there")
}

/// Every Rust source file at or below a path, in order of their paths.
///
/// # Panics
/// When there is nothing to read.
pub fn rust_files(path: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut paths = vec![path.to_owned()];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a directory");
            paths.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
