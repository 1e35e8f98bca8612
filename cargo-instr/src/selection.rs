//! Which files and functions to instrument.

use std::fmt;

use instr_format::pattern::{Patterns, admits};
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

/// One pattern of an option.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pattern {
    option: String,
    glob: String,
}

impl Pattern {
    /// Whether it names what to instrument, and not what to leave out.
    pub fn includes(&self) -> bool {
        self.option.starts_with("--include")
    }

    /// Whether it is about files, and not about functions.
    pub fn is_for_files(&self) -> bool {
        self.option.ends_with("-file")
    }

    /// Whether it matches a path.
    pub fn matches(&self, path: &str) -> bool {
        Patterns::new(&self.glob).is_ok_and(|patterns| patterns.matches(path))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.option, self.glob)
    }
}

impl Selection {
    fn lists(&self) -> [(&'static str, &str); 4] {
        [
            ("--include-file", &self.include_file),
            ("--exclude-file", &self.exclude_file),
            ("--include-function", &self.include_function),
            ("--exclude-function", &self.exclude_function),
        ]
    }

    /// Checks every pattern.
    ///
    /// # Errors
    /// The first one that is none, and the option that it was given to.
    pub fn check(&self) -> Result<(), String> {
        for (option, list) in self.lists() {
            Patterns::new(list).map_err(|error| format!("{option}: {error}"))?;
        }
        Ok(())
    }

    /// All patterns, each with its option.
    pub fn patterns(&self) -> Vec<Pattern> {
        let of_list = |(option, list): (&str, &str)| {
            let globs = list.split(',').map(str::trim).filter(|glob| !glob.is_empty()).map(str::to_owned);
            globs.map(|glob| Pattern { option: option.to_owned(), glob }).collect::<Vec<_>>()
        };
        self.lists().into_iter().flat_map(of_list).collect()
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
