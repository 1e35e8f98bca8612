//! `export`: a run in the format of another tool.

use std::io::{IsTerminal as _, Write as _, stdout};

use clap::{Args, ValueEnum};

use super::Failure;
use super::options::{Common, cannot_read, shown};
use crate::export::minidump::minidump;
use crate::run::load::{Run, Steps};

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    common: Common,
    /// What to make of it
    #[arg(long, value_enum)]
    format: Format,
    /// How many of its newest steps to tell of each thread; a loop is one
    #[arg(long, value_name = "N", default_value_t = 100)]
    history: usize,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A crash for debuggers and crash servers
    Minidump,
}

pub(crate) fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let Format::Minidump = arguments.format;
    let common = &arguments.common;
    let lists = common.lists();
    let filter = lists.filter()?;
    let mut dumps = Vec::new();
    for dir in common.find_runs()? {
        let run =
            Run::load(&dir, &filter, Steps::OfEach(arguments.history)).map_err(|error| cannot_read(&dir, &error))?;
        let refused = |error| Failure::Input(format!("cannot make a minidump of {}: {error}", shown(&dir)));
        dumps.extend(minidump(&run, common.context).map_err(refused)?);
    }
    match dumps.as_slice() {
        [] => Err(Failure::Nothing("no crash was recorded, of which a minidump could be made".to_owned())),
        [_] if common.writing.output.is_none() && stdout().is_terminal() => {
            Err(Failure::Input("a minidump is not written to a terminal; name a file with --output".to_owned()))
        }
        [dump] => {
            let mut out = common.open_output()?;
            out.write_all(dump)?;
            Ok(out.flush()?)
        }
        dumps => {
            let count = dumps.len();
            Err(Failure::Input(format!("{count} runs crashed and a minidump holds one; name the directory of one")))
        }
    }
}
