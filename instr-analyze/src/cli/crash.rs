//! `crash`: the signal that ended each run, and how its thread came where it was.

use std::io::Write as _;

use clap::Args;

use super::Failure;
use super::options::{Common, Format, cannot_read};
use crate::report::crash;
use crate::report::options::Options;
use crate::run::load::{Run, Steps};
use crate::run::{source, symbols};

#[derive(Debug, Args)]
pub(crate) struct CrashArguments {
    #[command(flatten)]
    common: Common,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many of its thread's newest steps to show; a loop is one
    #[arg(long, value_name = "N", default_value_t = 10)]
    history: usize,
}

pub(crate) fn run(arguments: &CrashArguments) -> Result<(), Failure> {
    let common = &arguments.common;
    let lists = common.lists();
    let filter = lists.filter()?;
    let mut crashes = Vec::new();
    for dir in common.find_runs()? {
        let run =
            Run::load(&dir, &filter, Steps::OfEach(arguments.history)).map_err(|error| cannot_read(&dir, &error))?;
        if let Some(crash) = &run.crash {
            let frames = symbols::backtrace(crash, source::is_ours_alone(&dir), symbols::FRAMES_MAX);
            crashes.push((run, frames));
        }
    }
    if crashes.is_empty() {
        let message = "no crash was recorded: `instr-analyze report` says what is known of the end";
        return Err(Failure::Nothing(message.to_owned()));
    }
    let mut out = common.open_output()?;
    match arguments.format {
        Format::Json => crash::json(&crashes, &mut out)?,
        Format::Text => {
            for (index, (run, frames)) in crashes.iter().enumerate() {
                if index > 0 {
                    out.write_all(b"\n")?;
                }
                let options = Options { context: common.context, history_lines: None, paint: common.paint() };
                crash::text(run, frames, &options, &mut out)?;
            }
        }
    }
    out.flush()?;
    Ok(())
}
