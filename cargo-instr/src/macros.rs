//! Macros of a crate: those that make instrumented functions, and why others are left alone.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use instr_format::sites::{FunctionLine, MADE_BY_MACRO, UntouchedLine};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a macro is left alone that other crates may expand: there the attribute might name nothing.
pub(crate) const EXPORTED: &str = "other crates can use the macro";
/// Why a macro is left alone with which the crate does not compile.
pub(crate) const UNCOMPILED: &str = "the crate does not compile with the macro instrumented";
/// Why an item in a macro is left alone that shares a line with what stands before it.
pub(crate) const MOVED: &str = "it shares a line with other code of the macro";
/// Why functions are left alone that a macro gives to another one.
pub(crate) const GIVEN: &str = "the macro gives it to another one";

/// A definition by `macro_rules!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The macro's name.
    pub name: String,
    /// The lines on which it stands.
    pub lines: RangeInclusive<usize>,
    /// What they say.
    pub text: String,
}

/// A function that a macro makes and that is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftFunction {
    /// `MACRO!::TYPE::name`, with `$name` for what the macro is given.
    pub name: String,
    /// The line of its name.
    pub line: usize,
    /// Why.
    pub reason: &'static str,
}

impl LeftFunction {
    pub(crate) fn new(definition: &Definition, name: &str, line: usize, reason: &'static str) -> Self {
        LeftFunction { name: format!("{}{MADE_BY_MACRO}{name}", definition.name), line, reason }
    }

    /// The item, on a line of its own, by which the function is listed in `run.json`. `runtime`: the path of the runtime.
    pub(crate) fn entry(&self, file: &Path, runtime: &str) -> String {
        let function =
            FunctionLine { name: &self.name, file: &file.to_string_lossy(), lines: None, parameters: "", test: None };
        let text = format!("{function}{}", UntouchedLine { line: self.line, reason: self.reason });
        format!("\nconst _: () = {{ {runtime}::macro_api::untouched!({text:?}); }};")
    }
}

/// Macros with which a crate does not compile instrumented, by their texts, so that they are known again when something
/// else has been edited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused(BTreeSet<String>);

impl Refused {
    /// Whether this one is among them.
    pub(crate) fn has(&self, definition: &Definition) -> bool {
        self.0.contains(&definition.text)
    }

    /// Adds those of a crate's macros that errors point into. Returns whether there are any.
    pub(crate) fn add_named(&mut self, macros: &[(PathBuf, Definition)], errors: &[&Value], directory: &Path) -> bool {
        let named = |(path, definition): &&(PathBuf, Definition)| {
            errors.iter().any(|error| points_into(error, path, &definition.lines, directory))
        };
        let before = self.0.len();
        self.add(macros.iter().filter(named));
        self.0.len() > before
    }

    /// Adds macros.
    pub(crate) fn add<'a>(&mut self, macros: impl IntoIterator<Item = &'a (PathBuf, Definition)>) {
        self.0.extend(macros.into_iter().map(|(_, definition)| definition.text.clone()));
    }
}

/// Whether a message points to one of these lines, also by saying what code came out of.
fn points_into(message: &Value, file: &Path, lines: &RangeInclusive<usize>, directory: &Path) -> bool {
    match message {
        Value::Object(fields) => {
            let is_here = message["file_name"].as_str().is_some_and(|name| directory.join(name) == file);
            let number = |key: &str| message[key].as_u64().and_then(|line| usize::try_from(line).ok());
            let within = |line: usize| lines.contains(&line);
            is_here && number("line_start").is_some_and(within)
                || fields.values().any(|value| points_into(value, file, lines, directory))
        }
        Value::Array(values) => values.iter().any(|value| points_into(value, file, lines, directory)),
        _ => false,
    }
}
