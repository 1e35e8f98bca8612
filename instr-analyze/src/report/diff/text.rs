//! The comparison for people: how each run ended, then the threads that differ, then those that do not.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use instr_format::escape::Printable;

use super::{hits, pair};
use crate::report::naming::names;
use crate::report::number::Grouped;
use crate::report::paint::Paint;
use crate::report::thread::standing;
use crate::report::{changed, headline};
use crate::run::diff::{Compared, RunPair};
use crate::run::load::Run;

/// So many threads that only one run has are told.
const ALONE: usize = 10;
/// What the sides are called.
pub(super) const SIDES: [&str; 2] = ["A", "B"];

/// What has been compared.
#[derive(Debug)]
pub struct Found {
    /// Runs that differ, or whose sources do.
    pub differing: Vec<RunPair>,
    /// The programs of the others.
    pub equal: Vec<String>,
    /// The directories of runs that only one side has.
    pub only: [Vec<PathBuf>; 2],
}

impl Found {
    /// Whether anything differs but the source.
    pub fn differs(&self) -> bool {
        self.differing.iter().any(|pair| !pair.is_equal()) || self.only.iter().any(|only| !only.is_empty())
    }
}

/// Writes the comparison.
///
/// # Errors
/// When the output cannot be written.
pub fn write(found: &Found, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for (index, pair) in found.differing.iter().enumerate() {
        if index > 0 {
            out.write_all(b"\n")?;
        }
        runs(pair, paint, out)?;
    }
    for (side, only) in SIDES.iter().zip(&found.only) {
        for dir in only {
            writeln!(out, "only in {side}: {}", shown(dir))?;
        }
    }
    let mut programs = found.equal.clone();
    programs.dedup();
    match found.equal.len() {
        0 => Ok(()),
        1 => writeln!(out, "the threads of {} do the same in A and B", shown_all(&programs)),
        count => {
            writeln!(out, "the threads of {count} pairs of processes do the same in A and B: {}", shown_all(&programs))
        }
    }
}

fn shown_all(texts: &[String]) -> String {
    texts.iter().map(|text| Printable(text.as_bytes()).to_string()).collect::<Vec<_>>().join(", ")
}

fn shown(path: &Path) -> Printable<'_> {
    Printable(path.as_os_str().as_bytes())
}

fn runs(pair: &RunPair, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    head(pair, paint, out)?;
    if let Some(source) = &pair.source {
        let [a, b] = source.only.map(|count| Grouped(count as u64));
        let more = if source.more > 0 { ", …" } else { "" };
        writeln!(
            out,
            "the sources differ: {a} statements only in A, {b} only in B ({}{more})",
            shown_all(&source.functions)
        )?;
    }
    for of in &pair.threads {
        out.write_all(b"\n")?;
        pair::write(pair, of, paint, out)?;
    }
    if let Some(found) = pair.hits.as_ref().filter(|hits| !hits.is_equal()) {
        out.write_all(b"\n")?;
        hits::write(found, paint, out)?;
    }
    if pair.only.iter().any(|only| !only.is_empty()) || !pair.equal.is_empty() {
        out.write_all(b"\n")?;
    }
    for ((side, only), run) in SIDES.iter().zip(&pair.only).zip(&pair.runs) {
        alone(side, run, only, paint, out)?;
    }
    for of in [Compared::Records, Compared::OpenStatements, Compared::Last] {
        alike(pair, of, out)?;
    }
    Ok(())
}

// Output: 7 threads do the same in A and B: main, worker-1, worker-2, worker-3, …
fn alike(pair: &RunPair, of: Compared, out: &mut dyn Write) -> io::Result<()> {
    let [run, _] = &pair.runs;
    let equal = pair.equal.iter().filter(|(_, compared)| *compared == of);
    let threads: Vec<_> = equal.filter_map(|([a, _], _)| run.threads.get(*a)).collect();
    let (count, what) = match (threads.len(), of) {
        (0, _) => return Ok(()),
        (1, Compared::Records) => ("1 thread".to_owned(), "does the same"),
        (1, Compared::OpenStatements) => ("1 thread".to_owned(), "has the same open statements"),
        (1, Compared::Last) => ("1 thread".to_owned(), "ends in the same statement"),
        (count, Compared::Records) => (format!("{count} threads"), "do the same"),
        (count, Compared::OpenStatements) => (format!("{count} threads"), "have the same open statements"),
        (count, Compared::Last) => (format!("{count} threads"), "end in the same statements"),
    };
    writeln!(out, "{count} {what} in A and B: {}", names(run, &threads))
}

fn head(pair: &RunPair, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let faint = paint.faint;
    let [a, b] = &pair.runs;
    if a.dir == b.dir {
        headline::write(a, paint, out)?;
        writeln!(out, "  {faint}A and B are threads of one run, with files in {}{faint:#}", shown(&a.dir))?;
        return changed::write(&changed::local(a), paint, out);
    }
    for (side, run) in SIDES.iter().zip(&pair.runs) {
        write!(out, "{side}: ")?;
        headline::write(run, paint, out)?;
        writeln!(out, "   {faint}files in {}{faint:#}", shown(&run.dir))?;
        changed::write(&changed::local(run), paint, out)?;
    }
    Ok(())
}

// Output: only in A: thread io, outside instrumented code, last in demo::io::pump at src/io.rs:3:5
fn alone(side: &str, run: &Run, only: &[usize], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for thread in only.iter().take(ALONE).filter_map(|index| run.threads.get(*index)) {
        write!(out, "only in {side}: {}: ", pair::called(run, thread))?;
        standing(run, thread, paint, out)?;
        out.write_all(b"\n")?;
    }
    match only.len().saturating_sub(ALONE) {
        0 => Ok(()),
        count => writeln!(out, "only in {side}: {count} more threads"),
    }
}
