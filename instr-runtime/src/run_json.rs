//! `run.json`: what the analyzer must know of the process and cannot read from the records.

use core::fmt;

use instr_format::names::{PREFIX, SCHEMA_VERSION};
use once_cell::race::OnceRef;

use crate::arena::{Arena, List};
use crate::json::Json;
use crate::process::{Parent, Process};
use crate::settings::Settings;
use crate::site;
use crate::sys::{self, LoadedObject, Writer};

/// What is known of the program before the first record, and holds for forked children too.
pub(crate) struct Facts {
    pub(crate) exe: &'static [u8],
    argv0: &'static [u8],
    cwd: &'static [u8],
    objects: List<LoadedObject, 64>,
}

static FACTS: OnceRef<'static, Facts> = OnceRef::new();

/// Asks the system. For normal context only.
pub(crate) fn prepare(arena: &mut Arena) {
    let facts = Facts {
        exe: sys::executable(|path| arena.bytes(path)),
        argv0: sys::command_line(|line| arena.bytes(line.split(|byte| *byte == 0).next().unwrap_or_default())),
        cwd: sys::current_directory(|path| arena.bytes(path)),
        objects: sys::loaded_objects(arena),
    };
    if let Some(facts) = arena.keep(facts) {
        let _ = FACTS.set(facts);
    }
}

/// What [`prepare`] has found. Async-signal-safe.
pub(crate) fn facts() -> Option<&'static Facts> {
    FACTS.get()
}

/// Writes the file. Async-signal-safe, as a forked child may begin its run in any context.
pub(crate) fn write(out: &mut Writer, process: &Process, parent: &Parent, settings: &Settings) {
    // The writer keeps its first error for later.
    let _ = describe(&mut Json::new(out), process, parent, settings);
}

fn describe(json: &mut Json<'_>, process: &Process, parent: &Parent, settings: &Settings) -> fmt::Result {
    let Some(facts) = facts() else { return Ok(()) };
    json.open('{')?;
    json.key("schema_version")?;
    json.number(u64::from(SCHEMA_VERSION))?;
    json.key("instr_version")?;
    json.string(env!("CARGO_PKG_VERSION").as_bytes())?;
    json.key("pid")?;
    json.number(u64::from(process.pid()))?;
    json.key("parent")?;
    json.string_or_null(parent.directory_name())?;
    json.key("exe")?;
    json.string(facts.exe)?;
    json.key("argv0")?;
    json.string(facts.argv0)?;
    json.key("cwd")?;
    json.string(facts.cwd)?;
    json.key("build_id")?;
    hex_or_null(json, facts.objects.iter().next().and_then(|object| object.build_id))?;
    json.key("start_unix_ns")?;
    json.number(process.start_unix_ns())?;
    json.key("start_monotonic_ns")?;
    json.number(process.start_monotonic_ns())?;
    load_bases(json, facts)?;
    json.key("sites")?;
    json.number(site::count() as u64)?;
    json.key("settings")?;
    json.open('{')?;
    for (name, value) in settings.given.iter() {
        json.key(name)?;
        json.string(value)?;
    }
    json.close('}')?;
    json.key("notes")?;
    json.open('[')?;
    for note in settings.bad.iter() {
        json.string(note.as_bytes())?;
    }
    for name in settings.unknown.iter() {
        json.value(format_args!("\"{name}: no variable of this version begins with {PREFIX} and ends so, ignored\""))?;
    }
    json.close(']')?;
    json.close('}')
}

fn load_bases(json: &mut Json<'_>, facts: &Facts) -> fmt::Result {
    json.key("load_bases")?;
    json.open('[')?;
    for object in facts.objects.iter() {
        json.open('{')?;
        json.key("name")?;
        json.string(if object.name.is_empty() { facts.exe } else { object.name })?;
        json.key("base")?;
        json.value(format_args!("\"{:#x}\"", object.base))?;
        json.key("build_id")?;
        hex_or_null(json, object.build_id)?;
        json.close('}')?;
    }
    json.close(']')
}

fn hex_or_null(json: &mut Json<'_>, bytes: Option<&[u8]>) -> fmt::Result {
    struct Hex<'a>(&'a [u8]);
    impl fmt::Display for Hex<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        }
    }
    match bytes {
        Some(bytes) => json.value(format_args!("\"{}\"", Hex(bytes))),
        None => json.string_or_null(None),
    }
}
