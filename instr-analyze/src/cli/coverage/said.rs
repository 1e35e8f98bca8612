//! What `coverage` says on stderr: what is missing, and how to have it.

use std::io::{self, Write as _};
use std::path::PathBuf;

use instr_format::escape::Printable;

use crate::cli::Failure;
use crate::cli::damage;
use crate::cli::options::shown;
use crate::model::coverage::Ratio;
use crate::report::coverage::percent;
use crate::run::coverage::Covered;

/// How to have coverage of a run.
pub(super) const WAY_OUT: &str = "run the program with INSTR_COVERAGE=1, or with `cargo instr test --coverage`";

/// So many runs are named.
const NAMED: usize = 5;

/// Says what is wrong with the runs.
pub(super) fn warn(covered: &Covered) {
    damage::warn(covered.damage.iter().map(|(dir, damage)| (dir.as_path(), damage)));
    let mut lines = Vec::new();
    for (dir, changed) in &covered.changed {
        lines.push(format!("{}: {}", shown(dir), Printable(changed.to_string().as_bytes())));
    }
    if let Some(runs) = named(&covered.without).filter(|_| !covered.runs.is_empty()) {
        lines.push(format!("without coverage: {runs}; {WAY_OUT}"));
    }
    if let Some(runs) = named(&covered.filtered) {
        lines.push(format!(
            "a filter kept statements from being counted: {runs}; INSTR_COVERAGE=counts counts them all the same"
        ));
    }
    let mut stderr = io::stderr().lock();
    for line in lines {
        // Nobody is left to tell when this fails.
        let _ = writeln!(stderr, "instr-analyze: {line}");
    }
}

fn named(runs: &[PathBuf]) -> Option<String> {
    let names: Vec<String> = runs.iter().take(NAMED).map(|run| shown(run)).collect();
    let names = names.join(", ");
    match runs.len() {
        0 => None,
        count if count > NAMED => Some(format!("{names} and {} more", count - NAMED)),
        _ => Some(names),
    }
}

/// Fails if fewer percent of the lines were reached than asked for.
pub(super) fn fail_under(asked: Option<f64>, lines: Ratio) -> Result<(), Failure> {
    let (Some(asked), Some(found)) = (asked, lines.percent()) else { return Ok(()) };
    if found >= asked {
        return Ok(());
    }
    let found = percent(lines).unwrap_or_default();
    Err(Failure::Short(format!(
        "{found} % of the lines were reached ({} of {}), less than --fail-under {asked} %",
        lines.hit, lines.all
    )))
}
