//! `stats`: what runs recorded most, how fast, and what a filter would leave out.

use std::io::Write as _;

use clap::Args;
use instr_format::names::{SINK, SINK_STACK};

use super::Failure;
use super::damage::{refuse, warn};
use super::options::{Common, Format, cannot_read};
use crate::model::damage::DamageKind;
use crate::report::stats::{Stats, json, text};
use crate::run::load::Run;

#[derive(Debug, Args)]
pub(crate) struct StatsArguments {
    #[command(flatten)]
    common: Common,
    /// How to write the numbers
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many statements, functions and threads to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
}

pub(crate) fn run(arguments: &StatsArguments) -> Result<(), Failure> {
    let common = &arguments.common;
    let lists = common.lists();
    let filter = lists.filter()?;
    let mut runs = Vec::new();
    for dir in common.find_runs()? {
        let run = Run::tallied(&dir, &filter).map_err(|error| cannot_read(&dir, &error))?;
        if run.has_only_counts && filter.restricts_threads() {
            return Err(Failure::Input(super::dump::COUNTED_TOGETHER.to_owned()));
        }
        runs.push(run);
    }
    let stats = Stats::new(&runs, filter.restricts_files());
    if !stats.is_empty() {
        let mut out = common.open_output()?;
        match arguments.format {
            Format::Json => json::write(&stats, arguments.top, &mut out)?,
            Format::Text => text::write(&stats, arguments.top, common.paint(), &mut out)?,
        }
        out.flush()?;
    }

    let damage = runs.iter().flat_map(|run| {
        let damage = run.damage.iter().chain(run.threads.iter().flat_map(|thread| &thread.damage));
        // Where a thread was last is not asked here.
        damage.filter(|damage| damage.kind != DamageKind::NoLast).map(|damage| (run.dir.as_path(), damage))
    });
    warn(damage.clone());
    refuse(damage.map(|(_, damage)| damage))?;
    let keeps_none = |run: &Run| run.process.focus().get(SINK) == SINK_STACK;
    match stats.is_empty() {
        false => Ok(()),
        true if runs.iter().all(keeps_none) => {
            Err(Failure::Nothing(format!("nothing was counted: {SINK}={SINK_STACK} keeps open statements alone")))
        }
        true => Err(Failure::Nothing("no record matches".to_owned())),
    }
}
