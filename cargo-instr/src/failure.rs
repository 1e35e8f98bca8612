//! Why `cargo instr` gives up.

use std::fmt::Display;
use std::io;
use std::path::Path;

/// A message that names the thing and the way out. The command then exits with 2.
#[derive(Debug)]
pub struct Failure(pub String);

impl Failure {
    /// `what` could not be done to `path`.
    pub fn on(what: &str, path: &Path, error: &io::Error) -> Self {
        Failure(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}
