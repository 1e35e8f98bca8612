//! One entry of a report: a thread, or several that are at the same place.

use std::io::{self, Write};

use instr_format::escape::Printable;
use instr_format::ring::Clock;

use super::lines::{damage_lines, indented};
use super::naming::{name, names};
use super::number::Grouped;
use super::options::Options;
use super::paint::Paint;
use super::{activity, calls, chain, edge, excerpt, history, recursion, unseen};
use crate::model::duration::Duration;
use crate::model::end::EndKind;
use crate::model::record::Stamp;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::model::thread::{Choice, LastReached, Sink, State, Thread};
use crate::model::total::total;
use crate::run::load::Run;
use crate::run::source::Roots;
use crate::run::verdict::Doing;

/// Writes an entry with the source around its statement, and with its open statements unless these stand elsewhere.
pub(super) fn at_length(
    run: &Run,
    threads: &[&Thread],
    roots: &Roots,
    options: &Options,
    with_chain: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(thread) = threads.first() else { return Ok(()) };
    let paint = options.paint;
    title(run, threads, paint, out)?;
    out.write_all(b"\n")?;
    let looping = turns_at(run, thread);
    if let Some(statement) = &looping {
        excerpt::write(roots, statement, options.context, paint, out)?;
    }
    if let Some(last) = thread.last.as_ref().filter(|_| looping.is_none()) {
        if run.has_crashed(thread) && last.statement.is_in_closure() && thread.chain.is_none() {
            calls::closures_caller(run, &last.statement, out)?;
        }
        excerpt::write(roots, &last.statement, options.context, paint, out)?;
    }
    if thread.last.is_none() {
        edge::at_length((run, thread), roots, options.context, paint, out)?;
    }
    activity::write(run, thread, paint, out)?;
    if let Some(own) = thread.own.as_ref().filter(|_| looping.is_none()) {
        let path = own.path();
        let path = Printable(path.as_bytes());
        match thread.chain {
            Some(_) => writeln!(out, "  the call in {path}:")?,
            None => writeln!(out, "  the newest statement of the program's own: {path} at {}", position(own))?,
        }
        excerpt::write(roots, own, 0, paint, out)?;
    }
    unseen::write(run, thread, out)?;
    if !run.has_crashed(thread) {
        recursion::of_thread(thread, &run.sites, out)?;
    }
    if let Some(chain) = thread.chain.as_ref().filter(|_| with_chain) {
        chain::text::write(chain, &run.sites, paint, out)?;
    }
    panic_lines(run, thread, out)?;
    if has_counts(run, threads) {
        out.write_all(b"  ")?;
        counts(threads, out)?;
        last_active(run, threads, out)?;
        out.write_all(b"\n")?;
    }
    // What it does in each turn was said.
    if looping.is_some() && options.history_lines.is_some() {
        return damage_lines(&thread.damage, paint, out);
    }
    let whose = if threads.len() == 1 { "its".to_owned() } else { format!("{}'s", name(run, thread)) };
    history::write((&whose, &thread.history, thread.is_history_cut), &run.sites, options, out)?;
    // Threads with damage share no entry.
    damage_lines(&thread.damage, paint, out)
}

/// Writes an entry in one line.
pub(super) fn in_short(run: &Run, threads: &[&Thread], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    title(run, threads, paint, out)?;
    if has_counts(run, threads) {
        out.write_all(b"; ")?;
        counts(threads, out)?;
    }
    out.write_all(b"\n")?;
    threads.iter().try_for_each(|thread| damage_lines(&thread.damage, paint, out))
}

