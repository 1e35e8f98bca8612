//! Two threads side by side: what both did, what each did then, where they meet again, and how they ended.

use std::io::{self, Write};

use super::items;
use super::text::SIDES;
use crate::model::diff::{Comparison, Difference, LoopDifference, Meeting};
use crate::model::fold::Item;
use crate::model::record::Kept;
use crate::model::thread::Thread;
use crate::report::naming::name;
use crate::report::number::Grouped;
use crate::report::paint::Paint;
use crate::report::thread::standing;
use crate::run::diff::{Compared, RunPair, ThreadPair};
use crate::run::load::Run;

/// So many lines are shown of what a thread did before, and of what it did then.
const LINES: usize = 12;
/// So many loops are told that did not turn as often.
const LOOPS: usize = 5;

/// A thread as a sentence names it.
pub(super) fn called(run: &Run, thread: &Thread) -> String {
    match name(run, thread) {
        unnamed if unnamed.starts_with("thread ") => unnamed,
        name if thread.test.is_some() => format!("test {name}"),
        name => format!("thread {name}"),
    }
}

/// Writes how they differ.
pub(super) fn write(pair: &RunPair, of: &ThreadPair, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Some(threads) = pair.of(of.threads) else { return Ok(()) };
    let strong = paint.strong;
    let [a, b] = threads.map(|(run, thread)| called(run, thread));
    match a == b {
        true => write!(out, "{strong}{a}{strong:#}: ")?,
        false => write!(out, "{strong}{a}{strong:#} of A, {strong}{b}{strong:#} of B: ")?,
    }
    let equal = of.comparison.equal;
    let is_left = if of.began.is_some() { " of those that are left" } else { "" };
    let statements = match of.of {
        Compared::OpenStatements if equal == 1 => "outermost open statement",
        Compared::OpenStatements => "outermost open statements",
        _ if equal == 1 => "statement",
        _ => "statements",
    };
    let count = Grouped(equal);
    match &of.comparison.first {
        Some(_) if equal == 0 => writeln!(out, "no {statements}{is_left} in common")?,
        Some(_) => writeln!(out, "{count} {statements}{is_left} in common, then they part")?,
        None if !of.comparison.loops.is_empty() => {
            writeln!(out, "the same statements{is_left}, but loops turned differently often")?
        }
        None if equal > 0 => writeln!(out, "the same {count} {statements}{is_left}, with different ends")?,
        None => writeln!(out, "they ended differently")?,
    }
    losses(of, out)?;
    loops(pair, &of.comparison.loops, out)?;
    if let Some(first) = &of.comparison.first {
        difference(pair, of, first, paint, out)?;
    }
    // Two tests have nothing in common up to what both call.
    if let Some(behind) = of.behind.as_ref().filter(|_| equal == 0) {
        loops(pair, &behind.loops, out)?;
        behind.first.iter().try_for_each(|first| difference(pair, of, first, paint, out))?;
    }
    ends(threads, of, paint, out)
}

