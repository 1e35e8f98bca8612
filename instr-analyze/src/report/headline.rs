//! The first line of a report: what ended what, where, in the program's own code.

use std::io::{self, Write};

use instr_format::escape::Printable;
use instr_format::files::CRASH_JSON;
use instr_format::ring::Clock;

use super::activity;
use super::dropping;
use super::edge;
use super::lines::{cut, is_short};
use super::naming::{name, program};
use super::paint::Paint;
use crate::model::end::EndKind;
use crate::model::panics::Panic;
use crate::model::source_path::{is_local, short};
use crate::model::thread::{Choice, State, Thread};
use crate::run::alive::Life;
use crate::run::load::Run;
use crate::run::verdict::Doing;

// Output: worker-pool died of SIGSEGV in worker-3 at src/main.rs:61: unsafe { libc::strlen(name) }
/// Writes the line.
pub(super) fn write(run: &Run, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (strong, bad) = (paint.strong, paint.bad);
    write!(out, "{strong}{}{strong:#} ", Printable(program(run).as_bytes()))?;
    let status = run.end.code.as_deref().unwrap_or("?");
    let first = run.by_interest().into_iter().next();
    match run.end.kind {
        EndKind::Signal => {
            let signal = run.end.signal.as_deref().unwrap_or("a signal");
            let signal = Printable(signal.as_bytes());
            match run.crash.as_ref().is_some_and(|crash| crash.has_overflowed()) {
                true => write!(out, "{bad}died of a stack overflow{bad:#} ({signal})")?,
                false => write!(out, "{bad}died of {signal}{bad:#}")?,
            }
            match first.filter(|thread| run.is_crashing(thread)) {
                Some(thread) if run.has_crashed_outside(thread) => outside(run, thread, out)?,
                Some(thread) => match dropping::found(run, thread) {
                    Some(dropping) => {
                        write!(out, " in {}, dropping {}", name(run, thread), cut(&dropping.what))?;
                        statement(thread, " after", out)?;
                    }
                    None => at_place(run, thread, "in", out)?,
                },
                None => write!(out, " in a thread that reached no instrumented statement")?,
            }
        }
        EndKind::Panic => {
            write!(out, "{bad}panicked{bad:#}")?;
            match (own_panic(run), first) {
                (Some((file, panic)), _) => {
                    write!(out, " in main at {}:{}: ", Printable(file.as_bytes()), panic.line)?;
                    write!(out, "{}", cut(words(panic)))?;
                }
                (None, Some(thread)) => at_place(run, thread, "in", out)?,
                (None, None) => {}
            }
        }
        EndKind::Exit if !run.is_filtered && run.threads.iter().any(Thread::has_failed_test) => {
            let failed: Vec<String> =
                run.threads.iter().filter(|thread| thread.has_failed_test()).map(|thread| name(run, thread)).collect();
            let tests = if failed.len() == 1 { "1 test".to_owned() } else { format!("{} tests", failed.len()) };
            write!(out, "failed {bad}{tests}{bad:#}: {}", cut(&failed.join(", ")))?;
        }
        EndKind::Exit if status == "0" => write!(out, "ended normally")?,
        EndKind::Exit => {
            write!(out, "exited with status {status}")?;
            // Where it called for that. A main that has returned is in no statement.
            let main = run.threads.iter().find(|thread| Some(thread.tid) == run.pid && thread.state == State::Inside);
            main.map_or(Ok(()), |main| at_place(run, main, ";", out))?;
        }
        EndKind::Killed => {
            let by = run.end.message.as_deref().unwrap_or_default();
            write!(out, "was {bad}killed {}{bad:#}", Printable(by.as_bytes()))?;
            last_active(run, first, out)?;
        }
        EndKind::Running => {
            write!(out, "is running")?;
            last_active(run, first, out)?;
        }
        EndKind::Unknown => {
            let has_crashed = run.damage.iter().any(|damage| damage.file.as_deref() == Some(CRASH_JSON));
            let why = match run.life {
                Life::Gone if has_crashed => "crashed, but crash.json cannot be read",
                Life::Gone => "did not exit normally; the cause is unknown",
                _ => "has not exited, as far as is known",
            };
            write!(out, "{bad}{why}{bad:#}")?;
            last_active(run, first, out)?;
        }
    }
    out.write_all(b"\n")
}