// Output: worker-3 (23084): crashed in worker_pool::name_length at src/main.rs:61:14
// Output: 200 threads (worker-1, worker-2, worker-3, worker-4, …): inside main::{{closure}} at src/main.rs:6:9
fn title(run: &Run, threads: &[&Thread], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let strong = paint.strong;
    let Some(thread) = threads.first() else { return Ok(()) };
    match threads {
        [thread] if name(run, thread).starts_with("thread ") => write!(out, "thread {strong}{}{strong:#}", thread.tid)?,
        [thread] => {
            let kind = if thread.test.is_some() { "test" } else { "thread" };
            write!(out, "{kind} {strong}{}{strong:#} ({})", name(run, thread), thread.tid)?;
        }
        threads => write!(out, "{strong}{} threads{strong:#} ({})", threads.len(), names(run, threads))?,
    }
    if let [Thread { reuse: 2.., .. }] = threads {
        let is_earlier = |other: &&Thread| other.tid == thread.tid && other.reuse < thread.reuse;
        let before = run.threads.iter().filter(is_earlier).max_by_key(|other| other.reuse);
        out.write_all(match before.map(|before| before.state) {
            Some(State::Continued) => b", since it was told to use another sink",
            _ => b", a later thread with this id",
        })?;
    }
    out.write_all(b": ")?;
    standing(run, thread, paint, out)
}

// Output: crashed in worker_pool::name_length at src/main.rs:61:14
/// Writes what a thread was doing, and where.
pub(super) fn standing(run: &Run, thread: &Thread, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (strong, bad) = (paint.strong, paint.bad);
    if let Some(statement) = turns_at(run, thread) {
        write!(out, "turning in a loop in ")?;
        return statement_at(&statement, strong, out);
    }
    let (fault, circumstance, preposition) = doing(run, thread);
    if let Some(edge) = run.last_edge(thread).filter(|_| thread.last.is_none()) {
        let words = [fault, circumstance].into_iter().filter(|word| !word.is_empty());
        words.clone().try_for_each(|word| write!(out, "{bad}{word}{bad:#}, "))?;
        write!(out, "last edge in ")?;
        return edge::place(edge, paint, out);
    }
    if !fault.is_empty() {
        write!(out, "{bad}{fault}{bad:#} ")?;
    }
    if !circumstance.is_empty() {
        write!(out, "{circumstance}, ")?;
    } else if !fault.is_empty() && stand_in(thread).is_some() {
        out.write_all(b"with the ")?;
    }
    write!(out, "{} ", stand_in(thread).unwrap_or(preposition))?;
    place(thread.last.as_ref(), strong, out)?;
    match thread.own.as_ref().filter(|_| thread.chain.is_some()) {
        Some(own) => {
            write!(out, ", called from {strong}{}{strong:#} at ", Printable(own.path().as_bytes()))?;
            write!(out, "{strong}{}{strong:#}", position(own))
        }
        None => Ok(()),
    }
}

/// The statement of the loop that the thread turned in.
fn turns_at(run: &Run, thread: &Thread) -> Option<Statement> {
    let turning = thread.activity.turning.as_ref().filter(|_| run.verdict(thread).doing == Doing::Looping)?;
    run.sites.statement(turning.statement)
}

/// What went wrong in the thread, what else is to be said of it, and how it relates to the statement that is shown.
fn doing(run: &Run, thread: &Thread) -> (&'static str, &'static str, &'static str) {
    match thread.state {
        State::PanickedAndLeft | State::PanickedAndEnded if run.has_crashed_outside(thread) => {
            ("crashed", "outside instrumented code since a panic", "last in")
        }
        _ if run.has_crashed_outside(thread) => ("crashed", "outside instrumented code", "last in"),
        State::Panicking if run.has_crashed(thread) => ("crashed", "while panicking", "in"),
        _ if run.has_crashed(thread) => ("crashed", "", "in"),
        State::Left | State::Ended if thread.has_failed_test() => {
            ("failed", "without the panic that it expects", "last in")
        }
        _ if thread.has_failed_test() => ("failed", "", "in"),
        _ if thread.has_panicked_as_expected() => ("", "panicked, as the test expects", "last in"),
        State::Panicking => ("panicking", "", "in"),
        State::PanickedAndLeft if run.is_crashing(thread) => ("panicked", "", "in"),
        State::PanickedAndEnded => ("panicked", "and ended", "last in"),
        State::PanickedAndLeft => ("", "outside instrumented code since a panic", "last in"),
        // A process that exits takes its threads with it, wherever they are.
        State::Inside if run.end.kind == EndKind::Exit => ("", "", "last in"),
        State::Inside if run.verdict(thread).doing == Doing::Waiting => ("", "", "waiting in"),
        State::Inside => ("", "", "inside"),
        State::Unknown => ("", "", "in"),
        State::Left => ("", "outside instrumented code", "last in"),
        State::Ended => ("", "ended", "last in"),
        State::Continued => ("", "told to use another sink", "last in"),
    }
}

