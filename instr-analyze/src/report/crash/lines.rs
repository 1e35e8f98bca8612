//! The calls that led to a crash, for people.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, Write};

use instr_format::escape::Printable;

use super::calls::Step;
use crate::model::fold::{Folder, Item, Loop};
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::report::number::Grouped;
use crate::report::paint::Paint;
use crate::run::symbols::{Frame, Function};

/// Writes the calls, innermost first, with their recursion folded.
pub(super) fn write(steps: &[Step<'_>], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\ncalls, innermost first")?;
    let mut folder = Folder::default();
    let mut items = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        folder.push(key(step), number, &mut |item| items.push(item));
    }
    folder.finish(&mut |item| items.push(item));
    items.iter().try_for_each(|found| item(found, steps, 0, paint, out))
}

/// The same for steps that are alike: in the same functions, wherever in these.
fn key(step: &Step<'_>) -> u64 {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    match step {
        Step::Frame(_, frame, functions) if functions.is_empty() => hasher.hash_one((&frame.module, &frame.address)),
        Step::Frame(_, _, functions) => {
            let names = functions.iter().map(|(function, open)| (&function.name, &function.file, open.is_some()));
            hasher.hash_one(names.collect::<Vec<_>>())
        }
        Step::Open(statement) => hasher.hash_one((&statement.file, statement.path())),
    }
}

fn item(item_: &Item<usize>, steps: &[Step<'_>], depth: usize, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    match item_ {
        Item::Step(found) => steps.get(found.value).map_or(Ok(()), |found| step(found, depth, paint, out)),
        Item::Loop(Loop { times, body, .. }) => {
            writeln!(out, "{:1$}{2}x{3}{2:#}", "", 2 * depth, paint.strong, Grouped(*times))?;
            body.iter().try_for_each(|inner| item(inner, steps, depth + 1, paint, out))
        }
    }
}

fn step(step: &Step<'_>, depth: usize, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let indent = 2 * depth;
    match step {
        Step::Frame(number, frame, functions) => {
            write!(out, "{:indent$}{number:>4}  {:>18}", "", Printable(frame.address.as_bytes()))?;
            if functions.is_empty() {
                let module = frame.module.as_deref().unwrap_or("unknown memory");
                let since = if frame.replaced { ", which has been replaced since" } else { "" };
                writeln!(out, "  in {}{since}", Printable(module.as_bytes()))?;
            }
            for (at, found) in functions.iter().enumerate() {
                if at > 0 {
                    write!(out, "{:1$}", "", 24 + indent)?;
                }
                let end = if at + 1 < functions.len() { ", inlined into" } else { "" };
                function(found, frame, end, paint, out)?;
            }
            Ok(())
        }
        Step::Open(statement) => {
            let (strong, path, file) = (paint.strong, statement.path(), short(&statement.file));
            write!(out, "{:indent$}{:>4}  {:>18}  ", "", "", "without a frame")?;
            write!(out, "{strong}{}{strong:#} at ", Printable(path.as_bytes()))?;
            write!(out, "{}:{}", Printable(file.as_bytes()), statement.line)?;
            writeln!(out, ": {}", Printable(statement.snippet.as_bytes()))
        }
    }
}

fn function(
    (function, open): &(&Function, Option<Statement>),
    frame: &Frame,
    end: &str,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let strong = paint.strong;
    let name = function.name.as_deref().unwrap_or("an unknown function");
    write!(out, "  {strong}{}{strong:#}", Printable(name.as_bytes()))?;
    match (&function.file, function.line) {
        (Some(file), Some(line)) => write!(out, " at {}:{line}", Printable(file.as_bytes()))?,
        _ => write!(out, " in {}", Printable(frame.module.as_deref().unwrap_or_default().as_bytes()))?,
    }
    if let Some(statement) = open {
        write!(out, ": {}", Printable(statement.snippet.as_bytes()))?;
    }
    writeln!(out, "{end}")
}
