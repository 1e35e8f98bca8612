//! The report for people: how the run ended, then where each thread was, the telling ones first.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use instr_format::escape::Printable;
use instr_format::files::CRASH_JSON;
use instr_format::ring::Clock;
use instr_format::time::format_timestamp;

use super::fold::fold;
use super::paint::Paint;
use super::{excerpt, history};
use crate::model::damage::Damage;
use crate::model::duration::Duration;
use crate::model::end::EndKind;
use crate::model::record::Stamp;
use crate::model::thread::{Choice, LastReached, State, Thread};
use crate::run::alive::Life;
use crate::run::load::Run;
use crate::run::source;

/// Writes the report of one run, with `context` source lines around each statement.
///
/// # Errors
/// When the output cannot be written.
pub fn write(run: &Run, context: u64, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    head(run, paint, out)?;
    let roots = source::roots(&run.dir, &run.process);
    let mut threads: Vec<&Thread> = run.threads.iter().collect();
    threads.sort_by_key(|thread| (!run.is_crashing(thread), rank(thread.state), Reverse(elapsed(thread))));
    let (telling, away): (Vec<&Thread>, Vec<&Thread>) =
        threads.into_iter().partition(|thread| run.is_crashing(thread) || rank(thread.state) < rank(State::Left));
    let suspects = telling.iter().filter(|thread| thread.state != State::PanickedAndEnded).count();
    if matches!(run.end.kind, EndKind::Unknown | EndKind::Killed) && run.life == Life::Gone && suspects > 1 {
        let faint = paint.faint;
        let clocks = telling.iter().filter_map(|thread| thread.newest).map(|newest| newest.clock);
        let order = match clocks.min_by_key(|clock| *clock as u32) {
            None | Some(Clock::Off) => ", nor when each was active",
            Some(Clock::Coarse) => "; the one that was active last most likely comes first",
            Some(Clock::Full) => "; the one that was active last comes first",
        };
        writeln!(out, "  {faint}which thread ended it was not recorded{order}{faint:#}")?;
    }
    for thread in telling {
        thread_at_length(run, thread, &roots, context, paint, out)?;
    }
    if !away.is_empty() {
        writeln!(out)?;
    }
    for threads in fold(&away) {
        in_short(&threads, paint, out)?;
        for thread in threads {
            damage_lines(&thread.damage, paint, out)?;
        }
    }
    Ok(())
}

/// Writes the threads of a run for which `shown` holds, at length.
pub(super) fn threads(
    run: &Run,
    context: u64,
    paint: Paint,
    shown: impl Fn(&Thread) -> bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let roots = source::roots(&run.dir, &run.process);
    run.threads
        .iter()
        .filter(|thread| shown(thread))
        .try_for_each(|thread| thread_at_length(run, thread, &roots, context, paint, out))
}

fn thread_at_length(
    run: &Run,
    thread: &Thread,
    roots: &[PathBuf],
    context: u64,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out)?;
    // What was left out can be newer.
    let newest = run.threads.iter().filter_map(elapsed).max().filter(|_| !run.is_filtered);
    at_length(thread, run.has_crashed(thread), newest, paint, out)?;
    newest_panic(run, thread, out)?;
    if let Some(last) = &thread.last {
        excerpt::write(roots, &last.statement, context, paint, out)?;
    }
    history::write(&thread.history, &run.sites, paint, out)?;
    damage_lines(&thread.damage, paint, out)
}

/// Unless the run's end names it.
fn newest_panic(run: &Run, thread: &Thread, out: &mut dyn Write) -> io::Result<()> {
    match run.panic(thread).filter(|panic| run.end.panic != Some(panic.number)) {
        Some(panic) => writeln!(out, "  its newest panic was at {}", Printable(panic.words().as_bytes())),
        None => Ok(()),
    }
}

