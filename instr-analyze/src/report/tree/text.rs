//! A call tree for people.

use std::io::{self, Write};

use instr_format::escape::Printable;
use instr_format::ring::Clock;

use super::Shown;
use crate::model::duration::Duration;
use crate::model::flow::Exit;
use crate::model::source_path::short;
use crate::model::tree::{Node, Total};
use crate::report::number::{Grouped, calls};
use crate::report::paint::Paint;

/// Names have at least so many characters of each line.
const NAME_MIN: usize = 30;

/// What all lines of a tree need.
struct Lines<'a> {
    shown: &'a Shown<'a>,
    totals: Vec<Total>,
    children: Vec<Vec<usize>>,
    all: Total,
    has_times: bool,
    is_exact: bool,
    width: usize,
    paint: Paint,
}

/// Writes the tree in lines that are no longer than `width` where that is possible.
///
/// # Errors
/// When the output cannot be written.
pub fn write(shown: &Shown<'_>, width: usize, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (tree, clock) = (shown.tree, shown.tree.clock);
    let totals = tree.totals();
    let (children, all) = (tree.children(&totals), shown.total(&totals));
    let is_exact = clock == Some(Clock::Full);
    let has_times = is_exact || (clock == Some(Clock::Coarse) && all.ns > 0);
    let (tid, name) = shown.thread;
    let (strong, faint, bad) = (paint.strong, paint.faint, paint.bad);
    write!(out, "thread {strong}{}{strong:#} ({tid}): ", Printable(name.as_bytes()))?;
    write!(out, "{} statements in {}", Grouped(all.statements), calls(all.calls))?;
    if has_times {
        write!(out, ", {}{}", if is_exact { "" } else { "at least " }, Duration(all.ns))?;
    }
    out.write_all(b"\n")?;
    if clock == Some(Clock::Coarse) {
        let note =
            "the clock was read once in a chunk of records: a time is that of the chunks wholly within a function";
        writeln!(out, "  {faint}{note}{faint:#}")?;
    }
    if tree.missing > 0 {
        writeln!(out, "  {bad}{} records are missing, and what was called in them{bad:#}", Grouped(tree.missing))?;
    }
    if tree.left_out > 0 {
        writeln!(out, "  {bad}{} are counted with their callers: the tree is too large{bad:#}", calls(tree.left_out))?;
    }
    let lines = Lines { shown, totals, children, all, has_times, is_exact, width, paint };
    lines.head(out)?;
    let roots = lines.children.last().map(Vec::as_slice).unwrap_or_default();
    roots.iter().try_for_each(|root| lines.node(*root, "", "", out))
}

impl Lines<'_> {
    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let faint = self.paint.faint;
        write!(out, "{faint}")?;
        if self.has_times {
            write!(out, "{:>10}", "time")?;
        }
        if self.is_exact {
            write!(out, "{:>10}", "own time")?;
        }
        writeln!(out, "{:>11}{:>12}{:>8}  function{faint:#}", "calls", "statements", "share")
    }

    // Output:    1.2 ms  800.3 µs        3          15   12.5%  ├─ demo::work::step  src/work.rs:12
    fn node(&self, at: usize, mark: &str, before: &str, out: &mut dyn Write) -> io::Result<()> {
        let (Some(node), Some(total)) = (self.shown.tree.nodes.get(at), self.totals.get(at)) else { return Ok(()) };
        let mut used = 33;
        if self.has_times {
            write!(out, "{:>10}", time(total.ns))?;
            used += 10;
        }
        if self.is_exact {
            write!(out, "{:>10}", time(node.ns))?;
            used += 10;
        }
        let share = total.statements as f64 * 100.0 / self.all.statements.max(1) as f64;
        let calls = if node.calls == 0 { "-".to_owned() } else { Grouped(node.calls).to_string() };
        write!(out, "{calls:>11}{:>12}{share:>7.1}%  ", Grouped(total.statements).to_string())?;
        let room = self.width.saturating_sub(used);
        let mark_room = room.saturating_sub(NAME_MIN);
        let branches = cut(&format!("{before}{mark}"), mark_room);
        let name_room = room.saturating_sub(branches.chars().count()).max(NAME_MIN);
        write!(out, "{branches}")?;
        self.function(node, name_room, out)?;
        let children = self.children.get(at).map(Vec::as_slice).unwrap_or_default();
        let below = match mark {
            "" => String::new(),
            "└─ " => format!("{before}   "),
            _ => format!("{before}│  "),
        };
        if node.level + 1 >= self.shown.depth {
            return Ok(());
        }
        for (number, child) in children.iter().enumerate() {
            let mark = if number + 1 == children.len() { "└─ " } else { "├─ " };
            self.node(*child, mark, &below, out)?;
        }
        Ok(())
    }

    fn function(&self, node: &Node, room: usize, out: &mut dyn Write) -> io::Result<()> {
        let (strong, faint, bad) = (self.paint.strong, self.paint.faint, self.paint.bad);
        let Some(statement) = self.shown.sites.statement(node.body) else { return writeln!(out, "?") };
        let path = Printable(statement.path().as_bytes()).to_string();
        let place = format!("{}:{}", Printable(short(&statement.file).as_bytes()), statement.line);
        let notes = self.notes(node);
        let mut room = room;
        write!(out, "{strong}{}{strong:#}", cut(&path, room))?;
        room = room.saturating_sub(path.chars().count());
        let file = place.rsplit('/').next().unwrap_or_default().to_owned();
        for (style, texts) in [(bad, &[notes.join(", ")][..]), (faint, &[place, file])] {
            let fits = |text: &&String| !text.is_empty() && text.chars().count() + 2 <= room;
            if let Some(text) = texts.iter().find(fits) {
                write!(out, "  {style}{text}{style:#}")?;
                room -= text.chars().count() + 2;
            }
        }
        out.write_all(b"\n")
    }

    fn notes(&self, node: &Node) -> Vec<String> {
        let count = |exit: Exit| node.ended(exit);
        let mut notes = Vec::new();
        let mut add = |is_said: bool, note: String| notes.extend(Some(note).filter(|_| is_said));
        add(node.deepest > 1, format!("{} deep", Grouped(node.deepest)));
        add(count(Exit::Try) > 0, format!("{} by ?", Grouped(count(Exit::Try))));
        add(count(Exit::Panic) > 0, format!("{} unwound", Grouped(count(Exit::Panic))));
        add(node.open > 0, if node.open == 1 { "open".to_owned() } else { format!("{} open", Grouped(node.open)) });
        notes
    }
}

fn time(ns: u64) -> String {
    if ns == 0 { "-".to_owned() } else { Duration(ns).to_string() }
}

/// The end of a text that is too long.
fn cut(text: &str, max: usize) -> String {
    let len = text.chars().count();
    if len <= max {
        return text.to_owned();
    }
    std::iter::once('…').chain(text.chars().skip(len + 1 - max.max(1))).collect()
}
