//! `run.json`: what the analyzer must know of the process and cannot read from the records.

use core::fmt;
use std::os::unix::ffi::OsStringExt;

use instr_format::names::{PREFIX, SCHEMA_VERSION};
use once_cell::race::OnceRef;

use crate::json::Json;
use crate::process::{Parent, Process};
use crate::settings::Settings;
use crate::site;
use crate::sys::{LoadedObject, Writer, loaded_objects};

/// What is known of the program before the first record, and holds for forked children too.
pub(crate) struct Facts {
    pub(crate) exe: Vec<u8>,
    argv0: Vec<u8>,
    cwd: Vec<u8>,
    objects: Vec<LoadedObject>,
}

static FACTS: OnceRef<'static, Facts> = OnceRef::new();

/// Asks the system. Allocates; for normal context only.
pub(crate) fn prepare() {
    let path = |path: std::io::Result<std::path::PathBuf>| path.unwrap_or_default().into_os_string().into_vec();
    // The standard library may not have its arguments yet.
    let mut argv0 = std::fs::read("/proc/self/cmdline").unwrap_or_default();
    argv0.truncate(argv0.iter().position(|byte| *byte == 0).unwrap_or(argv0.len()));
    let facts = Facts {
        exe: path(std::fs::read_link("/proc/self/exe")),
        argv0,
        cwd: path(std::env::current_dir()),
        objects: loaded_objects(),
    };
    // Records may be made until the process's last instruction, so this is never freed.
    let _ = FACTS.set(Box::leak(Box::new(facts)));
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
    json.string(&facts.exe)?;
    json.key("argv0")?;
    json.string(&facts.argv0)?;
    json.key("cwd")?;
    json.string(&facts.cwd)?;
    json.key("build_id")?;
    hex_or_null(json, facts.objects.first().and_then(|object| object.build_id.as_deref()))?;
    json.key("start_unix_ns")?;
    json.number(process.start_unix_ns())?;
    json.key("start_monotonic_ns")?;
    json.number(process.start_monotonic_ns())?;
    load_bases(json, facts)?;
    json.key("sites")?;
    json.number(site::count() as u64)?;
    json.key("settings")?;
    json.open('{')?;
    for (name, value) in &settings.given {
        json.key(name)?;
        json.string(value)?;
    }
    json.close('}')?;
    json.key("notes")?;
    json.open('[')?;
    for note in &settings.bad {
        json.string(note.as_bytes())?;
    }
    for name in &settings.unknown {
        json.value(format_args!("\"{name}: no variable of this version begins with {PREFIX} and ends so, ignored\""))?;
    }
    json.close(']')?;
    json.close('}')
}

fn load_bases(json: &mut Json<'_>, facts: &Facts) -> fmt::Result {
    json.key("load_bases")?;
    json.open('[')?;
    for object in &facts.objects {
        json.open('{')?;
        json.key("name")?;
        json.string(if object.name.is_empty() { &facts.exe } else { &object.name })?;
        json.key("base")?;
        json.value(format_args!("\"{:#x}\"", object.base))?;
        json.key("build_id")?;
        hex_or_null(json, object.build_id.as_deref())?;
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
