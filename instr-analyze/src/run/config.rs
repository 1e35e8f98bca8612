//! Finds the configuration file that is checked.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use instr_config::file::File;
use instr_format::{keys, names};

/// A file that was found.
#[derive(Debug)]
pub struct Found {
    /// What it says.
    pub file: File,
    /// Whether nobody names it, and it only lies above the working directory.
    pub is_above: bool,
}

/// The file with this path, else the one that `INSTR_CONFIG` names, else the one here, else the nearest one above.
///
/// # Errors
/// When it cannot be read, with its path.
pub fn find(named: Option<&Path>) -> Result<Option<Found>, (PathBuf, io::Error)> {
    let by_variable = env::var_os(names::CONFIG).filter(|path| !path.is_empty()).map(PathBuf::from);
    let here = PathBuf::from(keys::FILE);
    let named = named.map(Path::to_owned).or(by_variable).or_else(|| here.exists().then_some(here));
    let is_above = named.is_none();
    let Some(path) = named.or_else(above) else { return Ok(None) };
    match File::read(&path) {
        Ok(file) => Ok(Some(Found { file, is_above })),
        Err(error) => Err((path, error)),
    }
}

fn above() -> Option<PathBuf> {
    let directory = env::current_dir().ok()?;
    directory.ancestors().map(|above| above.join(keys::FILE)).find(|path| path.exists())
}
