//! What came of the suite, for people.

use super::{CRATES, Crate, LEFT_OUT, Row};

const HEADS: [&str; 11] = [
    "crate",
    "version",
    "kind",
    "annotated",
    "sink",
    "places",
    "plain",
    "instrumented",
    "recorded",
    "different",
    "time",
];

/// The rows in columns, and the differences below.
pub fn text(rows: &[Row]) -> String {
    let lines: Vec<_> = std::iter::once(HEADS.map(str::to_owned)).chain(rows.iter().map(cells)).collect();
    let width = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; HEADS.len()] = std::array::from_fn(width);
    let mut text = String::new();
    for cells in &lines {
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            // Words to the left, numbers to the right.
            text += &if column < 5 { format!("{cell:width$}  ") } else { format!("{cell:>width$}  ") };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    for row in rows {
        for difference in &row.differences {
            text += &format!("{} ({}, {}): {difference}\n", row.tested.name, row.mode, row.sink);
        }
    }
    text
}

/// The rows, what was left out of them, and the crates that are not among them, as sections of a document. Crates that
/// are not among the rows keep those that they have in `before`, the same sections of an earlier run.
pub fn markdown(rows: &[Row], before: &str) -> String {
    let mut text = table(&HEADS, []);
    for listed in CRATES {
        let new = rows.iter().filter(|row| row.tested.name == listed.name);
        let new: String = new.map(|row| line(&cells(row))).collect();
        let head = format!("| {} | {} |", listed.name, listed.version);
        let old = before.split_inclusive('\n').filter(|line| line.starts_with(&head));
        text += &if new.is_empty() { old.collect() } else { new };
    }
    text += "\n## What is left out of them\n\n";
    text += &table(&["crate", "what", "why"], CRATES.iter().flat_map(left_out));
    text += "\n## Crates that are not in the list\n\n";
    text += &table(&["crate", "why"], LEFT_OUT.iter().map(|(name, reason)| [(*name).to_owned(), (*reason).to_owned()]));
    text
}

fn table<const N: usize>(heads: &[&str; N], lines: impl IntoIterator<Item = [String; N]>) -> String {
    let mut text = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(N));
    for cells in lines {
        text += &line(&cells);
    }
    text
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn cells(row: &Row) -> [String; HEADS.len()] {
    [
        row.tested.name.to_owned(),
        row.tested.version.to_owned(),
        row.tested.kind.to_owned(),
        row.mode.to_owned(),
        row.sink.to_owned(),
        row.places.to_string(),
        row.plain.to_string(),
        row.instrumented.to_string(),
        row.recorded.map_or_else(|| "-".to_owned(), |recorded| recorded.to_string()),
        row.differences.len().to_string(),
        ratio(row.seconds),
    ]
}

fn left_out(listed: &Crate) -> Vec<[String; 3]> {
    let cells = |what: String, why: &str| [listed.name.to_owned(), what, why.to_owned()];
    let lines = |what: &'static str, items: &'static [(&'static str, &'static str)]| {
        items.iter().map(move |(item, why)| cells(format!("{what} `{item}`"), why))
    };
    let names: Vec<_> = listed.without.iter().map(|name| format!("`{name}`")).collect();
    let without = (!names.is_empty())
        .then(|| cells(format!("dependencies {}", names.join(", ")), "for benchmarks and what else is left out"));
    let removed = lines("removed", listed.removed).chain(lines("not annotated:", listed.unannotated));
    removed
        .chain(lines("not run:", listed.skipped))
        .chain(lines("not recorded:", listed.unrecorded))
        .chain(without)
        .collect()
}

/// How many times as long it took, where it took long enough to say.
fn ratio([plain, instrumented]: [f64; 2]) -> String {
    if plain < 0.1 { "-".to_owned() } else { format!("{:.1}", instrumented / plain) }
}
