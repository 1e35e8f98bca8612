//! Why no crash could be recorded: there was no handler.

use instr_format::names::CRASH;
use instr_format::value::switch;
use serde::Serialize;

use crate::model::process::Process;

/// Why there was no crash handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unwatched {
    /// `INSTR_CRASH` said so.
    Off,
    /// The program's `main` is not Rust's, and nobody asked for one.
    ForeignMain,
}

impl Unwatched {
    /// From the settings, and from what the process noted of its `main`.
    pub(super) fn new(process: &Process, foreign_main: bool) -> Option<Self> {
        let is_off = process.settings.get(CRASH).and_then(|value| switch(value)) == Some(false);
        is_off.then_some(Unwatched::Off).or_else(|| foreign_main.then_some(Unwatched::ForeignMain))
    }
}
