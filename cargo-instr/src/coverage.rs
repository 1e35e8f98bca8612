//! Coverage: whether programs are to keep it.

use std::env;

use instr_format::names;

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