/// Writes how a run ended.
pub(super) fn head(run: &Run, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (strong, bad, faint) = (paint.strong, paint.bad, paint.faint);
    let exe = run.process.exe.as_deref().and_then(|exe| exe.file_name());
    let name = printable(exe.or(run.dir.file_name()).unwrap_or(OsStr::new("?")));
    write!(out, "{strong}{name}{strong:#}")?;
    if let Some(pid) = run.pid {
        write!(out, ", process {pid}")?;
    }
    let status = run.end.code.as_deref().unwrap_or_default();
    match run.end.kind {
        EndKind::Running => writeln!(out, ": still running")?,
        EndKind::Exit => writeln!(out, ": exited with status {status}")?,
        EndKind::Panic => {
            write!(out, ": {bad}its main thread panicked{bad:#}")?;
            match &run.end.message {
                Some(message) => writeln!(out, " at {}; exit status {status}", Printable(message.as_bytes()))?,
                None => writeln!(out, ", exit status {status}")?,
            }
        }
        EndKind::Signal => {
            let signal = run.end.signal.as_deref().unwrap_or("a signal");
            write!(out, ": {bad}died of {}{bad:#}", Printable(signal.as_bytes()))?;
            match &run.end.message {
                Some(cause) => writeln!(out, ": {}", Printable(cause.as_bytes()))?,
                None => writeln!(out)?,
            }
        }
        EndKind::Killed => {
            let by = run.end.message.as_deref().unwrap_or_default();
            writeln!(out, ": {bad}killed{bad:#} {}", Printable(by.as_bytes()))?;
        }
        EndKind::Unknown => {
            let has_crashed = run.damage.iter().any(|damage| damage.file.as_deref() == Some(CRASH_JSON));
            let causes = match run.life {
                Life::Gone if has_crashed => ": it crashed, and crash.json cannot be read",
                Life::Gone => ": killed, crashed, or left by _exit or exec",
                _ => "",
            };
            writeln!(out, ": {bad}no orderly exit was recorded{bad:#}{causes}")?;
        }
    }
    if !run.replaced.is_empty() {
        let signals = run.replaced.join(", ");
        writeln!(
            out,
            "  {bad}handlers replaced{bad:#} by the program: {signals}; recorded only where it passes them on"
        )?;
    }
    if let Some(start) = run.process.start_unix_ns {
        writeln!(out, "  {faint}started{faint:#} {}", Printable(&format_timestamp(start)))?;
    }
    writeln!(out, "  {faint}files in{faint:#} {}", printable(run.dir.as_os_str()))?;
    if let Some(parent) = &run.process.parent {
        writeln!(out, "  {faint}forked from{faint:#} {}", Printable(parent.as_bytes()))?;
    }
    for note in &run.process.notes {
        writeln!(out, "  {bad}note:{bad:#} {}", Printable(note.as_bytes()))?;
    }
    damage_lines(&run.damage, paint, out)?;
    if run.threads.is_empty() {
        writeln!(out, "\nno thread reached an instrumented statement")?;
    }
    Ok(())
}

fn at_length(thread: &Thread, crashed: bool, newest: Option<u64>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (strong, bad) = (paint.strong, paint.bad);
    title(thread, paint, out)?;
    if crashed {
        let comma = if thread.state == State::Panicked { "," } else { "" };
        write!(out, "{bad}crashed{bad:#}{comma} ")?;
    }
    match (thread.state, stand_in(thread)) {
        (State::Panicked | State::PanickedAndEnded, None) => write!(out, "{bad}panicked{bad:#} in ")?,
        (State::Panicked | State::PanickedAndEnded, Some(record)) => write!(out, "{bad}panicked{bad:#}, {record} in ")?,
        (State::Unknown, None) => write!(out, "in ")?,
        (State::Inside | State::Left | State::Ended, None) => write!(out, "inside ")?,
        (_, Some(record)) => write!(out, "{record} in ")?,
    }
    place(thread.last.as_ref(), strong, out)?;
    if thread.state == State::PanickedAndEnded {
        out.write_all(b" (ended)")?;
    }
    write!(out, "\n  ")?;
    counts(&[thread], out)?;
    match thread.newest {
        Some(Stamp { moment, clock: Clock::Coarse }) => {
            // The time is that of the block's beginning: how long before or after another thread's, nobody knows.
            writeln!(out, ", the last one at or after {}", Printable(&format_timestamp(moment.unix_ns)))
        }
        Some(Stamp { moment, clock: Clock::Full }) => {
            match newest.map(|newest| newest.saturating_sub(moment.elapsed_ns)) {
                Some(0) => writeln!(out, ", the newest of the run among them"),
                Some(age) => writeln!(out, ", the last one {} before the newest of the run", Duration(age)),
                None => writeln!(out),
            }
        }
        Some(Stamp { clock: Clock::Off, .. }) | None => writeln!(out),
    }
}

