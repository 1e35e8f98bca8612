//! The newest edge of a thread: where it is known to have been last, in a program whose compiler tells of edges and not of
//! statements.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::activity;
use super::calls::below_current_directory;
use super::excerpt;
use super::number::Grouped;
use super::paint::Paint;
use crate::model::source_path::in_toolchain;
use crate::model::thread::Thread;
use crate::run::load::Run;
use crate::run::source::Roots;
use crate::run::symbols::{Frame, Function};

/// So many calls of a crash are told.
const CALLS: usize = 8;

// Output:   412 of 3,210 edges were reached
/// Writes how many edges there are, and how many of them the process has reached.
pub(super) fn counts(run: &Run, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (Some(edges), faint) = (&run.edges, paint.faint) else { return Ok(()) };
    let (reached, known) = (Grouped(edges.reached() as u64), Grouped(edges.known() as u64));
    writeln!(out, "  {faint}{reached} of {known} edges were reached{faint:#}")
}

// Output: dep::forever at dep/src/lib.rs:9:5
/// Writes where it is.
pub(super) fn place(edge: &Frame, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let strong = paint.strong;
    match edge.functions.first() {
        Some(function) => at(function, strong, out),
        None => {
            let module = edge.module.as_deref().unwrap_or("an unknown file");
            let why = if edge.replaced { ", of which another build lies there now" } else { "" };
            write!(out, "at {strong}{}{strong:#} in {}{why}", edge.address, Printable(module.as_bytes()))
        }
    }
}

// Output:  at src/main.rs:9
// Output: , last edge at dep/src/lib.rs:9
/// Writes file and line, for a headline: of the program's own innermost call in a crash, or of the edge.
pub(super) fn in_short(run: &Run, thread: &Thread, out: &mut dyn Write) -> io::Result<()> {
    let is_users = |function: &&&Function| function.file.as_deref().is_some_and(|file| in_toolchain(file).is_none());
    let called = calls(run).iter().find(is_users).copied().filter(|_| run.has_crashed(thread));
    let before = if called.is_some() { " at" } else { ", last edge at" };
    let function = called.or_else(|| run.last_edge(thread)?.functions.first());
    match function.and_then(|function| Some((function.file.as_deref()?, function.line?))) {
        Some((file, line)) => write!(out, "{before} {}:{line}", Printable(below_current_directory(file).as_bytes())),
        None => Ok(()),
    }
}

/// Writes the source around it, what it is inlined into, and the calls of a crash.
pub(super) fn at_length(
    (run, thread): (&Run, &Thread),
    roots: &Roots,
    context: u64,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(edge) = run.last_edge(thread) else { return Ok(()) };
    let place = edge.functions.first().and_then(|function| Some((function.file.as_deref()?, function.line?)));
    if let Some((file, line)) = place
        && let Some(excerpt) = roots.around(file, line.into(), context)
    {
        excerpt::lines(&excerpt, line.into(), paint, out)?;
    }
    for function in edge.functions.iter().skip(1) {
        write!(out, "  inlined into ")?;
        at(function, paint.strong, out)?;
        out.write_all(b"\n")?;
    }
    let kernel = activity::kernel(run, thread);
    if let Some(words) = kernel.strip_prefix("; ") {
        writeln!(out, "  {words}")?;
    }
    if run.has_crashed(thread) { write_calls(run, paint, out) } else { Ok(()) }
}

/// The calls of the program and its libraries that led to the crash, innermost first.
fn calls(run: &Run) -> Vec<&Function> {
    let is_told = |function: &&Function| {
        let name = function.name.as_deref().unwrap_or_default();
        !name.is_empty() && !name.contains("instr_runtime")
    };
    // What Rust calls `main` and threads by tells nothing.
    let is_programs = |function: &&Function| {
        !function.name.as_deref().is_some_and(|name| name.contains("sys::backtrace::__rust_begin_short_backtrace"))
    };
    let functions = run.frames.iter().flat_map(|frame| &frame.functions).take_while(is_programs);
    functions.filter(is_told).collect()
}

fn write_calls(run: &Run, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let functions = calls(run);
    if functions.is_empty() {
        return Ok(());
    }
    writeln!(out, "  its calls, innermost first:")?;
    for function in functions.iter().take(CALLS) {
        out.write_all(b"    ")?;
        at(function, paint.strong, out)?;
        out.write_all(b"\n")?;
    }
    match functions.len().saturating_sub(CALLS) {
        0 => Ok(()),
        more => writeln!(out, "    … and {more} more"),
    }
}

fn at(function: &Function, strong: anstyle::Style, out: &mut dyn Write) -> io::Result<()> {
    let name = function.name.as_deref().unwrap_or("an unknown function");
    write!(out, "{strong}{}{strong:#}", Printable(name.as_bytes()))?;
    let Some(file) = &function.file else { return Ok(()) };
    write!(out, " at {strong}{}", Printable(below_current_directory(file).as_bytes()))?;
    // A compiler that knows no column says 0.
    for number in [function.line, function.column].into_iter().flatten().filter(|number| *number != 0) {
        write!(out, ":{number}")?;
    }
    write!(out, "{strong:#}")
}
