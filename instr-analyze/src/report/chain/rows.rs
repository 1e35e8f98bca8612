//! The lines of a chain, in blocks that are shown or folded as a whole.

use std::io::{self, Write};

use anstyle::Style;
use instr_format::escape::Printable;

use crate::model::chain::{Call, Counted, Open, Part};
use crate::model::package::package;
use crate::model::sites::Sites;
use crate::model::source_path::{is_local, short};
use crate::model::statement::Statement;
use crate::model::total::total;
use crate::report::number::{self, Grouped};
use crate::report::paint::Paint;

/// So many calls of a cycle are shown.
const OF_CYCLE: usize = 10;
/// So many functions are named where calls are counted.
const NAMED: usize = 3;

/// A line of a chain.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// How deep it is in cycles.
    depth: usize,
    /// How often the call has come, and where its statement is.
    pub(super) place: String,
    /// Its function.
    pub(super) path: String,
    /// Its statement, or all of a line that is not about one call.
    text: String,
    /// Whether the program's own workspace has the statement.
    is_own: bool,
    /// Whether it is the statement that the thread is in.
    pub(super) is_innermost: bool,
}

/// A part of a chain.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) rows: Vec<Row>,
    /// How many calls it stands for.
    pub(super) calls: u64,
    /// The functions, and how many calls each has.
    pub(super) functions: Vec<(String, u64)>,
    /// Of calls in dependencies alone: the packages.
    pub(super) packages: Option<Vec<String>>,
}

impl Row {
    fn note(text: String) -> Self {
        Row { text, ..Row::default() }
    }

    /// How far it stands from the margin.
    pub(super) fn indent(&self) -> usize {
        2 * self.depth
    }

    /// Writes the line, with columns of these widths.
    pub(super) fn write(&self, widths: [usize; 2], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let (mark, style) = match self {
            Row { is_innermost: true, .. } => ('>', paint.strong),
            Row { is_own: true, .. } => (' ', Style::new()),
            _ => (' ', paint.faint),
        };
        write!(out, "  {style}{mark} {:1$}", "", self.indent())?;
        if !self.path.is_empty() {
            let [place, path] = widths;
            let place = place.saturating_sub(self.indent());
            write!(out, "{:place$}  {:path$}  ", self.place, self.path)?;
        }
        writeln!(out, "{}{style:#}", self.text)
    }
}

impl Block {
    /// A line that is not about one call, in the place of so many.
    pub(super) fn note(text: String, calls: u64) -> Self {
        Block { rows: vec![Row::note(text)], calls, functions: Vec::new(), packages: None }
    }

    /// In the place of calls of which only these functions are told.
    pub(super) fn counted(calls: u64, functions: Vec<(String, u64)>) -> Self {
        let named: Vec<String> =
            functions.iter().take(NAMED).map(|(path, calls)| format!("{path} x{}", Grouped(*calls))).collect();
        let told = total(functions.iter().take(NAMED).map(|(_, calls)| *calls));
        let others = if told < calls { " and others" } else { "" };
        let text = format!("… {} in between: {}{others}", number::calls(calls), named.join(", "));
        Block { functions, ..Block::note(text, calls) }
    }
}

/// The parts of a chain, in their order.
pub(super) fn blocks(parts: &[Part], sites: &Sites) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut left_out = 0;
    for part in parts {
        if let Part::Call(Call { open: Open::LeftOut, repeats, .. }) = part {
            left_out += repeats;
            continue;
        }
        blocks.extend(left_out_by_filter(&mut left_out));
        blocks.push(block(part, sites));
    }
    blocks.extend(left_out_by_filter(&mut left_out));
    blocks
}

/// Marks the last statement as the one that the thread is in.
pub(super) fn mark_innermost(blocks: &mut [Block]) {
    let statements = blocks.iter_mut().flat_map(|block| &mut block.rows).filter(|row| !row.path.is_empty());
    statements.last().into_iter().for_each(|row| row.is_innermost = true);
}

