//! `tail`: the newest records, then new ones as they come.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use instr_analyze::model::damage::Damage;
use instr_analyze::model::filter::Filter;
use instr_analyze::report::record::{RecordFormat, RecordWriter};
use instr_analyze::run::follow::{Follow, NewRecord};

use super::Failure;
use super::damage::{refuse, warn};
use super::options::Common;

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
    let mut follows: Vec<Follow<'_>> = runs.iter().map(|run| Follow::new(&run.dir, run.pid, &filter)).collect();
    let mut out = common.open_output()?;
    let mut writer = RecordWriter::new(arguments.format, common.paint());
    let mut print = |batch: Batch| -> Result<(), Failure> {
        for (run, record) in batch.into_records() {
            writer.write(&record.thread, &runs[run].sites, &record.line, &mut out)?;
        }
        Ok(out.flush()?)
    };

    // A program that logs faster than this reads is never read to its end: what came after the start counts as new.
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let mut newest = Batch::new(arguments.lines);
    while !newest.read(&mut follows, &filter)? && u128::from(newest.time) < started {}
    let mut nothing = newest.arrived == 0;
    print(newest)?;
    loop {
        // Asked before reading: what a process wrote before its end is there once it has ended.
        let running = follows.iter().any(Follow::is_running);
        let mut batch = Batch::new(usize::MAX);
        let at_end = batch.read(&mut follows, &filter)?;
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
    if nothing { Err(Failure::Nothing("no record matches".to_owned())) } else { Ok(()) }
}

/// The newest records of several runs, at most `max`.
struct Batch {
    max: usize,
    /// Time, then order of arrival, which keeps each thread's records in its order; then the run.
    kept: BinaryHeap<Reverse<(u64, u64, usize, NewRecord)>>,
    arrived: u64,
    time: u64,
}

impl Batch {
    fn new(max: usize) -> Self {
        Batch { max, kept: BinaryHeap::new(), arrived: 0, time: 0 }
    }

    /// Adds what the runs hold by now, or much of it: false when some is left.
    fn read(&mut self, follows: &mut [Follow<'_>], filter: &Filter<'_>) -> Result<bool, Failure> {
        let mut at_end = true;
        for (run, follow) in follows.iter_mut().enumerate() {
            let outcome = follow.read(&mut |record| {
                self.time = self.time.max(record.time);
                if filter.takes_line(&record.line) {
                    self.push(run, record);
                }
            });
            at_end &= outcome.map_err(|error| Failure::Input(format!("cannot list a run any more: {error}")))?;
        }
        Ok(at_end)
    }

    fn push(&mut self, run: usize, record: NewRecord) {
        self.arrived += 1;
        self.kept.push(Reverse((record.time, self.arrived, run, record)));
        if self.kept.len() > self.max {
            self.kept.pop();
        }
    }

    /// The records with the indices of their runs, oldest first.
    fn into_records(self) -> impl Iterator<Item = (usize, NewRecord)> {
        self.kept.into_sorted_vec().into_iter().rev().map(|Reverse((_, _, run, record))| (run, record))
    }
}
