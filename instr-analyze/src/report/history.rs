//! What a thread did before, with its loops folded, and indented by how deep the calls were.

use std::collections::BTreeSet;
use std::io::{self, Write};

use instr_format::escape::Printable;
use serde::Serialize;

use super::json::JsonLast;
use super::number::Grouped;
use super::options::Options;
use super::paint::Paint;
use crate::model::flow::Exit;
use crate::model::fold::{Item, Loop};
use crate::model::history::{NEWEST, Part, Step};
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::Statement;

/// What is deeper is not indented further.
const INDENT_MAX: usize = 24;
/// The signs before lines, for what the indentation does not tell, and what is said of those that are there.
const BEGINS: char = '>';
const ENDS_BY_TRY: char = '?';
const UNWINDS: char = '!';
const SIGNS: [(char, &str); 3] =
    [(BEGINS, "a call begins"), (ENDS_BY_TRY, "a call ends by ?"), (UNWINDS, "a panic unwinds a call")];

/// The parts of a thread's history as lines.
struct Lines<'a> {
    sites: &'a Sites,
    paint: Paint,
    /// The depths that there are: what lies between them is not seen.
    depths: BTreeSet<i64>,
    /// The depth of the step above.
    above: Option<i64>,
    lines: Vec<Line>,
}

struct Line {
    sign: char,
    text: Vec<u8>,
}

/// Writes the parts below each other; `whose` is `its`, or names the thread.
pub(crate) fn write(
    (whose, parts, is_cut): (&str, &[Part<Step>], bool),
    sites: &Sites,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Lines { sites, paint: options.paint, depths: depths(parts), above: None, lines: Vec::new() };
    parts.iter().try_for_each(|part| lines.part(part))?;
    let lines = lines.lines;
    if lines.is_empty() {
        return Ok(());
    }
    let left_out = options.history_lines.map_or(0, |max| lines.len().saturating_sub(max));
    let shown = lines.get(left_out..).unwrap_or_default();
    let of = if is_cut { format!(" of the newest {} records", Grouped(NEWEST)) } else { String::new() };
    write!(out, "  {whose} last steps{of}, the newest last")?;
    let meanings = SIGNS.iter().filter(|(sign, _)| shown.iter().any(|line| line.sign == *sign));
    for (number, (sign, meaning)) in meanings.enumerate() {
        write!(out, "{}{sign} {meaning}", if number == 0 { "; " } else { ", " })?;
    }
    out.write_all(b":\n")?;
    if left_out > 0 {
        writeln!(out, "    … {left_out} more lines, which --history {} shows", parts.len())?;
    }
    shown.iter().try_for_each(|line| out.write_all(&line.text))
}

fn depths(parts: &[Part<Step>]) -> BTreeSet<i64> {
    fn add(item: &Item<Step>, depths: &mut BTreeSet<i64>) {
        match item {
            Item::Step(step) => {
                depths.insert(step.value.depth);
            }
            Item::Loop(Loop { body, .. }) => body.iter().for_each(|item| add(item, depths)),
        }
    }
    let mut depths = BTreeSet::new();
    for part in parts {
        if let Part::Item(item) = part {
            add(item, &mut depths);
        }
    }
    depths
}