fn left_out_by_filter(calls: &mut u64) -> Option<Block> {
    match std::mem::take(calls) {
        0 => None,
        calls => Some(Block::note(format!("… {} that the filter leaves out", number::calls(calls)), calls)),
    }
}

fn block(part: &Part, sites: &Sites) -> Block {
    match part {
        Part::Call(call) => of_call(call, sites),
        Part::Cycle { times, body } => of_cycle(*times, body, sites),
        Part::Missing(calls) => {
            let text = format!("… {} missing here: their memory died with the process", number::calls(*calls));
            Block::note(text, *calls)
        }
        Part::Counted(Counted { calls, functions }) => {
            let path = |id: u32| Printable(statement(id, sites).path().as_bytes()).to_string();
            Block::counted(*calls, functions.iter().map(|(id, calls)| (path(*id), *calls)).collect())
        }
    }
}

fn of_call(call: &Call, sites: &Sites) -> Block {
    let Some(id) = call.statement() else {
        let what = match call.open {
            Open::LeftOut => "a function that the filter leaves out",
            _ => "a function that has reached no statement: a signal handler, or one just entered",
        };
        return Block::note(format!("({what})"), call.repeats);
    };
    let statement = statement(id, sites);
    let is_own = is_local(&statement.file);
    let of = package(&statement);
    let version = of.version.map(|version| format!(" {version}")).unwrap_or_default();
    let package = Printable(format!("{}{version}", of.name).as_bytes()).to_string();
    let path = Printable(statement.path().as_bytes()).to_string();
    let row = Row {
        place: format!("{}:{}:{}", Printable(short(&statement.file).as_bytes()), statement.line, statement.column),
        path: path.clone(),
        text: format!("{}{}", Printable(statement.snippet.as_bytes()), other_turns(call, sites)),
        is_own,
        ..Row::default()
    };
    let packages = if is_own { None } else { Some(vec![package]) };
    Block { rows: vec![row], calls: call.repeats, functions: vec![(path, call.repeats)], packages }
}

// Output:   (other turns: 22:5, 24:5)
fn other_turns(call: &Call, sites: &Sites) -> String {
    let place = |id: &u32| {
        let Statement { line, column, .. } = statement(*id, sites);
        format!("{line}:{column}")
    };
    let places: Vec<String> = call.others.iter().map(place).collect();
    if places.is_empty() { String::new() } else { format!("  (other turns: {})", places.join(", ")) }
}

fn of_cycle(times: u64, body: &[Part], sites: &Sites) -> Block {
    let mut inner: Vec<Block> = body.iter().map(|part| block(part, sites)).collect();
    let calls = total(inner.iter().map(|block| block.calls));
    let packages: Option<Vec<Vec<String>>> = inner.iter().map(|block| block.packages.clone()).collect();
    let packages = packages.map(|packages| packages.concat());
    let functions = inner.iter_mut().flat_map(|block| std::mem::take(&mut block.functions)).collect();
    let mut rows: Vec<Row> = inner.into_iter().flat_map(|block| block.rows).collect();
    if let [row] = rows.as_mut_slice()
        && !row.path.is_empty()
    {
        row.place = format!("x{}  {}", Grouped(times), row.place);
        return Block { rows, calls, functions, packages };
    }
    if let left_out @ 1.. = rows.len().saturating_sub(OF_CYCLE) {
        rows.truncate(OF_CYCLE);
        rows.push(Row::note(format!("… {left_out} more lines of each turn")));
    }
    rows.iter_mut().for_each(|row| row.depth += 1);
    rows.insert(0, Row::note(format!("x{}", Grouped(times))));
    Block { rows, calls, functions, packages }
}

fn statement(id: u32, sites: &Sites) -> Statement {
    sites.statement(id).unwrap_or_else(|| Statement::unknown(id))
}
