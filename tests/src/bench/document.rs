//! docs/performance.md, written from what the benches have found.

use std::fmt::Write as _;

use super::figure::{Figure, digits};
use super::results::Results;
use super::tables::{Row, Target};

/// The document's path in the repository.
pub const PATH: &str = "docs/performance.md";
/// The command that writes it.
pub const COMMAND: &str = "cargo run -p instr-tests --bin performance";

/// The whole document.
pub fn document(all: &[Results]) -> String {
    let mut text = format!(
        "# What it costs\n\nWritten by `{COMMAND}`, which runs the benches (`cargo bench -p instr-tests`). Every figure is the \
         median of alternating rounds, with the quartiles behind it where they differ; ratios are of figures within one \
         round. What is measured stays on one processor. Absolute figures differ from machine to machine. A figure that has a target is followed by it.\n\n"
    );
    text += &missed(all);
    for results in all {
        let _ = write!(text, "\n{}", section(results));
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
fn missed(all: &[Results]) -> String {
    let mut text = String::new();
    for results in all {
        for ((row, column), figure) in &results.figures {
            let row = results.table.rows.iter().find(|known| known.name == row).expect("a row of the table");
            if let Some(target) = target(row, column).filter(|target| !target.is_met(figure.median)) {
                let (title, name) = (results.table.title, row.name);
                let _ = writeln!(text, "- {title}: {name}, {column}: {}, {}", digits(figure.median), target);
            }
        }
    }
    if text.is_empty() { "No target is missed.\n".to_owned() } else { format!("Targets that are missed:\n\n{text}") }
}

fn target(row: &Row, column: &str) -> Option<Target> {
    row.targets.iter().find(|(of, _)| *of == column).map(|(_, target)| *target)
}

fn shown(figure: &Figure) -> String {
    let [median, low, high] = [figure.median, figure.low, figure.high].map(digits);
    if low == high { median } else { format!("{median} ({low} to {high})") }
}
