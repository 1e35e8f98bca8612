//! The part `build`: what of a crate is instrumented, and how.

use std::borrow::ToOwned as _;
use std::string::String;
use std::vec::Vec;

use instr_format::keys::{BUILD, BUILD_PATH};
use instr_format::pattern::{Patterns, admits};

use crate::file::File;

/// What of a crate is instrumented, and how. Lists are as those of variables; empty ones restrict nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Build {
    /// Only these files.
    pub include: String,
    /// Not these files.
    pub exclude: String,
    /// Only these functions.
    pub include_function: String,
    /// Not these functions.
    pub exclude_function: String,
    /// What holds for all files.
    pub all: How,
    /// What holds for some: the patterns of the files, and what holds for them.
    pub paths: Vec<(String, How)>,
}

/// How functions are instrumented, as the attribute's arguments say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct How {
    /// `level`.
    pub level: Option<String>,
    /// `macros`.
    pub macros: Option<String>,
}

impl Build {
    /// What a file says.
    pub fn new(file: &File) -> Self {
        let text = |name| file.value(BUILD, name).unwrap_or_default().to_owned();
        let word = |name| file.value(BUILD, name).map(|word| word.trim().to_ascii_lowercase());
        let mut build = Build {
            include: text("include"),
            exclude: text("exclude"),
            include_function: text("include_function"),
            exclude_function: text("exclude_function"),
            all: How { level: word("level"), macros: word("macros") },
            paths: Vec::new(),
        };
        for setting in file.settings.iter().filter(|setting| setting.key.table == BUILD_PATH) {
            if build.paths.len() <= setting.table {
                build.paths.resize(setting.table + 1, Default::default());
            }
            let (files, how) = &mut build.paths[setting.table];
            match setting.key {
                key if key.is_named("files") => *files = setting.text.clone(),
                key if key.is_named("level") => how.level = Some(setting.text.trim().to_ascii_lowercase()),
                _ => how.macros = Some(setting.text.trim().to_ascii_lowercase()),
            }
        }
        build
    }

    /// Whether functions of the file are instrumented.
    pub fn admits_file(&self, path: &str) -> bool {
        admits(&self.include, &self.exclude, path)
    }

    /// Whether the function with this path is instrumented.
    pub fn admits_function(&self, path: &str) -> bool {
        admits(&self.include_function, &self.exclude_function, path)
    }

    /// What holds for a file: of those that say something, the last one.
    pub fn how(&self, path: &str) -> How {
        let matching = self.paths.iter().filter(|(files, _)| matches(files, path)).map(|(_, how)| how);
        let mut how = self.all.clone();
        for later in matching {
            how.level = later.level.clone().or(how.level);
            how.macros = later.macros.clone().or(how.macros);
        }
        how
    }
}

fn matches(list: &str, text: &str) -> bool {
    Patterns::new(list).is_ok_and(|list| list.matches(text))
}
