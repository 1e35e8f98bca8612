//! What a thread was doing, in words: the loop that it turned in, what it waited for, and who keeps it waiting.

pub(super) mod json;

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::lines::cut;
use super::naming::name;
use super::number::Grouped;
use super::paint::Paint;
use crate::model::activity::blame::Blame;
use crate::model::activity::locks::Taking;
use crate::model::activity::turning::Turning;
use crate::model::activity::waiting::Wait;
use crate::model::duration::Duration;
use crate::model::end::EndKind;
use crate::model::fold::{Item, Loop};
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::model::thread::{Sink, Thread};
use crate::run::alive::Life;
use crate::run::load::Run;
use crate::run::verdict::{Doing, Time, Verdict};

/// So many threads of a deadlock are told in the first line.
const OF_DEADLOCK: usize = 3;
/// So many lines of a loop's turn are shown.
const OF_TURN: usize = 5;

/// Writes what the thread's title does not say.
pub(super) fn write(run: &Run, thread: &Thread, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let verdict = run.verdict(thread);
    match (verdict.doing, &thread.activity.turning) {
        (Doing::Looping, Some(turning)) => {
            let what = if turning.is_alike { "every turn does the same" } else { "the last whole turn" };
            let whose = if turning.is_called { "; the loop is in what the statement calls" } else { "" };
            writeln!(out, "  {}{whose}; {what}:", turns(thread, turning, verdict))?;
            turn(turning, &run.sites, paint, out)?;
            let Some(last) = &thread.last else { return Ok(()) };
            let path = last.statement.path();
            write!(out, "  last seen inside {} at {}: ", Printable(path.as_bytes()), place(&last.statement))?;
            writeln!(out, "{}", cut(&last.statement.snippet))
        }
        (Doing::Waiting, _) => {
            writeln!(out, "  waiting {}{}", waiting(run, thread, verdict), kernel(run, thread))?;
            reasons(run, thread).iter().try_for_each(|reason| writeln!(out, "  {reason}"))
        }
        (Doing::Running, _) => {
            let (called, kernel) = (called(thread), kernel(run, thread));
            let is_dead = matches!(run.end.kind, EndKind::Unknown | EndKind::Killed);
            let is_alone = run.threads.iter().filter(|thread| thread.state.is_active()).count() == 1;
            let is_suspect = is_dead && is_alone && !called.is_empty();
            if verdict.time == Time::Unknown && kernel.is_empty() && !is_suspect {
                return Ok(());
            }
            writeln!(out, "  in this statement{called}{}{kernel}", lasting(verdict.time))
        }
        _ => Ok(()),
    }
}

// Output: , or in what it calls that is not instrumented
/// What else the thread may have been in: a function that is instrumented would have a statement of its own.
fn called(thread: &Thread) -> &'static str {
    let calls = thread.last.as_ref().is_some_and(|last| has_call(&last.statement.snippet));
    if calls { ", or in what it calls that is not instrumented" } else { "" }
}

/// Whether a statement may call something: there is a parenthesis behind a name or a `!`, or its text is not all there.
fn has_call(snippet: &str) -> bool {
    let is_of_call = |before: char| before == '!' || before == '>' || before == '_' || before.is_alphanumeric();
    snippet.ends_with('…') || snippet.match_indices('(').any(|(at, _)| snippet[..at].ends_with(is_of_call))
}

/// What the kernel says of it, or said before it was ended.
pub(super) fn kernel(run: &Run, thread: &Thread) -> String {
    let is_past = run.life != Life::Running;
    let says = if is_past { "said" } else { "says" };
    run.observed(thread).map(|observed| format!("; {}, {says} the kernel", observed.words(is_past))).unwrap_or_default()
}

// Output: x15,172 in what the ring holds, for at least 2.1 s
fn turns(thread: &Thread, turning: &Turning, verdict: Verdict) -> String {
    let (fewest, most) = turning.steps;
    let each = if turning.is_alike { String::new() } else { format!(", of {fewest} to {most} statements") };
    let in_what = match (turning.is_whole, thread.sink) {
        (true, _) => "",
        (false, Sink::Ring) => " in what the ring holds",
        (false, _) => " in what the log holds",
    };
    format!("x{}{in_what}{each}{}", Grouped(turning.turns), lasting(verdict.time))
}

fn lasting(time: Time) -> String {
    match time {
        Time::Unknown => String::new(),
        Time::For(ns) => format!(", for {}", Duration(ns)),
        Time::AtLeast(ns) => format!(", for at least {}", Duration(ns)),
        Time::AtMost(ns) => format!(", for at most {}", Duration(ns)),
    }
}

