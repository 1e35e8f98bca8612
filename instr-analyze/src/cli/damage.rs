//! Damage on stderr, and the failure that files bring which could not be read at all.

use std::io::{self, Write as _};
use std::path::Path;

use instr_format::escape::Printable;

use super::Failure;
use super::options::shown;
use crate::model::damage::{Damage, DamageKind};
use crate::model::filter::Filter;
use crate::model::source_path::is_local;
use crate::run::changed::changed;
use crate::run::files::RunFiles;
use crate::run::source::Roots;

/// Prints one line for each piece of damage, with the directory of its run.
pub(crate) fn warn<'a>(damage: impl IntoIterator<Item = (&'a Path, &'a Damage)>) {
    let mut stderr = io::stderr().lock();
    for (dir, damage) in damage {
        // Nobody is left to tell when this fails.
        let _ = writeln!(stderr, "instr-analyze: {}: {}", shown(dir), Printable(damage.to_string().as_bytes()));
    }
}

/// Prints one line for each source file that is not what was recorded, of those that the filter takes.
pub(crate) fn warn_of_changes(run: &RunFiles, filter: &Filter<'_>) {
    let is_wanted = |file: &str| is_local(file) && filter.takes_file(file);
    let mut stderr = io::stderr().lock();
    for changed in changed(&Roots::new(&run.dir, &run.process), &run.sites, is_wanted) {
        // As above.
        let _ = writeln!(stderr, "instr-analyze: {}: {}", shown(&run.dir), Printable(changed.to_string().as_bytes()));
    }
}

/// Fails when any of the damage is a whole file; what could be read has been shown then.
pub(crate) fn refuse<'a>(damage: impl IntoIterator<Item = &'a Damage>) -> Result<(), Failure> {
    match damage.into_iter().filter(|damage| is_whole_file(damage)).count() {
        0 => Ok(()),
        1 => Err(Failure::Input("1 file could not be read; all else is shown".to_owned())),
        count => Err(Failure::Input(format!("{count} files could not be read; all else is shown"))),
    }
}

/// Whether a file was refused altogether.
pub(crate) fn is_whole_file(damage: &Damage) -> bool {
    matches!(damage.kind, DamageKind::Version | DamageKind::Unreadable)
}
