//! A crash: the signal, the thread that it hit, how that came there, and its registers.

pub(super) mod calls;
mod lines;

use std::io::{self, Write};

use instr_format::escape::Printable;
use serde::Serialize;

use self::calls::{Step, merged};
use super::chain::json::JsonChain;
use super::chain::text::innermost_first;
use super::number::{self, Grouped};
use super::object;
use super::options::Options;
use super::text;
use crate::model::chain::Chain;
use crate::model::crash::Crash;
use crate::model::sites::Sites;
use crate::model::statement::Statement;
use crate::run::load::Run;
use crate::run::symbols::{FRAMES_MAX, Frame};

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
    frames: Vec<JsonFrame<'a>>,
    /// Whether the unwinder has stopped before the last of them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    frames_cut: bool,
    #[serde(flatten)]
    chain: Option<JsonChain>,
}

#[derive(Serialize)]
struct JsonFrame<'a> {
    #[serde(flatten)]
    frame: &'a Frame,
    /// The statements that are open in its functions, in the same order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<Option<Statement>>,
}

/// Writes crashes for programs.
///
/// # Errors
/// When the output cannot be written.
pub fn json(crashes: &[(Run, Vec<Frame>)], out: &mut dyn Write) -> io::Result<()> {
    let entries = crashes.iter().filter_map(|(run, frames)| {
        let chain = chain(run);
        Some(Entry {
            dir: run.dir.display().to_string(),
            pid: run.pid,
            crash: run.crash.as_ref()?,
            frames: json_frames(frames, chain, &run.sites),
            frames_cut: frames.len() >= FRAMES_MAX,
            chain: chain.map(|chain| JsonChain::new(chain, &run.sites)),
        })
    });
    let schema_version = instr_format::names::SCHEMA_VERSION;
    object::write_pretty(&Document { schema_version, crashes: entries.collect() }, out)
}

fn json_frames<'a>(frames: &'a [Frame], chain: Option<&Chain>, sites: &Sites) -> Vec<JsonFrame<'a>> {
    let of = |step| match step {
        Step::Frame(_, frame, functions) => {
            let statements: Vec<_> = functions.into_iter().map(|(_, statement)| statement).collect();
            let has_any = statements.iter().any(Option::is_some);
            Some(JsonFrame { frame, statements: if has_any { statements } else { Vec::new() } })
        }
        Step::Open(_) => None,
    };
    merged(frames, chain, sites).0.into_iter().filter_map(of).collect()
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
    let chain = chain(run);
    let (steps, told) = merged(frames, chain, &run.sites);
    // Where no caller's frame has a statement, nobody knows how the two belong together.
    let is_one = told > 0 || frames.len() <= 1;
    text::crashed(run, options, !is_one, out)?;
    lines::write(&steps, paint, out)?;
    if frames.len() >= FRAMES_MAX {
        writeln!(out, "      … the unwinder stops after {} frames", Grouped(FRAMES_MAX as u64))?;
    }
    if let Some(chain) = chain.filter(|chain| is_one && told < chain.depth) {
        let calls = number::calls(chain.depth - told);
        writeln!(out, "      … then {calls} without frames, from the open statements:")?;
        innermost_first(chain.without_innermost(told), &run.sites, paint, out)?;
    }
    writeln!(out, "\nregisters")?;
    for (number, (name, value)) in crash.registers.iter().enumerate() {
        let (name, value) = (Printable(name.as_bytes()).to_string(), Printable(value.as_bytes()).to_string());
        let end = if number % 3 == 2 || number + 1 == crash.registers.len() { "\n" } else { "" };
        write!(out, "  {name:>6} {value:<18}{end}")?;
    }
    Ok(())
}

/// The open statements of the thread that crashed.
fn chain(run: &Run) -> Option<&Chain> {
    run.threads.iter().find(|thread| run.has_crashed(thread))?.chain.as_ref()
}
