//! The branches that a thread took before its end.

use std::io::{self, Write};

use instr_format::escape::Printable;
use instr_format::sites::BlockKind;
use serde::Serialize;

use super::number::Grouped;
use super::options::Options;
use crate::model::crumbs::{Crumb, Way};
use crate::model::fold::{Item, Loop};
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::run::breadcrumbs::Breadcrumbs;

/// What stands before those that no earlier run took.
const FRESH: &str = "new";

/// Writes the branches below each other.
pub(crate) fn write(crumbs: &Breadcrumbs, sites: &Sites, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paint = options.paint;
    if crumbs.items.is_empty() {
        return writeln!(out, "  no branches are known: its records tell of none");
    }
    write!(out, "  the branches that it took, the newest last")?;
    match (crumbs.earlier, crumbs.fresh.len()) {
        (0, _) => writeln!(out, "; no earlier run of this build that ended well is there to compare them with:")?,
        (1, _) => writeln!(out, "; {FRESH}: the earlier run that ended well did not:")?,
        (runs, _) => writeln!(out, "; {FRESH}: none of {runs} earlier runs that ended well did:")?,
    }
    let mut lines = Vec::new();
    add_lines(&crumbs.items, 0, &mut lines);
    let width =
        lines.iter().filter_map(|(_, line)| Some(place(sites, line.as_ref().ok()?.id).len())).max().unwrap_or(0);
    for (depth, line) in lines {
        let indent = 2 * depth;
        match line {
            Err(times) => writeln!(out, "        {:indent$}{1}x{2}{1:#}", "", paint.strong, Grouped(times))?,
            Ok(crumb) => {
                let mark = if crumbs.fresh.contains(&(crumb.id, crumb.way)) { FRESH } else { "" };
                let Shown { way, to_line } = Shown::new(sites, crumb);
                write!(out, "    {0}{mark:3}{0:#} {1:indent$}{2:width$}  ", paint.bad, "", place(sites, crumb.id))?;
                write!(out, "{}  {}", Printable(header(sites, crumb.id).as_bytes()), Printable(way.text().as_bytes()))?;
                match to_line {
                    Some(line) => writeln!(out, ", to line {line}")?,
                    None => out.write_all(b"\n")?,
                }
            }
        }
    }
    Ok(())
}

/// A branch, or how often what is below it came; each with how many loops are around.
fn add_lines(items: &[Item<Crumb>], depth: usize, lines: &mut Vec<(usize, Result<Crumb, u64>)>) {
    for item in items {
        match item {
            Item::Step(step) => lines.push((depth, Ok(step.value))),
            Item::Loop(Loop { times, body, .. }) => {
                lines.push((depth, Err(*times)));
                add_lines(body, depth + 1, lines);
            }
        }
    }
}

fn place(sites: &Sites, id: u32) -> String {
    let Some(statement) = sites.statement(id) else { return String::new() };
    format!("{}:{}:{}", Printable(short(&statement.file).as_bytes()), statement.line, statement.column)
}

/// The statement up to its first block.
fn header(sites: &Sites, id: u32) -> String {
    let snippet = sites.statement(id).map(|statement| statement.snippet).unwrap_or_default();
    snippet.split(" {").next().unwrap_or_default().to_owned()
}

/// What a way is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "way", rename_all = "kebab-case")]
pub(crate) enum Named {
    True,
    False,
    ElseIf,
    Arm { pattern: Option<String> },
    Matched,
    Unmatched,
    Left { turns: u64 },
    Try,
}

/// A branch as it is shown.
struct Shown {
    way: Named,
    /// Where the first statement of the block is, if that is another line.
    to_line: Option<u64>,
}

impl Shown {
    fn new(sites: &Sites, crumb: Crumb) -> Self {
        let kinds: Vec<_> = sites.shape(crumb.id).blocks().collect();
        let kind = |block: u32| kinds.get(block as usize).copied().unwrap_or(BlockKind::Plain);
        let way = match crumb.way {
            Way::Left(turns) => Named::Left { turns },
            Way::Try => Named::Try,
            Way::Without(block) if kind(block) == BlockKind::LetElse => Named::Matched,
            Way::Without(_) => Named::False,
            Way::Block(block) => match kind(block) {
                BlockKind::ElseIf => Named::ElseIf,
                BlockKind::Else => Named::False,
                BlockKind::LetElse => Named::Unmatched,
                BlockKind::FirstArm | BlockKind::Arm => {
                    let is_arm = |kind: &&BlockKind| matches!(kind, BlockKind::FirstArm | BlockKind::Arm);
                    let number = kinds.iter().take(block as usize).filter(is_arm).count();
                    Named::Arm { pattern: sites.patterns(crumb.id).nth(number) }
                }
                _ => Named::True,
            },
        };
        let line = |id: u32| sites.statement(id).map(|statement| statement.line);
        let to = match crumb.way {
            Way::Block(block) => sites.structure().first_in(crumb.id, block).and_then(line),
            _ => None,
        };
        Shown { way, to_line: to.filter(|to| Some(*to) != line(crumb.id)) }
    }
}

impl Named {
    fn text(&self) -> String {
        match self {
            Named::True => "true".to_owned(),
            Named::False => "false".to_owned(),
            Named::ElseIf => "the condition of an `else if` was true".to_owned(),
            Named::Arm { pattern: Some(pattern) } => format!("arm `{pattern}`"),
            Named::Arm { pattern: None } => "an arm".to_owned(),
            Named::Matched => "matched".to_owned(),
            Named::Unmatched => "did not match".to_owned(),
            Named::Left { turns: 0 } => "did not turn".to_owned(),
            Named::Left { turns: 1 } => "left after 1 turn".to_owned(),
            Named::Left { turns } => format!("left after {} turns", Grouped(*turns)),
            Named::Try => "left the function by `?`".to_owned(),
        }
    }
}

/// The branches as JSON.
#[derive(Serialize)]
pub(crate) struct JsonBreadcrumbs {
    tid: u64,
    reuse: u64,
    /// How many earlier runs of this build that ended well there are to compare with.
    earlier_runs: usize,
    branches: Vec<JsonPart>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum JsonPart {
    Branch(JsonBranch),
    Loop { times: u64, body: Vec<JsonPart> },
}

#[derive(Serialize)]
struct JsonBranch {
    #[serde(flatten)]
    statement: Option<Statement>,
    #[serde(flatten)]
    way: Named,
    to_line: Option<u64>,
    /// Whether none of the earlier runs took it.
    is_new: bool,
}

impl JsonBreadcrumbs {
    pub(crate) fn new(crumbs: &Breadcrumbs, sites: &Sites) -> Self {
        let branches = crumbs.items.iter().map(|item| JsonPart::new(item, crumbs, sites)).collect();
        JsonBreadcrumbs { tid: crumbs.tid, reuse: crumbs.reuse, earlier_runs: crumbs.earlier, branches }
    }
}

impl JsonPart {
    fn new(item: &Item<Crumb>, crumbs: &Breadcrumbs, sites: &Sites) -> Self {
        match item {
            Item::Step(step) => {
                let crumb = step.value;
                let Shown { way, to_line } = Shown::new(sites, crumb);
                let is_new = crumbs.fresh.contains(&(crumb.id, crumb.way));
                JsonPart::Branch(JsonBranch { statement: sites.statement(crumb.id), way, to_line, is_new })
            }
            Item::Loop(Loop { times, body, .. }) => {
                let body = body.iter().map(|item| JsonPart::new(item, crumbs, sites)).collect();
                JsonPart::Loop { times: *times, body }
            }
        }
    }
}