/// What is shown when it is not the thread's last statement.
fn stand_in(thread: &Thread) -> Option<&'static str> {
    match thread.last.as_ref()?.choice {
        Choice::Innermost => None,
        Choice::Newest => Some("newest record in"),
        Choice::Matching => Some("newest matching record in"),
    }
}

fn place(last: Option<&LastReached>, style: anstyle::Style, out: &mut dyn Write) -> io::Result<()> {
    match last {
        Some(last) => statement_at(&last.statement, style, out),
        None => out.write_all(b"an unknown statement"),
    }
}

fn statement_at(statement: &Statement, style: anstyle::Style, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "{style}{}{style:#} at {style}{}{style:#}",
        Printable(statement.path().as_bytes()),
        position(statement)
    )?;
    match &statement.expanded_from {
        Some(place) => write!(out, " (expanded from {})", Printable(place.as_bytes())),
        None => Ok(()),
    }
}

fn position(statement: &Statement) -> String {
    let file = short(&statement.file);
    format!("{}:{}:{}", Printable(file.as_bytes()), statement.line, statement.column)
}

/// The newest panic of a thread, with the message as it is, unless the report has begun with it.
fn panic_lines(run: &Run, thread: &Thread, out: &mut dyn Write) -> io::Result<()> {
    match run.panic(thread) {
        Some(panic) if thread.has_failed_test() && thread.state.is_panicked() => {
            indented("panicked at ", &panic.words(), out)
        }
        Some(panic) if run.end.panic != Some(panic.number) => indented("its newest panic: ", &panic.words(), out),
        _ => Ok(()),
    }
}

/// Whether to say how much was recorded: with a chain and no history, or with edges, nothing was meant to be.
fn has_counts(run: &Run, threads: &[&Thread]) -> bool {
    let counts =
        |thread: &Thread| [thread.records, thread.filtered, thread.suppressed, thread.dropped, thread.overwritten];
    threads.iter().any(|thread| (thread.chain.is_none() && run.edges.is_none()) || counts(thread) != [0; 5])
}

fn counts(threads: &[&Thread], out: &mut dyn Write) -> io::Result<()> {
    let sum = |of: fn(&Thread) -> u64| total(threads.iter().map(|thread| of(thread)));
    let records = sum(|thread| thread.records);
    let plural = if records == 1 { "" } else { "s" };
    write!(out, "{} record{plural}", Grouped(records))?;
    let in_log = threads.iter().any(|thread| thread.sink == Sink::Log);
    let gone = if in_log { "rotated away" } else { "overwritten" };
    let others = [
        (sum(|thread| thread.filtered), "filtered out"),
        (sum(|thread| thread.suppressed), "left out by INSTR_RATE"),
        (sum(|thread| thread.dropped), "dropped"),
        (sum(|thread| thread.overwritten), gone),
    ];
    for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
        write!(out, ", {} {what}", Grouped(count))?;
    }
    Ok(())
}

/// How long before the last record of the run the entry's newest one was made.
fn last_active(run: &Run, threads: &[&Thread], out: &mut dyn Write) -> io::Result<()> {
    let newest = |thread: &&&Thread| thread.last_active_ns();
    let Some(Stamp { moment, clock }) = threads.iter().max_by_key(newest).and_then(|thread| thread.newest) else {
        return Ok(());
    };
    // What a filter left out can be newer.
    let last_of_run = run.threads.iter().filter_map(Thread::last_active_ns).max().filter(|_| !run.is_filtered);
    match (clock, last_of_run) {
        (Clock::Off, _) | (_, None) => Ok(()),
        _ if run.threads.len() == 1 => Ok(()),
        // The time is that of the beginning of a chunk or block of records.
        (Clock::Coarse, _) => write!(out, "; last active {} after the start, or later", Duration(moment.elapsed_ns)),
        (Clock::Full, Some(last)) => match last.saturating_sub(moment.elapsed_ns) {
            0 => write!(out, "; active last"),
            age => write!(out, "; last active {} before the last record of the run", Duration(age)),
        },
    }
}
