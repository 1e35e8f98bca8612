//! A crash: the signal, the thread that it hit, how that came there, and its registers.

use std::io::{self, Write};

use instr_format::escape::Printable;
use serde::Serialize;

use super::options::Options;
use super::paint::Paint;
use super::text;
use crate::model::crash::Crash;
use crate::run::load::Run;
use crate::run::symbols::{Frame, Function};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    crashes: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    dir: String,
    pid: Option<u64>,
    #[serde(flatten)]
    crash: &'a Crash,
    frames: &'a [Frame],
}

/// Writes crashes for programs.
///
/// # Errors
/// When the output cannot be written.
pub fn json(crashes: &[(Run, Vec<Frame>)], out: &mut dyn Write) -> io::Result<()> {
    let entries = crashes.iter().filter_map(|(run, frames)| {
        Some(Entry { dir: run.dir.display().to_string(), pid: run.pid, crash: run.crash.as_ref()?, frames })
    });
    let schema_version = instr_format::names::SCHEMA_VERSION;
    serde_json::to_writer_pretty(&mut *out, &Document { schema_version, crashes: entries.collect() })?;
    out.write_all(b"\n")
}

/// Writes a crash for people, with the source around the statement.
///
/// # Errors
/// When the output cannot be written.
pub fn text(run: &Run, frames: &[Frame], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let Some(crash) = &run.crash else { return Ok(()) };
    let paint = options.paint;
    text::head(run, paint, out)?;
    let code = crash.code();
    write!(out, "  {}, code {}", Printable(crash.signal().as_bytes()), Printable(code.as_bytes()))?;
    if let Some(address) = &crash.fault_address {
        write!(out, ", address {}", Printable(address.as_bytes()))?;
    }
    out.write_all(b"\n")?;
    text::threads(run, options, |thread| run.has_crashed(thread), out)?;
    writeln!(out, "\ncalls, innermost first")?;
    for (number, frame) in frames.iter().enumerate() {
        write!(out, "{number:>4}  {:>18}", Printable(frame.address.as_bytes()))?;
        match frame.functions.as_slice() {
            [] => {
                let module = frame.module.as_deref().unwrap_or("unknown memory");
                let since = if frame.replaced { ", which has been replaced since" } else { "" };
                writeln!(out, "  in {}{since}", Printable(module.as_bytes()))?;
            }
            functions => lines(functions, frame, paint, out)?,
        }
    }
    writeln!(out, "\nregisters")?;
    for (number, (name, value)) in crash.registers.iter().enumerate() {
        let (name, value) = (Printable(name.as_bytes()).to_string(), Printable(value.as_bytes()).to_string());
        let end = if number % 3 == 2 || number + 1 == crash.registers.len() { "\n" } else { "" };
        write!(out, "  {name:>6} {value:<18}{end}")?;
    }
    Ok(())
}

/// One line for each function that is inlined into the next.
fn lines(functions: &[Function], frame: &Frame, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let strong = paint.strong;
    for (number, function) in functions.iter().enumerate() {
        if number > 0 {
            write!(out, "{:24}", "")?;
        }
        let name = function.name.as_deref().unwrap_or("an unknown function");
        write!(out, "  {strong}{}{strong:#}", Printable(name.as_bytes()))?;
        match (&function.file, function.line) {
            (Some(file), Some(line)) => write!(out, " at {}:{line}", Printable(file.as_bytes()))?,
            _ => write!(out, " in {}", Printable(frame.module.as_deref().unwrap_or_default().as_bytes()))?,
        }
        writeln!(out, "{}", if number + 1 < functions.len() { ", inlined into" } else { "" })?;
    }
    Ok(())
}
