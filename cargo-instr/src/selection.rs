//! Which files and functions to instrument.

use instr_format::pattern::Patterns;
use serde::{Deserialize, Serialize};

/// Comma lists of globs, as in the variables `INSTR_INCLUDE`, `INSTR_EXCLUDE` and so on. Empty: no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Only these files.
    pub include_file: String,
    /// Not these files.
    pub exclude_file: String,
    /// Only these functions, by their paths: `crate::module::Type::method`.
    pub include_function: String,
    /// Not these functions.
    pub exclude_function: String,
}

impl Selection {
    /// Checks every pattern.
    ///
    /// # Errors
    /// The first one that is none, and the option that it was given to.
    pub fn check(&self) -> Result<(), String> {
        let lists = [
            ("--include-file", &self.include_file),
            ("--exclude-file", &self.exclude_file),
            ("--include-function", &self.include_function),
            ("--exclude-function", &self.exclude_function),
        ];
        for (option, list) in lists {
            Patterns::new(list).map_err(|error| format!("{option}: {error}"))?;
        }
        Ok(())
    }

    /// Whether functions of the file are instrumented.
    pub fn admits_file(&self, path: &str) -> bool {
        admits(&self.include_file, &self.exclude_file, path)
    }

    /// Whether the function with this path is instrumented.
    pub fn admits_function(&self, path: &str) -> bool {
        admits(&self.include_function, &self.exclude_function, path)
    }
}

/// A list that was never checked excludes nothing.
fn admits(include: &str, exclude: &str, text: &str) -> bool {
    let matches = |list| Patterns::new(list).is_ok_and(|list| list.matches(text));
    (include.trim().is_empty() || matches(include)) && !matches(exclude)
}
