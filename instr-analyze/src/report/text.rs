//! The report for people: the answer in one line, the thread to blame, then the others.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;

use instr_format::escape::Printable;
use instr_format::names::CRASH;
use instr_format::ring::Clock;
use instr_format::time::format_timestamp;

use super::fold::fold;
use super::lines::{damage_lines, indented};
use super::naming::{names, program};
use super::options::Options;
use super::paint::Paint;
use super::{advice, breadcrumbs, changed, dropping, edge, headline, recursion, returned, siblings, thread};
use crate::model::duration::{Ago, Duration};
use crate::model::end::EndKind;
use crate::model::thread::{State, Thread};
use crate::run::alive::Life;
use crate::run::breadcrumbs::Breadcrumbs;
use crate::run::clock::now_unix_ns;
use crate::run::load::Run;
use crate::run::source::Roots;
use crate::run::unwatched::Unwatched;

/// So many entries of threads show their source; the rest have a line each.
const AT_LENGTH: usize = 5;
/// So many of the rest have one; the others are counted.
const IN_SHORT: usize = 20;

/// Writes the report of runs. Where something went wrong in some, those that ended well share a line.
///
/// # Errors
/// When the output cannot be written.
pub fn write(runs: &[Run], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let is_aside = |run: &&Run| runs.len() > 1 && run.ended_well() && !run.is_filtered && !has_warnings(run);
    let (aside, mut shown): (Vec<&Run>, Vec<&Run>) = runs.iter().partition(is_aside);
    shown.sort_by_key(|run| gravity(run));
    for (index, run) in shown.iter().enumerate() {
        if index > 0 {
            out.write_all(b"\n")?;
        }
        one(run, options, out)?;
    }
    if !aside.is_empty() && !shown.is_empty() {
        out.write_all(b"\n")?;
    }
    ended_well(&aside, out)
}

/// Whether there is something to say of what was recorded.
fn has_warnings(run: &Run) -> bool {
    let has_damage = !run.damage.is_empty() || run.threads.iter().any(|thread| !thread.damage.is_empty());
    has_damage || !run.process.notes.is_empty()
}

/// Lower ones are told first.
fn gravity(run: &Run) -> u8 {
    match run.end.kind {
        EndKind::Signal => 0,
        EndKind::Killed | EndKind::Unknown => 1,
        EndKind::Panic => 2,
        EndKind::Exit if !run.ended_well() => 3,
        EndKind::Running => 4,
        EndKind::Exit => 5,
    }
}

// Output: 12 processes ended normally: rustfmt, app-1f2e (11)
fn ended_well(runs: &[&Run], out: &mut dyn Write) -> io::Result<()> {
    let mut programs: Vec<(String, usize)> = Vec::new();
    for run in runs {
        let name = program(run);
        match programs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => programs.push((name, 1)),
        }
    }
    let names: Vec<String> = programs
        .into_iter()
        .map(|(name, count)| {
            let times = if count > 1 { format!(" ({count})") } else { String::new() };
            format!("{}{times}", Printable(name.as_bytes()))
        })
        .collect();
    match runs.len() {
        0 => Ok(()),
        1 => writeln!(out, "1 process ended normally: {}", names.join(", ")),
        count => writeln!(out, "{count} processes ended normally: {}", names.join(", ")),
    }
}

fn one(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paint = options.paint;
    head(run, paint, out)?;
    let roots = Roots::new(&run.dir, &run.process);
    let (telling, away): (Vec<&Thread>, Vec<&Thread>) =
        run.by_interest().into_iter().partition(|thread| run.is_crashing(thread) || is_telling(thread));
    returned::write(run, out)?;
    order(run, &telling, paint, out)?;
    // Who asks for the steps of each thread wants to see them.
    let asked = options.history_lines.is_none();
    let apart = |thread: &Thread| asked && !thread.history.is_empty();
    let is_suspect = |thread: &Thread| run.is_crashing(thread) || thread.has_failed_test();
    let entries = fold(run, &telling, |thread| is_suspect(thread) || apart(thread));
    let suspects = entries.iter().take_while(|threads| threads.iter().any(|thread| is_suspect(thread))).count();
    let (long, short) = entries.split_at(if asked { entries.len() } else { entries.len().min(suspects + AT_LENGTH) });
    for threads in long {
        out.write_all(b"\n")?;
        thread::at_length(run, threads, &roots, options, true, out)?;
        let is_in = |crumbs: &&Breadcrumbs| {
            threads.iter().any(|thread| (thread.tid, thread.reuse) == (crumbs.tid, crumbs.reuse))
        };
        if let Some(crumbs) = run.breadcrumbs.as_ref().filter(is_in) {
            breadcrumbs::write(crumbs, &run.sites, options, out)?;
        }
    }
    siblings::write(run, paint, out)?;
    let (tests, away): (Vec<&Thread>, Vec<&Thread>) =
        away.into_iter().partition(|thread| thread.test.is_some() && thread.damage.is_empty());
    let rest: Vec<Vec<&Thread>> = short.iter().cloned().chain(fold(run, &away, |_| false)).collect();
    if !rest.is_empty() || !tests.is_empty() {
        out.write_all(b"\n")?;
    }
    for threads in rest.iter().take(IN_SHORT) {
        thread::in_short(run, threads, paint, out)?;
    }
    let left_out: usize = rest.iter().skip(IN_SHORT).map(Vec::len).sum();
    if left_out > 0 {
        writeln!(out, "{left_out} more threads, which --format json shows")?;
    }
    match tests.len() {
        0 => Ok(()),
        1 => writeln!(out, "1 more test ended: {}", names(run, &tests)),
        count => writeln!(out, "{count} more tests ended: {}", names(run, &tests)),
    }
}

