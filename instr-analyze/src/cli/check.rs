//! `check`: every setting with its value and where that comes from, and what of the variables and of `instr.toml` cannot be used.

use std::env;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;
use instr_config::file::{File, Message};
use instr_format::escape::Printable;
use instr_format::keys::{self, Key};
use instr_format::names::{self, SCHEMA_VERSION};
use instr_format::value::Value;
// What programs read them with.
use regex_lite::Regex;
use serde_json::json;

use super::Failure;
use super::options::{Format, shown};
use crate::model::usable::usable;
use crate::report::object;
use crate::run::config;

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  all can be used
  1  something cannot be used
  2  usage or unreadable file";

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The configuration file [default: the one that INSTR_CONFIG names, else ./instr.toml, else the nearest one above]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// How to write the settings
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy)]
enum Origin {
    Environment,
    Line(usize),
    Default,
}

/// A setting.
struct Setting {
    key: Key,
    value: String,
    origin: Origin,
}

pub(crate) fn run(arguments: &CheckArguments) -> Result<(), Failure> {
    let found = config::find(arguments.file.as_deref())
        .map_err(|(path, error)| Failure::Input(format!("cannot read {}: {error}", shown(&path))))?;
    let is_above = found.as_ref().is_some_and(|found| found.is_above);
    let file = found.map(|found| found.file);
    let errors: &[Message] = file.as_ref().map_or(&[], |file| &file.errors);
    let settings: Vec<Setting> = keys::all().flat_map(|key| effective(key, file.as_ref())).collect();
    let path = file.as_ref().map(|file| shown(&file.path));
    let name = file.as_ref().and_then(|file| file.path.file_name()).unwrap_or_default().to_string_lossy();
    let mut notes = wrong_variables();
    let given = keys::all().flat_map(|key| given(key, file.as_ref()));
    notes.extend(given.filter_map(|given| given.wrong_regex(&name)));
    let mut out = BufWriter::new(io::stdout().lock());
    match arguments.format {
        Format::Json => {
            let errors: Vec<_> = errors.iter().map(json_of_error).collect();
            let settings: Vec<_> = settings.iter().map(Setting::json).collect();
            let found = json!({
                "schema_version": SCHEMA_VERSION, "file": path, "settings": settings, "errors": errors, "notes": notes,
            });
            object::write_pretty(&found, &mut out)?;
        }
        Format::Text => {
            writeln!(out, "{}", headline(path.as_deref(), is_above))?;
            let rows = settings.iter().map(|setting| setting.cells(&name));
            write_table(&mut out, &rows.collect::<Vec<_>>())?;
        }
    }
    out.flush()?;
    let wrong: Vec<String> = errors.iter().map(|error| printable(&error.shown)).chain(notes).collect();
    match wrong.as_slice() {
        [] => Ok(()),
        [..] => Err(Failure::Nothing(wrong.join("\n"))),
    }
}

fn headline(path: Option<&str>, is_above: bool) -> String {
    match path {
        Some(path) if is_above => format!(
            "{path}, and the environment; a program that starts here reads that file only if {} names it",
            names::CONFIG
        ),
        Some(path) => format!("{path}, and the environment"),
        None => format!("the environment; there is no {}", keys::FILE),
    }
}

/// What is given for a key: nothing, one value, or one for each table in which it stands.
fn given(key: Key, file: Option<&File>) -> Vec<Setting> {
    let variable = key.variable().and_then(|variable| env::var_os(variable.name)).filter(|value| !value.is_empty());
    if let Some(value) = variable {
        return vec![Setting { key, value: value.to_string_lossy().into_owned(), origin: Origin::Environment }];
    }
    let settings = file.iter().flat_map(|file| &file.settings);
    let of_file = settings.filter(|setting| setting.key == key && !setting.text.is_empty());
    of_file.map(|setting| Setting { key, value: setting.text.clone(), origin: Origin::Line(setting.line) }).collect()
}

/// What of that holds.
fn effective(key: Key, file: Option<&File>) -> Vec<Setting> {
    let given = given(key, file).into_iter();
    let mut found: Vec<Setting> =
        given.filter_map(|given| Some(Setting { value: usable(key.value, &given.value)?, ..given })).collect();
    if found.is_empty() && key.table != keys::BUILD_PATH {
        found.push(Setting { key, value: key.default.replace('`', ""), origin: Origin::Default });
    }
    found
}

/// A sentence for each variable that cannot be used.
fn wrong_variables() -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, value) in env::vars_os() {
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        if let Some(unknown) = names::unknown(&name) {
            wrong.push(printable(&unknown.to_string()));
        }
        let variable = names::VARIABLES.iter().find(|variable| variable.name == name);
        if let Some(variable) = variable.filter(|_| !value.is_empty())
            && let Err(why) = variable.value.check(&value)
        {
            let how = if usable(variable.value, &value).is_some() { "ignored in part" } else { "ignored" };
            wrong.push(printable(&format!("{name}={value} is {how}: {why}")));
        }
    }
    wrong.sort();
    wrong
}

/// What is shown of others' text, a line at a time.
fn printable(text: &str) -> String {
    text.split('\n').map(|line| Printable(line.as_bytes()).to_string()).collect::<Vec<_>>().join("\n")
}

fn json_of_error(error: &Message) -> serde_json::Value {
    json!({ "line": error.place.line, "column": error.place.column, "message": error.problem })
}

impl Setting {
    /// Why its regular expression is none.
    fn wrong_regex(&self, file: &str) -> Option<String> {
        let error = Regex::new(&self.value).err().filter(|_| self.key.value == Value::Regex)?.to_string();
        let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let [key, value, origin] = self.cells(file);
        Some(printable(&format!("{key} ({origin}): `{value}` is no regular expression: {reason}")))
    }

    fn cells(&self, file: &str) -> [String; 3] {
        let origin = match self.origin {
            Origin::Environment => self.key.variable().map_or("", |variable| variable.name).to_owned(),
            Origin::Line(line) => format!("{file}:{line}"),
            Origin::Default => "default".to_owned(),
        };
        [self.key.to_string(), printable(&self.value.replace('\n', " ")), origin]
    }

    fn json(&self) -> serde_json::Value {
        let (origin, line) = match self.origin {
            Origin::Environment => ("environment", None),
            Origin::Line(line) => ("config", Some(line)),
            Origin::Default => ("default", None),
        };
        json!({
            "key": self.key.to_string(), "variable": self.key.variable().map(|variable| variable.name),
            "value": self.value, "origin": origin, "line": line,
        })
    }
}

/// A part at a time.
fn write_table(out: &mut impl io::Write, rows: &[[String; 3]]) -> io::Result<()> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let mut part = "";
    for [key, value, origin] in rows {
        let own = key.split('.').next().unwrap_or_default();
        if own != part {
            writeln!(out)?;
            part = own;
        }
        writeln!(out, "{key:<first$}  {value:<second$}  {origin}")?;
    }
    Ok(())
}