// Output: ; likely a deadlock: session-2 waits for `LOG`, which it holds itself
/// Says in the report's first line which threads keep each other waiting; false if none do.
pub(super) fn deadlock(run: &Run, out: &mut dyn Write) -> io::Result<bool> {
    let is_cycle = |thread: &&Thread| thread.activity.blame.as_ref().is_some_and(|blame| blame.is_cycle);
    let locked: Vec<&Thread> = run.threads.iter().filter(is_cycle).collect();
    if locked.is_empty() {
        return standoff(run, out);
    }
    write!(out, "; likely a deadlock: ")?;
    for (at, thread) in locked.iter().take(OF_DEADLOCK).enumerate() {
        let lock = thread.activity.locks.wants.as_ref().map_or_else(|| "a lock".to_owned(), end_name);
        let holder = thread.activity.blame.as_ref().and_then(|blame| holder(run, blame));
        let holder = match holder.filter(|holder| !is_same(holder, thread)) {
            Some(holder) => format!("{} holds", name(run, holder)),
            None => "it holds itself".to_owned(),
        };
        let comma = if at > 0 { ", and " } else { "" };
        write!(out, "{comma}{} waits for {lock}, which {holder}", name(run, thread))?;
    }
    if let left_out @ 1.. = locked.len().saturating_sub(OF_DEADLOCK) {
        write!(out, ", and {left_out} more")?;
    }
    Ok(true)
}

// Output: ; likely a deadlock: payer and payee each hold a lock and wait for another
/// The same of threads of which it is not known who holds which lock.
fn standoff(run: &Run, out: &mut dyn Write) -> io::Result<bool> {
    let locked: Vec<&Thread> = run.threads.iter().filter(|thread| !thread.activity.standoff.is_empty()).collect();
    if locked.is_empty() {
        return Ok(false);
    }
    write!(out, "; likely a deadlock: {} each hold a lock and wait for another", all_names(run, &locked))?;
    Ok(true)
}

// Output: payer, payee and 3 more
fn all_names(run: &Run, threads: &[&Thread]) -> String {
    let mut names: Vec<String> = threads.iter().take(OF_DEADLOCK).map(|thread| name(run, thread).to_string()).collect();
    if let left_out @ 1.. = threads.len().saturating_sub(names.len()) {
        names.push(format!("{left_out} more"));
    }
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

// Output: `bob`
/// What a lock is called in the end.
fn end_name(taking: &Taking) -> String {
    format!("`{}`", cut(&taking.traced().unwrap_or_else(|| taking.name.clone())))
}

// Output: `bob` (here `to`)
/// The same, and what the statement calls it.
pub(super) fn both_names(taking: &Taking) -> String {
    let here = taking.traced().map(|_| format!(" (here `{}`)", cut(&taking.name))).unwrap_or_default();
    format!("{}{here}", end_name(taking))
}

// Output: ; main turns in a loop at src/main.rs:38: while scanner.at < scanner.text.len() { … }
/// Says in the report's first line where the thread turns, and how many others.
pub(super) fn looping(run: &Run, thread: &Thread, out: &mut dyn Write) -> io::Result<()> {
    let statement = loop_of(run, thread).and_then(|id| run.sites.statement(id));
    let Some(statement) = statement else { return Ok(()) };
    match beside(run, thread) {
        1 => write!(out, "; {} turns in a loop", name(run, thread))?,
        threads => write!(out, "; {threads} threads turn in a loop")?,
    }
    write!(out, " at {}: {}", place(&statement), cut(&statement.snippet))
}

/// How many threads turn in the loop that this one turns in.
pub(super) fn beside(run: &Run, thread: &Thread) -> usize {
    let own = loop_of(run, thread);
    run.threads.iter().filter(|other| own.is_some() && loop_of(run, other) == own).count()
}

fn loop_of(run: &Run, thread: &Thread) -> Option<u32> {
    let turning = thread.activity.turning.as_ref()?;
    (run.verdict(thread).doing == Doing::Looping).then_some(turning.statement)
}

// Output: for a lock, `LOG`, for at most 2.1 s
fn waiting(run: &Run, thread: &Thread, verdict: Verdict) -> String {
    let activity = &thread.activity;
    let what = run.waits_for(thread).map_or("something", Wait::words);
    let lock = activity.locks.wants.as_ref().map(|wants| format!(", {}", both_names(wants))).unwrap_or_default();
    format!("for {what}{lock}{}", lasting(verdict.time))
}

/// Why it waits, as far as that is known, a line each.
fn reasons(run: &Run, thread: &Thread) -> Vec<String> {
    let activity = &thread.activity;
    if let Some(blame) = &activity.blame {
        return vec![blamed(run, thread, blame)];
    }
    if activity.standoff.is_empty() {
        return Vec::new();
    }
    let held = activity.locks.holds.iter().rev().take(OF_DEADLOCK);
    let mut lines: Vec<String> = held.map(|held| format!("holds {}{}", both_names(held), since(held, run))).collect();
    let is_other = |other: &&Thread| activity.standoff.contains(&(other.tid, other.reuse)) && !is_same(other, thread);
    let others: Vec<&Thread> = run.threads.iter().filter(is_other).collect();
    let each = if others.len() > 1 { "each hold a lock and wait" } else { "holds a lock and waits" };
    lines.push(format!("likely a deadlock: {}, too, {each} for another", all_names(run, &others)));
    lines
}

// Output: , since src/main.rs:10: let mut log = LOG.lock().unwrap();
fn since(held: &Taking, run: &Run) -> String {
    match run.sites.statement(held.statement) {
        Some(statement) => format!(", since {}: {}", place(&statement), cut(&statement.snippet)),
        None => String::new(),
    }
}

// Output: likely held by session-2, which waits for this one in turn, since src/main.rs:10: let mut log = LOG.lock().unwrap();
fn blamed(run: &Run, thread: &Thread, blame: &Blame) -> String {
    let since = since(&blame.held, run);
    match holder(run, blame) {
        Some(holder) if !is_same(holder, thread) => {
            let in_turn = if blame.is_cycle { ", which waits for this one in turn" } else { "" };
            format!("likely held by {}{in_turn}{since}", name(run, holder))
        }
        _ => format!("likely held by this thread itself{since}"),
    }
}

/// The thread that holds the lock.
pub(super) fn holder<'a>(run: &'a Run, blame: &Blame) -> Option<&'a Thread> {
    run.threads.iter().find(|thread| (thread.tid, thread.reuse) == blame.holder)
}

