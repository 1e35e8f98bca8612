//! The compiler's wrappers that the user has set, by an environment variable, on the command line or in cargo's configuration
//! files: ours takes their place, and has to call them.
//!
//! Cargo has no stable way to ask it. So this follows its rules: the variables of their own come first, even when they are
//! empty, which means none; then `--config`, the variables of the configuration, and the files from the current
//! directory up to the root, and in cargo's home.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::failure::Failure;

/// Files that name each other in circles would be refused by cargo. We end before.
const DEPTH: usize = 16;

/// What the user has set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserWrappers {
    /// `build.rustc-wrapper`.
    pub every_crate: Option<PathBuf>,
    /// `build.rustc-workspace-wrapper`.
    pub workspace: Option<PathBuf>,
}

/// Where cargo looks for configuration.
pub struct Sources<'a> {
    /// The current directory.
    pub directory: &'a Path,
    /// The values of `--config`.
    pub options: &'a [OsString],
    /// An environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl UserWrappers {
    /// Reads what this process has been given.
    ///
    /// # Errors
    /// When a file cannot be read that would have counted.
    pub fn find(directory: &Path, options: &[OsString]) -> Result<Self, Failure> {
        UserWrappers::find_in(&Sources { directory, options, variable: &|name| env::var_os(name) })
    }

    /// The same from anywhere.
    ///
    /// # Errors
    /// When a file cannot be read that would have counted.
    pub fn find_in(sources: &Sources<'_>) -> Result<Self, Failure> {
        Ok(UserWrappers {
            every_crate: sources.wrapper("rustc-wrapper")?,
            workspace: sources.wrapper("rustc-workspace-wrapper")?,
        })
    }
}

/// Whether the configuration of this process says what cargo is to compile for.
///
/// # Errors
/// When a file cannot be read that would have counted.
pub fn names_target(directory: &Path, options: &[OsString]) -> Result<bool, Failure> {
    let sources = Sources { directory, options, variable: &|name| env::var_os(name) };
    Ok(sources.configured("target")?.is_some())
}

impl Sources<'_> {
    fn wrapper(&self, key: &str) -> Result<Option<PathBuf>, Failure> {
        let name = key.replace('-', "_").to_uppercase();
        if let Some(own) = (self.variable)(&name) {
            return Ok(Some(program(&own, self.directory)).filter(|_| !own.is_empty()));
        }
        self.configured(key)
    }

    /// What cargo's configuration says, whichever part of it.
    fn configured(&self, key: &str) -> Result<Option<PathBuf>, Failure> {
        let name = key.replace('-', "_").to_uppercase();
        for option in self.options.iter().rev() {
            if let Some(found) = self.in_option(option, key)? {
                return Ok(non_empty(found));
            }
        }
        if let Some(of_configuration) = (self.variable)(&format!("CARGO_BUILD_{name}")) {
            return Ok(non_empty(program(&of_configuration, self.directory)));
        }
        for file in self.files() {
            if let Some(found) = in_file(&file, key, DEPTH)? {
                return Ok(non_empty(found));
            }
        }
        Ok(None)
    }

    /// `--config` takes a file or a line of one.
    fn in_option(&self, option: &OsStr, key: &str) -> Result<Option<PathBuf>, Failure> {
        let file = self.directory.join(option);
        if file.is_file() {
            return in_file(&file, key, DEPTH);
        }
        // What is no TOML is cargo's to refuse.
        let table = option.to_str().and_then(|text| text.parse::<Table>().ok());
        Ok(table.and_then(|table| Some(program(OsStr::new(build_key(&table, key)?), self.directory))))
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut homes: Vec<PathBuf> = self.directory.ancestors().map(|ancestor| ancestor.join(".cargo")).collect();
        let own = (self.variable)("CARGO_HOME").map(|home| self.directory.join(home));
        homes.extend(own.or_else(|| Some(PathBuf::from((self.variable)("HOME")?).join(".cargo"))));
        // Of two in one directory, cargo reads the one without an ending.
        let file =
            |home: &PathBuf| ["config", "config.toml"].map(|name| home.join(name)).into_iter().find(|f| f.is_file());
        homes.iter().filter_map(file).collect()
    }
}

/// The wrapper that a file names, or one that it includes: the later, the stronger, and its own word is the strongest.
fn in_file(file: &Path, key: &str, depth: usize) -> Result<Option<PathBuf>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::on("read", file, &error))?;
    // What is no TOML is cargo's to refuse.
    let Ok(table) = text.parse::<Table>() else { return Ok(None) };
    // Relative to the directory that `.cargo` is in.
    let home = file.parent().unwrap_or(Path::new("/"));
    if let Some(value) = build_key(&table, key) {
        return Ok(Some(program(OsStr::new(value), home.parent().unwrap_or(home))));
    }
    for included in included(&table).into_iter().rev().map(|name| home.join(name)) {
        if depth > 0
            && included.is_file()
            && let Some(found) = in_file(&included, key, depth - 1)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn build_key<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get("build")?.get(key)?.as_str()
}

/// `include = "a.toml"`, or an array of such, or of `{ path = "a.toml" }`.
fn included(table: &Table) -> Vec<&str> {
    match table.get("include") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => {
            several.iter().filter_map(|one| one.as_str().or_else(|| one.get("path")?.as_str())).collect()
        }
        _ => Vec::new(),
    }
}

/// A name alone is searched for in `PATH`.
fn program(name: &OsStr, relative_to: &Path) -> PathBuf {
    let path = Path::new(name);
    if path.components().count() > 1 { relative_to.join(path) } else { path.to_owned() }
}

fn non_empty(path: PathBuf) -> Option<PathBuf> {
    Some(path).filter(|path| !path.as_os_str().is_empty())
}
