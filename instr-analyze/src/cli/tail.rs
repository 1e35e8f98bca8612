//! `tail`: the newest records, then new ones as they come.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use clap::Args;

use super::Failure;
use super::damage::{refuse, warn};
use super::options::Common;
use crate::model::damage::Damage;
use crate::model::filter::Taken;
use crate::report::record::{RecordFormat, RecordWriter};
use crate::run::clock::now_unix_ns;
use crate::run::files::RunFiles;
use crate::run::follow::{Follow, Found, FoundWhat};

const POLL_INTERVAL: Duration = Duration::from_millis(50);

#[derive(Debug, Args)]
pub(crate) struct TailArguments {
    #[command(flatten)]
    common: Common,
    /// How to write each record
    #[arg(long, value_enum, default_value_t = RecordFormat::Text)]
    format: RecordFormat,
    /// How many records to begin with
    #[arg(long, value_name = "N", default_value_t = 10)]
    lines: usize,
}

pub(crate) fn run(arguments: &TailArguments) -> Result<(), Failure> {
    let common = &arguments.common;
    let lists = common.lists();
    let filter = lists.filter()?;
    let runs = common.open_runs()?;
    let follow = |run: &RunFiles| Follow::new(&run.dir, run.pid, &filter, arguments.lines);
    let mut follows: Vec<Follow<'_>> = runs.iter().map(follow).collect();
    let mut taken: Vec<Taken<'_>> = runs.iter().map(|run| Taken::new(&filter, &run.sites)).collect();
    let mut out = common.open_output()?;
    let mut writer = RecordWriter::new(arguments.format, common.paint());
    let mut print = |batch: Batch| -> Result<(), Failure> {
        for (run, found) in batch.kept.into_values() {
            match &found.what {
                FoundWhat::Record(kept) => {
                    writer.write(&found.thread, &runs[run].sites, &kept.record(), &mut out)?;
                }
                FoundWhat::Missed(count) => writer.missed((found.tid, &found.thread), *count, &mut out)?,
            }
        }
        Ok(out.flush()?)
    };

    // A program that logs faster than this reads is never read to its end: what came after the start counts as new.
    let started = now_unix_ns();
    let mut newest = Batch::new(arguments.lines);
    while !newest.read(&mut follows, &mut taken)? && newest.time < started {}
    let mut nothing = newest.arrived == 0;
    print(newest)?;
    loop {
        // Asked before reading: what a process wrote before its end is there once it has ended.
        let running = follows.iter().any(Follow::is_running);
        let mut batch = Batch::new(usize::MAX);
        let at_end = batch.read(&mut follows, &mut taken)?;
        nothing &= batch.arrived == 0;
        print(batch)?;
        match (at_end, running) {
            (true, false) => break,
            (true, true) => thread::sleep(POLL_INTERVAL),
            (false, _) => {}
        }
    }

    let mut damage: Vec<(&Path, Damage)> = Vec::new();
    for (run, follow) in runs.iter().zip(follows) {
        let of_logs = follow.into_damage().into_iter().filter(|found| !run.damage.contains(found));
        damage.extend(run.damage.iter().cloned().chain(of_logs).map(|found| (run.dir.as_path(), found)));
    }
    warn(damage.iter().map(|(dir, damage)| (*dir, damage)));
    refuse(damage.iter().map(|(_, damage)| damage))?;
    if nothing && runs.iter().any(RunFiles::has_only_counts) {
        return Err(Failure::Nothing("the run has counts and no records; `dump` shows the counts".to_owned()));
    }
    if nothing { Err(Failure::Nothing("no record matches".to_owned())) } else { Ok(()) }
}

/// The newest records of several runs, at most `max`.
struct Batch {
    max: usize,
    /// By time, then order of arrival, which keeps each thread's records in its order; with the indices of their runs.
    kept: BTreeMap<(u64, u64), (usize, Found)>,
    /// Records, kept or not.
    arrived: u64,
    number: u64,
    time: u64,
}

impl Batch {
    fn new(max: usize) -> Self {
        Batch { max, kept: BTreeMap::new(), arrived: 0, number: 0, time: 0 }
    }

    /// Adds what the runs hold by now, or much of it: false when some is left.
    fn read(&mut self, follows: &mut [Follow<'_>], taken: &mut [Taken<'_>]) -> Result<bool, Failure> {
        let mut at_end = true;
        for (run, (follow, taken)) in follows.iter_mut().zip(taken).enumerate() {
            let outcome = follow.read(&mut |found| {
                self.time = self.time.max(found.time);
                if let FoundWhat::Record(kept) = &found.what
                    && taken.takes(&kept.record())
                {
                    self.arrived += 1;
                    self.push(run, found);
                } else if let FoundWhat::Missed(_) = &found.what {
                    self.push(run, found);
                }
            });
            at_end &= outcome.map_err(|error| Failure::Input(format!("cannot list a run any more: {error}")))?;
        }
        Ok(at_end)
    }

    fn push(&mut self, run: usize, found: Found) {
        self.kept.insert((found.time, self.number), (run, found));
        self.number += 1;
        if self.kept.len() > self.max {
            self.kept.pop_first();
        }
    }
}
