//! What a bench has found: kept between runs of different benches, until the document is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::document;
use super::figure::Figure;
use super::tables::Table;
use crate::machine::{commit, machine};
use crate::package::build_directory;
use crate::skip::skip;

/// The results of one table.
#[derive(Debug)]
pub struct Results {
    /// The table.
    pub table: &'static Table,
    /// When and where.
    pub machine: String,
    /// Figures by row and column.
    pub figures: BTreeMap<(String, String), Figure>,
    /// Rows that could not be measured here, and why.
    pub skipped: BTreeMap<String, String>,
}

impl Results {
    /// Of a table, with nothing in it.
    pub fn new(table: &'static Table) -> Self {
        let machine = format!("commit {}, {}", commit(), machine());
        Results { table, machine, figures: BTreeMap::new(), skipped: BTreeMap::new() }
    }

    /// Fills a cell.
    ///
    /// # Panics
    /// When the table has no such cell.
    pub fn set(&mut self, row: &str, column: &str, figure: Figure) {
        self.check_row(row);
        assert!(self.table.columns.contains(&column), "no column {column:?} in {:?}", self.table.title);
        self.figures.insert((row.to_owned(), column.to_owned()), figure);
    }

    /// Says why a row is empty.
    ///
    /// # Panics
    /// When the table has no such row.
    pub fn skip(&mut self, row: &str, reason: &str) {
        self.check_row(row);
        skip(&format!("{}: {row}", self.table.title), reason);
        self.skipped.insert(row.to_owned(), reason.to_owned());
    }

    fn check_row(&self, row: &str) {
        let known = self.table.rows.iter().any(|known| known.name == row);
        assert!(known, "no row {row:?} in {:?}", self.table.title);
    }

    /// Prints the table and keeps it for the document.
    ///
    /// # Panics
    /// When a row has been forgotten, or the results cannot be kept.
    pub fn finish(self) {
        for row in self.table.rows {
            let is_filled = self.figures.keys().any(|(name, _)| name == row.name);
            assert!(is_filled || self.skipped.contains_key(row.name), "nothing was found for {:?}", row.name);
        }
        println!("{}", document::section(&self));
        let path = path(self.table);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory for results");
        fs::write(path, self.to_json().to_string()).expect("room for results");
    }

    /// What the last run of the table's bench has found.
    ///
    /// # Errors
    /// When it has not run, or what it has left is not of this table.
    pub fn kept(table: &'static Table) -> Result<Self, String> {
        let path = path(table);
        let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let json = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::from_json(table, &json).ok_or_else(|| format!("{}: not of this version", path.display()))
    }

    fn to_json(&self) -> Value {
        let figures = self.figures.iter().map(|((row, column), figure)| json!([row, column, figure.to_json()]));
        let skipped: Map<_, _> = self.skipped.iter().map(|(row, reason)| (row.clone(), json!(reason))).collect();
        json!({ "machine": self.machine, "figures": figures.collect::<Vec<_>>(), "skipped": skipped })
    }

    fn from_json(table: &'static Table, json: &Value) -> Option<Self> {
        let mut results = Results { machine: json["machine"].as_str()?.to_owned(), ..Results::new(table) };
        for figure in json["figures"].as_array()? {
            let text = |index: usize| Some(figure[index].as_str()?.to_owned());
            results.figures.insert((text(0)?, text(1)?), Figure::from_json(&figure[2])?);
        }
        for (row, reason) in json["skipped"].as_object()? {
            results.skipped.insert(row.clone(), reason.as_str()?.to_owned());
        }
        Some(results)
    }
}

fn path(table: &Table) -> PathBuf {
    build_directory().join("bench").join(format!("{}.json", table.title.replace(|c: char| !c.is_alphanumeric(), "-")))
}
