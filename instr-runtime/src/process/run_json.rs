//! `run.json`: what the analyzer must know of the process and cannot read from the records.

use core::fmt;

use instr_format::names::SCHEMA_VERSION;
use instr_format::sites::Untouched;

use crate::facts::{self, Facts};
use crate::json::{Address, Hex, Json, Path, Text};
use crate::settings::Settings;
use crate::site;
use crate::sys::Writer;

/// What is known of a run at its beginning.
pub(super) struct Description<'a> {
    pub(super) pid: u32,
    /// The run directory of the process that this one was forked from.
    pub(super) parent: Option<&'a [u8]>,
    pub(super) start_unix_ns: u64,
    pub(super) start_monotonic_ns: u64,
}

/// Writes the file. Async-signal-safe, as a forked child may begin its run in any context.
pub(super) fn write(out: &mut Writer<'_>, run: &Description<'_>, settings: &Settings) {
    // The writer keeps its first error for later.
    let _ = describe(&mut Json::new(out), run, settings);
}

fn describe(json: &mut Json<'_>, run: &Description<'_>, settings: &Settings) -> fmt::Result {
    let Some(facts) = facts::get() else { return Ok(()) };
    json.open('{')?;
    json.entry("schema_version", SCHEMA_VERSION)?;
    json.entry("instr_version", env!("CARGO_PKG_VERSION"))?;
    json.entry("built_by", cfg!(cargo_instr).then_some("cargo instr"))?;
    json.entry("pid", run.pid)?;
    json.entry("parent", run.parent)?;
    json.entry("exe", facts.exe)?;
    json.entry("argv0", facts.argv0)?;
    json.entry("cwd", facts.cwd)?;
    json.entry("test", facts.test)?;
    json.entry("build_id", facts.objects.iter().next().and_then(|object| object.build_id).map(Hex))?;
    json.entry("start_unix_ns", run.start_unix_ns)?;
    json.entry("start_monotonic_ns", run.start_monotonic_ns)?;
    load_bases(json, facts)?;
    json.entry("sites", site::count() as u64)?;
    untouched(json)?;
    json.key("settings")?;
    json.open('{')?;
    for given in settings.given.iter() {
        json.entry(given.name, given.value)?;
    }
    json.close('}')?;
    config(json, settings)?;
    json.key("notes")?;
    json.open('[')?;
    for note in settings.notes.iter() {
        json.put(note)?;
    }
    json.close(']')?;
    json.close('}')
}

/// The file, and the lines of what was set there and not in the environment.
fn config(json: &mut Json<'_>, settings: &Settings) -> fmt::Result {
    let Some(path) = settings.config else { return json.entry("config", None::<&[u8]>) };
    json.key("config")?;
    json.open('{')?;
    json.entry("file", path)?;
    json.key("lines")?;
    json.open('{')?;
    for given in settings.given.iter() {
        given.line.map_or(Ok(()), |line| json.entry(given.name, line as u64))?;
    }
    json.close('}')?;
    json.close('}')
}

fn untouched(json: &mut Json<'_>) -> fmt::Result {
    json.key("untouched")?;
    json.open('[')?;
    for Untouched { function, line, reason } in site::untouched() {
        json.open('{')?;
        json.entry("function", Path(function.module, function.name))?;
        json.entry("file", Text(function.file))?;
        json.entry("line", line)?;
        json.entry("reason", reason)?;
        json.close('}')?;
    }
    json.close(']')
}

fn load_bases(json: &mut Json<'_>, facts: &Facts) -> fmt::Result {
    json.key("load_bases")?;
    json.open('[')?;
    for object in facts.objects.iter() {
        json.open('{')?;
        json.entry("name", if object.name.is_empty() { facts.exe } else { object.name })?;
        json.entry("base", Address(object.base))?;
        json.entry("build_id", object.build_id.map(Hex))?;
        json.close('}')?;
    }
    json.close(']')
}
