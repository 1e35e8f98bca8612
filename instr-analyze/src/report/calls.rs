//! The calls that led to a crash, as far as the report of a thread needs them.

use std::io::{self, Write};

use instr_format::escape::Printable;

use crate::model::source_path::{in_toolchain, short};
use crate::model::statement::Statement;
use crate::run::load::Run;
use crate::run::source::is_ours_alone;
use crate::run::symbols::{FRAMES_MAX, Function, backtrace};

/// Says what called the closure in whose statement the run crashed, if the unwind tables know.
pub(super) fn closures_caller(run: &Run, statement: &Statement, out: &mut dyn Write) -> io::Result<()> {
    let Some(crash) = &run.crash else { return Ok(()) };
    let frames = backtrace(crash, is_ours_alone(&run.dir), FRAMES_MAX);
    let functions: Vec<&Function> = frames.iter().flat_map(|frame| &frame.functions).collect();
    let Some(at) = functions.iter().position(|function| is_at(function, statement)) else { return Ok(()) };
    let Some(caller) = functions.iter().skip(at + 1).find(|function| is_users(function)) else { return Ok(()) };
    let (Some(name), Some(file), Some(line)) = (&caller.name, &caller.file, caller.line) else { return Ok(()) };
    let file = below_current_directory(file);
    writeln!(out, "  called from {} at {}:{line}", Printable(name.as_bytes()), Printable(file.as_bytes()))
}

fn is_at(function: &Function, statement: &Statement) -> bool {
    let is_closure = function.name.as_deref().is_some_and(|name| name.contains("{{closure}}"));
    is_closure && function.file.as_deref().is_some_and(|file| file.ends_with(&statement.file))
}

/// Whether a caller is neither the standard library's nor the runtime's.
fn is_users(function: &Function) -> bool {
    let is_named = |name: &str| !name.starts_with("instr_runtime::") && !name.starts_with('<');
    let file = function.file.as_deref();
    function.name.as_deref().is_some_and(is_named) && file.is_some_and(|file| in_toolchain(file).is_none())
}

/// The path for people who are where we are.
pub(super) fn below_current_directory(file: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let below = std::path::Path::new(file).strip_prefix(here).ok().and_then(|path| path.to_str());
    below.map_or_else(|| short(file), str::to_owned)
}
