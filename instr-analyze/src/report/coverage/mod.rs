//! What runs have reached, one format a file.

pub mod cobertura;
pub mod diff;
pub mod html;
pub mod json;
pub mod lcov;
pub mod text;

use std::path::Path;

use instr_format::escape::Printable;

use crate::model::coverage::{Coverage, Ratio};
use crate::run::coverage::Covered;

/// What is written.
#[derive(Debug)]
pub struct Shown<'a> {
    /// What was reached.
    pub coverage: &'a Coverage,
    /// The runs that have reached it.
    pub covered: &'a Covered,
}

/// A path as text of which a terminal obeys nothing.
fn shown(path: &Path) -> String {
    Printable(path.as_os_str().as_encoded_bytes()).to_string()
}

fn printable(text: &str) -> String {
    Printable(text.as_bytes()).to_string()
}

/// In hundredths, with one digit behind the point, cut and not rounded: what is not whole never shows as 100.
pub(crate) fn percent(Ratio { hit, all }: Ratio) -> Option<String> {
    let tenths = u128::from(hit) * 1000 / u128::from(Some(all).filter(|all| *all > 0)?);
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}
