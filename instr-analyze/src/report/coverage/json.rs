//! Coverage for programs.

use std::io::{self, Write};

use instr_format::names::SCHEMA_VERSION;
use serde::Serialize;

use super::{Shown, percent};
use crate::model::coverage::{Branch, BranchKind, File, Hits, Ratio, Totals, Way};
use crate::report::object;

#[derive(Serialize)]
struct JsonCoverage<'a> {
    schema_version: u32,
    runs: Vec<String>,
    totals: JsonTotals,
    untouched: usize,
    files: Vec<JsonFile<'a>>,
}

#[derive(Serialize)]
struct JsonTotals {
    lines: JsonRatio,
    functions: JsonRatio,
    branches: JsonRatio,
}

#[derive(Serialize)]
struct JsonRatio {
    hit: u64,
    all: u64,
    percent: Option<f64>,
}

#[derive(Serialize)]
struct JsonFile<'a> {
    file: &'a str,
    path: Option<String>,
    totals: JsonTotals,
    lines: Vec<JsonLine>,
    functions: Vec<JsonFunction<'a>>,
    branches: Vec<JsonBranch<'a>>,
}

#[derive(Serialize)]
struct JsonLine {
    line: u64,
    hits: u64,
}

#[derive(Serialize)]
struct JsonFunction<'a> {
    line: u64,
    function: &'a str,
    hits: u64,
}

#[derive(Serialize)]
struct JsonBranch<'a> {
    line: u64,
    column: u64,
    kind: BranchKind,
    ways: Vec<JsonWay<'a>>,
}

#[derive(Serialize)]
struct JsonWay<'a> {
    way: Way,
    /// Of an arm, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'a str>,
    hits: Option<u64>,
}

/// Writes the document.
///
/// # Errors
/// When the output cannot be written.
pub fn write(shown: &Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Shown { coverage, covered } = shown;
    let file = |(name, file)| json_file(name, file, covered.source(name).map(|(path, _)| super::shown(&path)));
    let document = JsonCoverage {
        schema_version: SCHEMA_VERSION,
        runs: covered.runs.iter().map(|run| super::shown(run)).collect(),
        totals: json_totals(coverage.totals()),
        untouched: covered.untouched.len(),
        files: coverage.files.iter().map(file).collect(),
    };
    object::write_pretty(&document, out)
}

fn json_file<'a>(name: &'a String, file: &'a File, path: Option<String>) -> JsonFile<'a> {
    let functions = file.functions.iter();
    JsonFile {
        file: name,
        path,
        totals: json_totals(file.totals()),
        lines: file.lines.iter().map(|(number, line)| JsonLine { line: *number, hits: line.count() }).collect(),
        functions: functions
            .map(|function| JsonFunction { line: function.line, function: &function.path, hits: function.hits.least })
            .collect(),
        branches: file.branches.iter().map(json_branch).collect(),
    }
}

fn json_branch(branch: &Branch) -> JsonBranch<'_> {
    let way = |(number, (way, hits)): (usize, &(Way, Hits))| JsonWay {
        way: *way,
        pattern: branch.patterns.get(number).map(String::as_str),
        hits: hits.known(),
    };
    JsonBranch {
        line: branch.line,
        column: branch.column,
        kind: branch.kind,
        ways: branch.ways.iter().enumerate().map(way).collect(),
    }
}

fn json_totals(Totals { lines, functions, branches }: Totals) -> JsonTotals {
    JsonTotals { lines: ratio(lines), functions: ratio(functions), branches: ratio(branches) }
}

fn ratio(ratio: Ratio) -> JsonRatio {
    let percent = percent(ratio).and_then(|percent| percent.parse().ok());
    JsonRatio { hit: ratio.hit, all: ratio.all, percent }
}