// Output:   end of A: ended, last in demo::work at src/main.rs:42:83
fn ends(threads: [(&Run, &Thread); 2], of: &ThreadPair, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let ends = threads.map(|(run, thread)| {
        let mut text = Vec::new();
        standing(run, thread, paint, &mut text).map(|()| text)
    });
    let [a, b] = ends;
    let (a, b) = (a?, b?);
    if a != b {
        return [("A", a), ("B", b)].into_iter().try_for_each(|(side, end)| {
            write!(out, "  end of {side}: ")?;
            out.write_all(&end)?;
            out.write_all(b"\n")
        });
    }
    // Where they part but for loops, it is of interest that they end alike.
    if of.comparison.first.is_some() {
        out.write_all(b"  end of both: ")?;
        out.write_all(&a)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn counted(statements: u64) -> String {
    if statements == 1 { "1 statement".to_owned() } else { format!("{} statements", Grouped(statements)) }
}

/// Says what is not there to be compared.
fn losses(of: &ThreadPair, out: &mut dyn Write) -> io::Result<()> {
    if let Some([a, b]) = of.began {
        let (a, b) = (Grouped(a), Grouped(b));
        writeln!(
            out,
            "  A is compared from its record {a} on, B from its record {b}: older ones were overwritten, and may differ"
        )?;
    }
    for (side, missing) in SIDES.iter().zip(of.missing) {
        if missing > 0 {
            writeln!(out, "  {} records of {side} are missing in between, and may differ", Grouped(missing))?;
        }
    }
    Ok(())
}

// Output:   x15 in A, x17 in B: turns of the loop at src/main.rs:5:9  demo::main  for x in v
fn loops(pair: &RunPair, loops: &[LoopDifference<Kept>], out: &mut dyn Write) -> io::Result<()> {
    for LoopDifference { at, turns: [a, b], again } in loops.iter().take(LOOPS) {
        write!(out, "  x{} in A, x{} in B", Grouped(*a), Grouped(*b))?;
        match again {
            0 => out.write_all(b": ")?,
            1 => out.write_all(b", and once more: ")?,
            again => write!(out, ", and {} times more: ", Grouped(*again))?,
        }
        items::statement(at, &pair.runs[0].sites, out)?;
    }
    match loops.len().saturating_sub(LOOPS) {
        0 => Ok(()),
        1 => writeln!(out, "  and 1 more loop"),
        count => writeln!(out, "  and {count} more loops"),
    }
}

fn difference(
    pair: &RunPair,
    of: &ThreadPair,
    first: &Difference<Kept>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let before = lines(&pair.runs[0], &first.before, paint)?;
    // The newest are next to what differs.
    let left_out = before.len().saturating_sub(LINES);
    if left_out > 0 {
        writeln!(out, "      … {left_out} more lines")?;
    }
    before.iter().skip(left_out).try_for_each(|line| out.write_all(line.as_bytes()))?;
    for ((side, run), then) in SIDES.iter().zip(&pair.runs).zip(&first.then) {
        let lines = lines(run, then, paint)?;
        let bad = paint.bad;
        match lines.split_first() {
            Some((line, rest)) => {
                write!(out, "  {bad}{side} >{bad:#} {}", line.trim_start())?;
                rest.iter().take(LINES).try_for_each(|line| out.write_all(line.as_bytes()))?;
                let left_out = rest.len().saturating_sub(LINES);
                if left_out > 0 {
                    writeln!(out, "      … {left_out} more lines")?;
                }
            }
            None if of.of == Compared::OpenStatements => {
                writeln!(out, "  {bad}{side} >{bad:#} no more open statements")?
            }
            None => writeln!(out, "  {bad}{side} >{bad:#} no more statements")?,
        }
    }
    match &first.meeting {
        Some(found) => {
            let behind = of.behind.as_ref().filter(|_| of.comparison.first.as_ref() == Some(first));
            meeting(pair, found, behind, out)
        }
        None if of.of == Compared::OpenStatements || first.then.iter().any(Vec::is_empty) => Ok(()),
        None => {
            let [a, b] = first.looked.map(Grouped);
            writeln!(out, "  not together again in the {a} statements of A and {b} of B that follow")
        }
    }
}

// Output:   together again at once in A and after 14 statements in B, for 1,204 statements, from
// Output:       src/main.rs:10:9  dp::parse  sum = sum * 10 + digit(letter);
fn meeting(
    pair: &RunPair,
    Meeting { at: [at, _], after: [a, b] }: &Meeting<Kept>,
    behind: Option<&Comparison<Kept>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match (*a, *b) {
        (0, b) => write!(out, "  together again at once in A and after {} in B", counted(b))?,
        (a, 0) => write!(out, "  together again after {} in A and at once in B", counted(a))?,
        (a, b) if a == b => write!(out, "  together again after {} of each", counted(a))?,
        (a, b) => write!(out, "  together again after {} in A and {} in B", counted(a), Grouped(b))?,
    }
    match behind {
        Some(Comparison { first: Some(_), equal, .. }) => write!(out, ", for {}", counted(*equal))?,
        Some(Comparison { loops, .. }) if loops.is_empty() => write!(out, ", up to the end")?,
        Some(_) => write!(out, ", up to the end but for turns of loops")?,
        None => {}
    }
    write!(out, ", from\n      ")?;
    items::statement(at, &pair.runs[0].sites, out)
}

fn lines(run: &Run, items: &[Item<Kept>], paint: Paint) -> io::Result<Vec<String>> {
    let mut text = Vec::new();
    items.iter().try_for_each(|item| items::item(item, &run.sites, 3, paint, &mut text))?;
    Ok(String::from_utf8_lossy(&text).split_inclusive('\n').map(str::to_owned).collect())
}
