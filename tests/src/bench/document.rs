//! docs/performance.md, written from what the benches have found.

use std::fmt::Write as _;

use super::figure::{Figure, digits};
use super::results::Results;
use super::tables::{Row, Table, Target};

/// The document's path in the repository.
pub const PATH: &str = "docs/performance.md";
/// The command that writes it.
pub const COMMAND: &str = "cargo run -p instr-tests --bin performance";

/// What the document says of one table.
#[derive(Debug)]
pub struct Part {
    /// A line for each target that is missed.
    missed: String,
    section: String,
}

impl Part {
    /// What was found.
    pub fn of(results: &Results) -> Self {
        Part { missed: missed(results), section: section(results) }
    }

    /// What the document has said so far.
    pub fn shown(table: &Table, document: &str) -> Option<Self> {
        let begin = document.find(&format!("\n## {}\n", table.title))? + 1;
        let end = document[begin..].find("\n## ").map_or(document.len(), |length| begin + length);
        let of_table = format!("- {}: ", table.title);
        let missed = document.split_inclusive('\n').filter(|line| line.starts_with(&of_table)).collect();
        Some(Part { missed, section: document[begin..end].to_owned() })
    }
}

/// The whole document.
pub fn document(parts: &[Part]) -> String {
    let mut text = format!(
        "# What it costs\n\nWritten by `{COMMAND}`, which runs the benches (`cargo bench -p instr-tests`). Every figure is the \
         median of alternating rounds, with the quartiles behind it where they differ; ratios are of figures within one \
         round. What is measured stays on one processor unless its section says otherwise. Absolute figures differ from machine to machine. A figure that has a target is followed by it.\n\n"
    );
    let missed: String = parts.iter().map(|part| part.missed.as_str()).collect();
    text += &if missed.is_empty() {
        "No target is missed.\n".to_owned()
    } else {
        format!("Targets that are missed:\n\n{missed}")
    };
    for part in parts {
        let _ = write!(text, "\n{}", part.section);
    }
    text
}

/// One table with what is around it.
pub fn section(results: &Results) -> String {
    let table = results.table;
    let mut text = format!("## {}\n\n{}\n\n", table.title, table.text);
    let _ = writeln!(text, "`cargo bench -p instr-tests --bench {}`: {}\n", table.bench, results.machine);
    let _ = writeln!(text, "| | {} |", table.columns.join(" | "));
    let _ = writeln!(text, "|---|{}", "---|".repeat(table.columns.len()));
    for row in table.rows {
        let cells: Vec<_> = table.columns.iter().map(|column| cell(results, row, column)).collect();
        let _ = writeln!(text, "| {} | {} |", row.name, cells.join(" | "));
    }
    text
}

fn cell(results: &Results, row: &Row, column: &str) -> String {
    if let Some(reason) = results.skipped.get(row.name) {
        return if results.table.columns[0] == column { format!("SKIP: {reason}") } else { String::new() };
    }
    let target = target(row, column);
    match (results.figures.get(&(row.name.to_owned(), column.to_owned())), target) {
        (None, _) => String::new(),
        (Some(figure), None) => shown(figure),
        (Some(figure), Some(target)) if target.is_met(figure.median) => format!("{}, {}", shown(figure), target),
        (Some(figure), Some(target)) => format!("**{}, missed {}**", shown(figure), target),
    }
}

/// The figures that are not as they should be.
fn missed(results: &Results) -> String {
    let mut text = String::new();
    for ((row, column), figure) in &results.figures {
        let row = results.table.rows.iter().find(|known| known.name == row).expect("a row of the table");
        if let Some(target) = target(row, column).filter(|target| !target.is_met(figure.median)) {
            let (title, name) = (results.table.title, row.name);
            let _ = writeln!(text, "- {title}: {name}, {column}: {}, {}", digits(figure.median), target);
        }
    }
    text
}

fn target(row: &Row, column: &str) -> Option<Target> {
    row.targets.iter().find(|(of, _)| *of == column).map(|(_, target)| *target)
}

fn shown(figure: &Figure) -> String {
    let [median, low, high] = [figure.median, figure.low, figure.high].map(digits);
    if low == high { median } else { format!("{median} ({low} to {high})") }
}
