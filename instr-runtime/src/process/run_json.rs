//! `run.json`: what the analyzer must know of the process and cannot read from the records.

use core::fmt;

use instr_format::names::SCHEMA_VERSION;
use instr_format::sites::Untouched;

use crate::facts::{self, Facts};
use crate::json::Json;
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
    json.key("schema_version")?;
    json.number(u64::from(SCHEMA_VERSION))?;
    json.key("instr_version")?;
    json.string(env!("CARGO_PKG_VERSION").as_bytes())?;
    json.key("built_by")?;
    json.string_or_null(cfg!(cargo_instr).then_some(b"cargo instr"))?;
    json.key("pid")?;
    json.number(u64::from(run.pid))?;
    json.key("parent")?;
    json.string_or_null(run.parent)?;
    json.key("exe")?;
    json.string(facts.exe)?;
    json.key("argv0")?;
    json.string(facts.argv0)?;
    json.key("cwd")?;
    json.string(facts.cwd)?;
    json.key("test")?;
    json.string_or_null(facts.test)?;
    json.key("build_id")?;
    json.hex_or_null(facts.objects.iter().next().and_then(|object| object.build_id))?;
    json.key("start_unix_ns")?;
    json.number(run.start_unix_ns)?;
    json.key("start_monotonic_ns")?;
    json.number(run.start_monotonic_ns)?;
    load_bases(json, facts)?;
    json.key("sites")?;
    json.number(site::count() as u64)?;
    untouched(json)?;
    json.key("settings")?;
    json.open('{')?;
    for (name, value) in settings.given.iter() {
        json.key(name)?;
        json.string(value)?;
    }
    json.close('}')?;
    json.key("notes")?;
    json.open('[')?;
    for note in settings.notes.iter() {
        json.string(note.as_bytes())?;
    }
    json.close(']')?;
    json.close('}')
}

fn untouched(json: &mut Json<'_>) -> fmt::Result {
    json.key("untouched")?;
    json.open('[')?;
    for Untouched { function, line, reason } in site::untouched() {
        json.open('{')?;
        json.key("function")?;
        json.escaped_path(function.module, function.name)?;
        json.key("file")?;
        json.escaped(function.file)?;
        json.key("line")?;
        json.number(line)?;
        json.key("reason")?;
        json.string(reason)?;
        json.close('}')?;
    }
    json.close(']')
}

fn load_bases(json: &mut Json<'_>, facts: &Facts) -> fmt::Result {
    json.key("load_bases")?;
    json.open('[')?;
    for object in facts.objects.iter() {
        json.open('{')?;
        json.key("name")?;
        json.string(if object.name.is_empty() { facts.exe } else { object.name })?;
        json.key("base")?;
        json.address(object.base)?;
        json.key("build_id")?;
        json.hex_or_null(object.build_id)?;
        json.close('}')?;
    }
    json.close(']')
}