/// The panic that ended the run, with its file, if that is the program's own.
fn own_panic(run: &Run) -> Option<(&str, &Panic)> {
    let panic = run.panics.iter().find(|panic| run.end.panic == Some(panic.number))?;
    Some((panic.file.as_deref().filter(|file| is_local(file))?, panic))
}

fn words(panic: &Panic) -> &str {
    panic.message.as_deref().unwrap_or("a value that is not text")
}

/// Whether the line has all that is known of why the run ended.
pub(super) fn says_all(run: &Run) -> bool {
    run.end.kind == EndKind::Panic
        && own_panic(run).is_some_and(|(_, panic)| panic.kept_bytes == panic.message_bytes && is_short(words(panic)))
}

/// Which threads keep each other waiting; or else which one panics, turns in a loop while others wait, or did something last, if
/// one can be told from the others.
fn last_active(run: &Run, first: Option<&Thread>, out: &mut dyn Write) -> io::Result<()> {
    let Some(thread) = first.filter(|thread| thread.state.is_active()) else { return Ok(()) };
    if thread.state != State::Panicking && activity::deadlock(run, out)? {
        return Ok(());
    }
    let active = run.threads.iter().filter(|thread| thread.state.is_active()).count();
    let waiting = run.threads.iter().filter(|thread| run.verdict(thread).doing == Doing::Waiting).count();
    match run.verdict(thread).doing {
        Doing::Looping if active - waiting == activity::beside(run, thread) => {
            return activity::looping(run, thread, out);
        }
        Doing::Waiting if active == 1 => return at_place(run, thread, "; waiting:", out),
        _ => {}
    }
    match active {
        1 => at_place(run, thread, ";", out),
        _ if thread.state == State::Panicking => at_place(run, thread, "; panicking:", out),
        _ if run.is_filtered => Ok(()),
        _ => match thread.newest.map(|newest| newest.clock) {
            Some(Clock::Full) => at_place(run, thread, "; last active:", out),
            Some(Clock::Coarse) => at_place(run, thread, "; probably last active:", out),
            Some(Clock::Off) | None => Ok(()),
        },
    }
}

// Output:  in main, outside instrumented code; last at src/lib.rs:26: s
fn outside(run: &Run, thread: &Thread, out: &mut dyn Write) -> io::Result<()> {
    write!(out, " in {}, outside instrumented code", name(run, thread))?;
    statement(thread, "; last at", out)
}

// Output:  in worker-3 at src/main.rs:61: unsafe { libc::strlen(name) }
fn at_place(run: &Run, thread: &Thread, before: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{before:>0$} {1}", before.len() + usize::from(!before.starts_with(';')), name(run, thread))?;
    if thread.last.is_none() {
        return edge::in_short(run, thread, out);
    }
    statement(thread, " at", out)
}

// Output:  at src/main.rs:61: unsafe { libc::strlen(name) }
fn statement(thread: &Thread, before: &str, out: &mut dyn Write) -> io::Result<()> {
    let Some(last) = &thread.last else { return Ok(()) };
    let statement = thread.own.as_ref().unwrap_or(&last.statement);
    let file = short(&statement.file);
    write!(out, "{before} {}:{}: {}", Printable(file.as_bytes()), statement.line, cut(&statement.snippet))?;
    if last.choice == Choice::Innermost && thread.own.is_some() {
        let (file, line) = (short(&last.statement.file), last.statement.line);
        write!(out, " (in {}:{line})", Printable(file.as_bytes()))?;
    }
    Ok(())
}