/// Whether its source is worth a look.
fn is_telling(thread: &Thread) -> bool {
    thread.has_failed_test()
        || thread.state.is_active()
        || (thread.state == State::PanickedAndEnded && !thread.has_panicked_as_expected())
}

/// Says what the order of the threads means, where none of them is known to have ended the process.
fn order(run: &Run, telling: &[&Thread], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let suspects = telling.iter().filter(|thread| thread.state != State::PanickedAndEnded).count();
    // What a thread does counts more than when it did something.
    let rank = |thread: &&Thread| thread.activity.rank();
    let is_by_time = telling.iter().all(|thread| thread.state != State::Panicking)
        && telling.iter().map(rank).min() == telling.iter().map(rank).max();
    let is_over = matches!(run.end.kind, EndKind::Unknown | EndKind::Killed) && run.life == Life::Gone;
    if !is_over || !is_by_time || suspects < 2 {
        return Ok(());
    }
    let faint = paint.faint;
    let clocks = telling.iter().filter_map(|thread| thread.newest).map(|newest| newest.clock);
    let order = match clocks.min_by_key(|clock| *clock as u32) {
        None | Some(Clock::Off) => "the threads are in no order: no times were recorded",
        Some(Clock::Coarse) => "the thread that was active last is most likely the first",
        Some(Clock::Full) => "the thread that was active last is the first",
    };
    writeln!(out, "  {faint}{order}{faint:#}")
}

/// Writes the thread that has crashed, at length; without its open statements if these stand among its calls.
pub(super) fn crashed(run: &Run, options: &Options, with_chain: bool, out: &mut dyn Write) -> io::Result<()> {
    let roots = Roots::new(&run.dir, &run.process);
    for thread in run.threads.iter().filter(|thread| run.has_crashed(thread)) {
        out.write_all(b"\n")?;
        thread::at_length(run, &[thread], &roots, options, with_chain, out)?;
    }
    Ok(())
}

/// Writes how a run ended, and what else holds for all of it.
pub(super) fn head(run: &Run, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (bad, faint) = (paint.bad, paint.faint);
    headline::write(run, paint, out)?;
    let is_said = run.end.kind == EndKind::Killed || headline::says_all(run);
    if let Some(message) = run.end.message.as_deref().filter(|_| !is_said) {
        indented("", message, out)?;
    }
    recursion::write(run, out)?;
    dropping::write(run, out)?;
    match run.unwatched {
        Some(Unwatched::Off) => writeln!(out, "  a crash could not be recorded: {CRASH} is off")?,
        Some(Unwatched::ForeignMain) => {
            let ways_out = format!(
                "set {CRASH}=on, build the library with `cargo instr`, or call instr_runtime::install_crash_handler()"
            );
            writeln!(out, "  a crash could not be recorded, as the program's main is not Rust's: {ways_out}")?;
        }
        None => {}
    }
    if !run.replaced.is_empty() {
        let signals = run.replaced.join(", ");
        writeln!(
            out,
            "  the program has its own handlers for {signals}; such a crash is recorded only if they pass it on"
        )?;
    }
    write!(out, "  {faint}")?;
    if let Some(pid) = run.pid {
        write!(out, "process {pid}")?;
    }
    if let Some(start) = run.process.start_unix_ns {
        let ago = now_unix_ns().saturating_sub(start);
        let time = format_timestamp(start);
        let second = time.get(..19).unwrap_or(&time);
        write!(out, ", started {} ({}Z)", Ago(ago), Printable(second))?;
    }
    if let Some(ran) = run.ran_ns() {
        write!(out, ", ran for at least {}", Duration(ran))?;
    }
    writeln!(out, "{faint:#}")?;
    writeln!(out, "  {faint}files in {}{faint:#}", printable(run.dir.as_os_str()))?;
    edge::counts(run, paint, out)?;
    if let Some(parent) = &run.process.parent {
        writeln!(out, "  {faint}forked from {}{faint:#}", Printable(parent.as_bytes()))?;
    }
    for note in &run.process.notes {
        writeln!(out, "  {bad}note:{bad:#} {}", Printable(note.as_bytes()))?;
    }
    changed::write(&changed::named(run), paint, out)?;
    damage_lines(&run.damage, paint, out)?;
    advice::write(run, out)?;
    if run.threads.is_empty() {
        writeln!(out, "\nno thread reached an instrumented statement")?;
    }
    Ok(())
}

fn printable(text: &OsStr) -> Printable<'_> {
    Printable(text.as_bytes())
}