/// One line for threads that went alike.
fn in_short(threads: &[&Thread], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Some(thread) = threads.first() else { return Ok(()) };
    match threads.len() {
        1 => title(thread, paint, out)?,
        count => write!(out, "{count} threads ")?,
    }
    let gone = if thread.state == State::Ended { "ended" } else { "left" };
    write!(out, "{gone}, {} in ", stand_in(thread).unwrap_or("last"))?;
    place(thread.last.as_ref(), anstyle::Style::new(), out)?;
    out.write_all(b", ")?;
    counts(threads, out)?;
    out.write_all(b"\n")
}

fn title(thread: &Thread, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let strong = paint.strong;
    write!(out, "thread {}", thread.tid)?;
    if thread.reuse > 1 {
        write!(out, " (number {} with this id)", thread.reuse)?;
    }
    if !thread.name.is_empty() {
        write!(out, " {strong}{}{strong:#}", Printable(thread.name.as_bytes()))?;
    }
    out.write_all(b": ")
}

/// What is shown when it is not the thread's last statement.
fn stand_in(thread: &Thread) -> Option<&'static str> {
    match thread.last.as_ref()?.choice {
        Choice::Innermost => None,
        Choice::Newest => Some("newest record"),
        Choice::Matching => Some("newest matching record"),
    }
}

fn place(last: Option<&LastReached>, style: anstyle::Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(LastReached { statement, .. }) = last else { return out.write_all(b"an unknown statement") };
    let (path, file) = (statement.path(), statement.file.as_bytes());
    write!(out, "{style}{}{style:#} at ", Printable(path.as_bytes()))?;
    write!(out, "{style}{}:{}:{}{style:#}", Printable(file), statement.line, statement.column)?;
    match &statement.expanded_from {
        Some(place) => write!(out, " (expanded from {})", Printable(place.as_bytes())),
        None => Ok(()),
    }
}

fn counts(threads: &[&Thread], out: &mut dyn Write) -> io::Result<()> {
    let sum = |of: fn(&Thread) -> u64| threads.iter().map(|thread| of(thread)).fold(0, u64::saturating_add);
    let records = sum(|thread| thread.records);
    let plural = if records == 1 { "" } else { "s" };
    write!(out, "{records} record{plural}")?;
    let others = [
        (sum(|thread| thread.filtered), "filtered"),
        (sum(|thread| thread.dropped), "dropped"),
        (sum(|thread| thread.overwritten), "overwritten"),
    ];
    for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
        write!(out, ", {count} {what}")?;
    }
    Ok(())
}

fn damage_lines(damage: &[Damage], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let bad = paint.bad;
    for damage in damage {
        writeln!(out, "  {bad}damage:{bad:#} {}", Printable(damage.to_string().as_bytes()))?;
    }
    Ok(())
}

/// Lower ones stand first; those from [`State::Left`] on need few words.
fn rank(state: State) -> u8 {
    match state {
        State::Panicked => 0,
        State::Inside | State::Unknown => 1,
        State::PanickedAndEnded => 2,
        State::Left => 3,
        State::Ended => 4,
    }
}

fn elapsed(thread: &Thread) -> Option<u64> {
    thread.newest.and_then(|newest| newest.elapsed_ns())
}

fn printable(text: &OsStr) -> Printable<'_> {
    Printable(text.as_bytes())
}
