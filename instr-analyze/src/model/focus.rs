//! What a run records, as its variables say it: a line `NAME=value` for each, which an order may change.

use std::collections::BTreeMap;
use std::fmt;

use instr_format::filter::{self, BadSelector, Place, Rules, Selectors};
use instr_format::names;
use instr_format::pattern::{BadPattern, Patterns};
use regex::Regex;

use super::sites::Sites;

/// The variables that an order may change.
pub const CHANGEABLE: [&str; 12] = [
    names::SINK,
    names::THREAD,
    names::INCLUDE,
    names::EXCLUDE,
    names::INCLUDE_REGEX,
    names::EXCLUDE_REGEX,
    names::FUNCTION_INCLUDE,
    names::FUNCTION_EXCLUDE,
    names::FUNCTION_INCLUDE_REGEX,
    names::FUNCTION_EXCLUDE_REGEX,
    names::ONLY,
    names::RATE,
];

/// The values of these variables. What is not there has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus(BTreeMap<&'static str, String>);

/// A value that cannot be used.
#[derive(Debug)]
pub enum BadFocus {
    /// A glob.
    Pattern(&'static str, String),
    /// A regular expression.
    Regex(&'static str, regex::Error),
    /// A selector.
    Selector(String),
    /// A rate.
    Rate(String),
}

impl fmt::Display for BadFocus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadFocus::Pattern(name, error) => write!(f, "{name}: {error}"),
            BadFocus::Regex(name, error) => write!(f, "{name}: {error}"),
            BadFocus::Selector(error) => write!(f, "{}: {error}", names::ONLY),
            BadFocus::Rate(value) => write!(f, "{}={value}: expected a number from 1 on", names::RATE),
        }
    }
}

impl std::error::Error for BadFocus {}

impl Focus {
    /// Reads what [`Self::lines`] has written.
    pub fn read(lines: &str) -> Self {
        let mut focus = Focus::default();
        for (name, value) in lines.lines().filter_map(|line| line.split_once('=')) {
            focus.set(name, value);
        }
        focus
    }

    /// Sets a variable; empty: back to its default. Other variables are passed over.
    pub fn set(&mut self, name: &str, value: &str) {
        let Some(name) = CHANGEABLE.into_iter().find(|known| *known == name) else { return };
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name, value.to_owned());
        }
    }

    /// The value of a variable; empty where it is not set.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A line `NAME=value` for each variable that is set, in the order of the reference.
    pub fn lines(&self) -> String {
        let known = CHANGEABLE.iter().filter_map(|name| self.0.get(name).map(|value| format!("{name}={value}\n")));
        known.collect()
    }

    /// N of `INSTR_RATE`.
    ///
    /// # Errors
    /// When it is no number from 1 on.
    pub fn rate(&self) -> Result<u32, BadFocus> {
        match self.get(names::RATE) {
            "" => Ok(1),
            text => text.parse().ok().filter(|rate| *rate > 0).ok_or_else(|| BadFocus::Rate(text.to_owned())),
        }
    }

    /// For each site of the table whether it is recorded.
    ///
    /// # Errors
    /// The first value that cannot be used.
    pub fn decide(&self, sites: &Sites, count: usize) -> Result<Vec<u8>, BadFocus> {
        let file = self.rules(names::INCLUDE, names::EXCLUDE, names::INCLUDE_REGEX, names::EXCLUDE_REGEX)?;
        let function = self.rules(
            names::FUNCTION_INCLUDE,
            names::FUNCTION_EXCLUDE,
            names::FUNCTION_INCLUDE_REGEX,
            names::FUNCTION_EXCLUDE_REGEX,
        )?;
        let only = self.get(names::ONLY);
        if let Some(error) = Selectors::errors(only).next() {
            return Err(BadFocus::Selector(BadSelector::to_string(&error)));
        }
        let filter = filter::Filter { file, function, only: Selectors::new(only) };
        let admits = |id: usize| {
            let statement = u32::try_from(id).ok().and_then(|id| sites.statement(id));
            statement.is_none_or(|statement| {
                let path = format!("{}::{}", statement.module, statement.function_around());
                let place = Place { file: &statement.file, path: &path, module_len: statement.module.len() };
                filter.admits(&place, Regex::is_match)
            })
        };
        Ok((0..count).map(|id| u8::from(admits(id))).collect())
    }

    fn rules(
        &self,
        include: &'static str,
        exclude: &'static str,
        include_regex: &'static str,
        exclude_regex: &'static str,
    ) -> Result<Rules<'_, Regex>, BadFocus> {
        let patterns = |name: &'static str| {
            let bad = |error: BadPattern<'_>| BadFocus::Pattern(name, error.to_string());
            let patterns = Patterns::new(self.get(name)).map_err(bad)?;
            Ok(Some(patterns).filter(|patterns| !patterns.is_empty()))
        };
        let regex = |name: &'static str| match self.get(name) {
            "" => Ok(None),
            text => Regex::new(text).map(Some).map_err(|error| BadFocus::Regex(name, error)),
        };
        Ok(Rules {
            include: patterns(include)?,
            exclude: patterns(exclude)?,
            include_regex: regex(include_regex)?,
            exclude_regex: regex(exclude_regex)?,
        })
    }
}