impl Lines<'_> {
    fn part(&mut self, part: &Part<Step>) -> io::Result<()> {
        match part {
            Part::Item(found) => self.item(found, 0),
            Part::Missing(count) => {
                let text = format!("    {0}… {1} records are missing here{0:#}\n", self.paint.bad, Grouped(*count));
                self.lines.push(Line { sign: ' ', text: text.into_bytes() });
                Ok(())
            }
        }
    }

    // Output: > src/work.rs:12:5  demo::work::step  n / (n - 3)
    fn item(&mut self, item: &Item<Step>, loops: usize) -> io::Result<()> {
        match item {
            Item::Step(step) => self.step(&step.value, loops, None),
            Item::Loop(Loop { times, body, .. }) => {
                if let [Item::Step(step)] = body.as_slice() {
                    return self.step(&step.value, loops, Some(*times));
                }
                let mut text = self.beginning(shallowest(body).unwrap_or(0), loops, ' ')?;
                writeln!(text, "{0}x{1}{0:#}", self.paint.strong, Grouped(*times))?;
                self.lines.push(Line { sign: ' ', text });
                body.iter().try_for_each(|inner| self.item(inner, loops + 1))
            }
        }
    }

    fn step(&mut self, step: &Step, loops: usize, times: Option<u64>) -> io::Result<()> {
        let statement = Statement::of_record(&step.record.record(), self.sites);
        let sign = self.sign(step);
        self.above = Some(step.depth);
        let mut text = self.beginning(step.depth, loops, sign)?;
        if let Some(times) = times {
            write!(text, "{0}x{1}{0:#}  ", self.paint.strong, Grouped(times))?;
        }
        let (path, file) = (statement.path(), short(&statement.file));
        write!(text, "{}:{}:{}  ", Printable(file.as_bytes()), statement.line, statement.column)?;
        writeln!(text, "{}  {}", Printable(path.as_bytes()), Printable(statement.snippet.as_bytes()))?;
        self.lines.push(Line { sign, text });
        Ok(())
    }

    /// The most telling sign.
    fn sign(&self, step: &Step) -> char {
        match step.exits.first() {
            Some(Exit::Panic) => UNWINDS,
            // Its own call, or one around it that ended at once.
            Some(_) if step.exits.contains(&Exit::Try) => ENDS_BY_TRY,
            _ if step.is_entered && self.above.is_some_and(|above| above >= step.depth) => BEGINS,
            _ => ' ',
        }
    }

    fn beginning(&self, depth: i64, loops: usize, sign: char) -> io::Result<Vec<u8>> {
        let indent = 2 * (self.depths.range(..depth).count() + loops).min(INDENT_MAX);
        let mut text = Vec::new();
        write!(text, "  {:indent$}{sign} ", "")?;
        Ok(text)
    }
}

/// A turn can begin in a call, and go on where that was made.
fn shallowest(items: &[Item<Step>]) -> Option<i64> {
    let depth = |item: &Item<Step>| match item {
        Item::Step(step) => Some(step.value.depth),
        Item::Loop(found) => shallowest(&found.body),
    };
    items.iter().filter_map(depth).min()
}

/// A part as JSON.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum JsonPart {
    Step(JsonStep),
    Loop { times: u64, records: u64, body: Vec<JsonPart> },
    Missing { missing: u64 },
}

#[derive(Serialize)]
pub(crate) struct JsonStep {
    #[serde(flatten)]
    record: JsonLast,
    /// How many calls it is deeper than the outermost step.
    depth: i64,
    /// Whether a call began with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    entered: bool,
    /// Whether it is a loop's header that was reached again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    turn: bool,
    /// How calls ended behind it, innermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<Exit>,
}

impl JsonPart {
    pub(crate) fn new(part: &Part<Step>, sites: &Sites) -> Self {
        match part {
            Part::Item(item) => JsonPart::of_item(item, sites),
            Part::Missing(count) => JsonPart::Missing { missing: *count },
        }
    }

    fn of_item(item: &Item<Step>, sites: &Sites) -> Self {
        match item {
            Item::Step(step) => {
                let Step { record, depth, is_entered, is_turn, exits } = &step.value;
                let record = JsonLast::of_record(&record.record(), sites);
                let (depth, left) = (*depth, exits.clone());
                JsonPart::Step(JsonStep { record, depth, entered: *is_entered, turn: *is_turn, left })
            }
            Item::Loop(Loop { times, body, .. }) => {
                let body = body.iter().map(|item| JsonPart::of_item(item, sites)).collect();
                JsonPart::Loop { times: *times, records: item.steps(), body }
            }
        }
    }
}
