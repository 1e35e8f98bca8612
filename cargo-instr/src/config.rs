//! The configuration of a command: `instr.toml`, as far as it is for `cargo instr` and for the programs that it runs.

use std::env;
use std::path::{Path, PathBuf};

use instr_config::file::File;
use instr_format::keys::{CARGO_INSTR, COVERAGE, FILE};
use instr_format::names;
use instr_format::value;

use crate::failure::Failure;
use crate::instrumentation::absolute;

/// What holds unless an option says otherwise.
#[derive(Debug, Default)]
pub struct Config {
    file: Option<File>,
    is_named: bool,
}

impl Config {
    /// Reads the file that `INSTR_CONFIG` names, else the one in the working directory, else the one in the workspace's.
    ///
    /// # Errors
    /// When it cannot be read, or something in it cannot be used.
    pub fn find(workspace: &Path) -> Result<Self, Failure> {
        let named = env::var_os(names::CONFIG).filter(|path| !path.is_empty()).map(PathBuf::from);
        let is_named = named.is_some();
        let places = [absolute(FILE), workspace.join(FILE)];
        let path = named.or_else(|| places.into_iter().find(|path| path.exists()));
        Ok(Config { file: path.map(|path| read(&path)).transpose()?, is_named })
    }

    /// Where it is, if programs have to be told.
    pub fn path(&self) -> Option<PathBuf> {
        let file = self.file.as_ref().filter(|_| !self.is_named)?;
        Some(absolute(&file.path))
    }

    /// A list of `[cargo-instr]`.
    pub fn list(&self, name: &str) -> Vec<String> {
        let words = self.value(name).unwrap_or_default().split(',').map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// A switch of `[cargo-instr]`.
    pub fn is_on(&self, name: &str) -> bool {
        self.value(name).and_then(value::switch) == Some(true)
    }

    /// A number of `[cargo-instr]`.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.value(name)?.trim().parse().ok()
    }

    /// What is to keep coverage, if something is.
    pub fn coverage(&self) -> Option<&str> {
        let file = self.file.as_ref()?;
        let is_on = file.value(COVERAGE, "enabled").and_then(value::switch) == Some(true);
        is_on.then(|| file.value(COVERAGE, "backend").unwrap_or("instr"))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.file.as_ref()?.value(CARGO_INSTR, name)
    }
}

/// Reads a file of which all can be used.
///
/// # Errors
/// When it cannot be read, or something in it cannot be used.
pub fn read(path: &Path) -> Result<File, Failure> {
    let here = env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(&here).unwrap_or(path);
    let file = File::read_as(path, shown).map_err(|error| Failure::on("read", shown, &error))?;
    match file.errors.as_slice() {
        [] => Ok(file),
        errors => Err(Failure(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))),
    }
}
