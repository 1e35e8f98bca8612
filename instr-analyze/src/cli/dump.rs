//! `dump`: all records of all threads, merged by time.

use std::io::Write as _;
use std::path::Path;

use clap::Args;
use instr_analyze::model::damage::Damage;
use instr_analyze::model::filter::Taken;
use instr_analyze::report::record::{RecordFormat, RecordWriter};
use instr_analyze::run::files::ThreadFiles;
use instr_analyze::run::timeline::Timeline;

use super::Failure;
use super::damage::{refuse, warn};
use super::options::Common;

#[derive(Debug, Args)]
pub(crate) struct DumpArguments {
    #[command(flatten)]
    common: Common,
    /// How to write each record
    #[arg(long, value_enum, default_value_t = RecordFormat::Text)]
    format: RecordFormat,
}

pub(crate) fn run(arguments: &DumpArguments) -> Result<(), Failure> {
    let common = &arguments.common;
    let lists = common.lists();
    let filter = lists.filter()?;
    let runs = common.open_runs()?;
    let threads: Vec<(usize, &ThreadFiles)> = runs
        .iter()
        .enumerate()
        .flat_map(|(number, run)| run.threads.iter().map(move |thread| (number, thread)))
        .filter(|(_, thread)| filter.takes_thread(thread.tid, &thread.name))
        .collect();

    let mut out = common.open_output()?;
    let mut writer = RecordWriter::new(arguments.format, common.paint());
    let mut timeline = Timeline::new(threads.iter().map(|(_, thread)| *thread));
    let mut nothing = true;
    let mut taken: Vec<Taken<'_>> = runs.iter().map(|run| Taken::new(&filter, &run.sites)).collect();
    while let Some((index, record)) = timeline.step() {
        let (number, thread) = threads[index];
        let run = &runs[number];
        if taken[number].takes(&record) {
            writer.write(&thread.name, &run.sites, &record, &mut out)?;
            nothing = false;
        }
    }
    out.flush()?;

    let of_threads: Vec<(&Path, Damage)> =
        timeline.into_damage().map(|(index, damage)| (runs[threads[index].0].dir.as_path(), damage)).collect();
    let of_files = runs.iter().flat_map(|run| run.damage.iter().map(|damage| (run.dir.as_path(), damage)));
    let damage: Vec<(&Path, &Damage)> = of_files.chain(of_threads.iter().map(|(dir, damage)| (*dir, damage))).collect();
    warn(damage.iter().copied());
    refuse(damage.into_iter().map(|(_, damage)| damage))?;
    if nothing { Err(Failure::Nothing("no record matches".to_owned())) } else { Ok(()) }
}