/// Whether both are one thread.
pub(super) fn is_same(one: &Thread, other: &Thread) -> bool {
    (one.tid, one.reuse) == (other.tid, other.reuse)
}

fn place(statement: &Statement) -> String {
    format!("{}:{}", Printable(short(&statement.file).as_bytes()), statement.line)
}

/// Writes what a turn does, folded.
fn turn(turning: &Turning, sites: &Sites, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::new();
    turning.turn.iter().for_each(|found| item(found, 2, sites, paint, &mut lines));
    let left_out = lines.len().saturating_sub(OF_TURN);
    // The last line says that others are left out.
    let shown = if left_out > 0 { OF_TURN - 1 } else { OF_TURN };
    for line in lines.iter().take(shown) {
        writeln!(out, "{line}")?;
    }
    if left_out > 0 { writeln!(out, "    … {} more lines of each turn", lines.len() - shown) } else { Ok(()) }
}

fn item(item_: &Item<()>, depth: usize, sites: &Sites, paint: Paint, lines: &mut Vec<String>) {
    let indent = " ".repeat(2 * depth);
    let text = |key: u64| {
        let statement = u32::try_from(key).ok().and_then(|id| sites.statement(id));
        let Some(statement) = statement else { return "a statement that is not known".to_owned() };
        let path = statement.path();
        format!("{}  {}  {}", place(&statement), Printable(path.as_bytes()), cut(&statement.snippet))
    };
    match item_ {
        Item::Step(step) => lines.push(format!("{indent}{}", text(step.key))),
        Item::Loop(Loop { times, body, .. }) => {
            let times = format!("{0}x{1}{0:#}", paint.strong, Grouped(*times));
            if let [Item::Step(step)] = body.as_slice() {
                lines.push(format!("{indent}{times}  {}", text(step.key)));
                return;
            }
            lines.push(format!("{indent}{times}"));
            body.iter().for_each(|inner| item(inner, depth + 1, sites, paint, lines));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::has_call;

    #[test]
    fn a_call_is_a_name_before_a_parenthesis() {
        for statement in ["to.log(text);", "f::<u8>(1)", "println!(\"\")", "let a = very_long…"] {
            assert!(has_call(statement), "{statement}");
        }
        for statement in ["let a = (b + c) * d;", "spin = spin.0;", "loop { … }", ""] {
            assert!(!has_call(statement), "{statement}");
        }
    }
}
