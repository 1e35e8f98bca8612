//! `run.json`: facts about the process, written when it started.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use instr_format::escape::unescape;
use instr_format::names::{self, SCHEMA_VERSION, THREAD_NAME_MAX, VARIABLES};
use instr_format::sites::MADE_BY_MACRO;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::damage::{Damage, DamageKind};
use super::focus::Focus;
use super::statement::unescaped;
use super::usable::usable;

/// What is known of the process; everything can be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Process {
    /// Process id.
    pub pid: Option<u64>,
    /// Name of the run directory of the process that forked this one.
    pub parent: Option<String>,
    /// The executable.
    #[serde(deserialize_with = "path")]
    pub exe: Option<PathBuf>,
    /// What it was started as: the path of the executable, or of a link to it.
    #[serde(deserialize_with = "path")]
    pub argv0: Option<PathBuf>,
    /// Where it was started.
    #[serde(deserialize_with = "path")]
    pub cwd: Option<PathBuf>,
    /// The whole name of the test for which cargo-nextest has started it.
    pub test: Option<String>,
    /// What compiled the runtime into it, if that was not the program's own manifest: `cargo instr`.
    pub built_by: Option<String>,
    /// When it was started.
    pub start_unix_ns: Option<u64>,
    /// The same, since the machine was started.
    pub start_monotonic_ns: Option<u64>,
    /// The program and the libraries that were loaded when the runtime started.
    pub load_bases: Vec<LoadBase>,
    /// How many sites the program has.
    pub sites: usize,
    /// The variables that were set.
    pub settings: BTreeMap<String, String>,
    /// Problems that the runtime met with its settings.
    pub notes: Vec<String>,
    /// Functions that could not be instrumented.
    pub untouched: Vec<Untouched>,
}

/// A program or a library in memory.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LoadBase {
    /// Its path.
    #[serde(deserialize_with = "path")]
    pub name: Option<PathBuf>,
    /// What was added to its addresses.
    pub base: String,
    /// The build that it is, two digits a byte.
    pub build_id: Option<String>,
}

/// A function that could not be instrumented.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Untouched {
    /// Its path, with [`MADE_BY_MACRO`] in it where a macro makes it.
    pub function: String,
    /// The file that it stands in.
    pub file: String,
    /// The line of its name.
    pub line: u64,
    /// Why.
    pub reason: String,
}

impl Untouched {
    /// The macro that makes it, and its name, if that is known.
    pub fn made_by(&self) -> Option<(&str, &str)> {
        let (path, function) = self.function.split_once(MADE_BY_MACRO)?;
        let name = last(function);
        (!name.contains('$')).then(|| (last(path), name))
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

#[derive(Deserialize)]
struct Schema {
    schema_version: u32,
}

impl Process {
    /// Reads the file named `name`.
    ///
    /// # Errors
    /// What makes it unreadable.
    pub fn read(name: &str, json: &[u8]) -> Result<Self, Damage> {
        read_versioned(name, json)
    }

    /// The name of the program, without the hash that Cargo puts behind those of test programs.
    pub fn program(&self) -> Option<String> {
        let name = self.exe.as_deref()?.file_name()?.to_string_lossy();
        match name.rsplit_once('-') {
            Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Some(name.to_owned())
            }
            _ => Some(name.into_owned()),
        }
    }

    /// Whether the kernel calls the process so, and each thread that has no name of its own: by the file that was started, or
    /// by the link to it.
    pub fn is_kernels_name(&self, name: &str) -> bool {
        [&self.exe, &self.argv0].into_iter().filter_map(|path| path.as_deref()?.file_name()).any(|file| {
            let file = file.as_bytes();
            String::from_utf8_lossy(file.get(..THREAD_NAME_MAX).unwrap_or(file)) == name
        })
    }

    /// What it was started to record.
    pub fn focus(&self) -> Focus {
        let mut focus = Focus::default();
        for (name, value) in &self.settings {
            let variable = VARIABLES.iter().find(|variable| variable.name == name);
            let obeyed = variable.and_then(|variable| usable(variable.value, &unescaped(value.as_bytes())));
            focus.set(name, &obeyed.unwrap_or_default());
        }
        focus
    }

    /// Whether it has counted for coverage alone, beside what its sink did.
    pub fn counts_for_coverage(&self) -> bool {
        let is = |name: &str, word: &str| {
            self.settings.get(name).is_some_and(|value| value.trim().eq_ignore_ascii_case(word))
        };
        is(names::COVERAGE, names::COVERAGE_COUNTS) && !is(names::SINK, names::SINK_COUNT)
    }

    /// The sink that it has unless a variable says another one.
    pub fn default_sink(&self) -> &'static str {
        if self.built_by.is_some() { names::SINK_RING } else { names::SINK_WRITE }
    }
}

/// Reads a file that says the version of its schema.
pub(super) fn read_versioned<T: DeserializeOwned>(name: &str, json: &[u8]) -> Result<T, Damage> {
    let damaged = |error: serde_json::Error| Damage::of_file(DamageKind::Damaged, name, error.to_string());
    let schema: Schema = serde_json::from_slice(json).map_err(damaged)?;
    if schema.schema_version != SCHEMA_VERSION {
        return Err(Damage::version(name, schema.schema_version.into(), SCHEMA_VERSION.into()));
    }
    serde_json::from_slice(json).map_err(damaged)
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(|text| OsString::from_vec(unescape(text.as_bytes()).map_while(Result::ok).collect()).into()))
}
