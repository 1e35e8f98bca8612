//! Coverage: whether programs are to keep it, and how much they have reached.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

use instr_analyze::model::coverage::merge;
use instr_analyze::model::filter::Filter;
use instr_analyze::report::coverage::text::in_a_line;
use instr_analyze::run::coverage::Covered;
use instr_format::names;
use instr_format::value::switch;

use crate::config::Config;
use crate::failure::Failure;

/// What `INSTR_COVERAGE` is to be for the programs that run; `None`: what it is. The `option` goes before the variable, and that
/// before `instr.toml`.
///
/// # Errors
/// When `instr.toml` asks for what another tool makes.
pub fn asked(option: Option<&str>, config: &Config) -> Result<Option<String>, Failure> {
    if option.is_some() || env::var_os(names::COVERAGE).is_some_and(|value| !value.is_empty()) {
        return Ok(option.map(str::to_owned));
    }
    match config.coverage() {
        // Edges are kept without being told.
        None | Some("sancov") => Ok(None),
        Some("instr") => Ok(Some(names::COVERAGE_COUNTS.to_owned())),
        Some(other) => Err(Failure(format!(
            "instrumentation.coverage.backend = \"{other}\" is not made by this command; \"instr\" and \"sancov\" are"
        ))),
    }
}

/// Whether programs keep it, where this is what they were [asked].
pub fn is_kept(asked: Option<&str>) -> bool {
    asked.is_some() || env::var(names::COVERAGE).is_ok_and(|value| !value.is_empty() && switch(&value) != Some(false))
}

/// Says how much these runs have reached.
///
/// # Errors
/// When that cannot be written.
pub fn say(runs: &[PathBuf], out: &mut dyn Write) -> io::Result<()> {
    let Ok(filter) = Filter::new("", "", "") else { return Ok(()) };
    let Ok(covered) = Covered::read(runs, &filter) else { return Ok(()) };
    match merge(&covered.programs) {
        _ if covered.runs.is_empty() => Ok(()),
        Ok(coverage) => writeln!(out, "instr: {}; `cargo instr coverage` says which", in_a_line(&coverage)),
        // The verb says why.
        Err(_) => writeln!(out, "instr: `cargo instr coverage` says what was reached"),
    }
}
