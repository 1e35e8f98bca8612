//! Ends what runs for too long, and writes down before what the kernel says of its threads.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use instr_analyze::run::events;
use rustix::process::{Pid, Signal, kill_process};

use crate::after::runs;

/// How often it is looked whether a program has begun to record.
const INTERVAL: Duration = Duration::from_millis(50);

/// For how long programs may run.
#[derive(Debug)]
pub struct Limit {
    /// So long, from when the first one records.
    pub time: Duration,
    /// Where their runs will be.
    pub output: PathBuf,
    /// The runs that were there before.
    pub earlier: Vec<PathBuf>,
}

impl Limit {
    /// Waits until cargo has `ended`, or else ends it, and all that it has started, when the time is over. Says whether it did.
    pub fn watch(&self, cargo: u32, ended: &Receiver<()>) -> bool {
        let is_over = |wait| ended.recv_timeout(wait) != Err(RecvTimeoutError::Timeout);
        while self.runs().is_empty() {
            if is_over(INTERVAL) {
                return false;
            }
        }
        if is_over(self.time) {
            return false;
        }
        // What cannot be written down still has to end.
        let observed = self.runs().iter().filter_map(|run| events::observe(run).ok()?).collect::<Vec<u64>>();
        let observed = observed.into_iter().filter_map(|pid| i32::try_from(pid).ok());
        kill_tree(i32::try_from(cargo).into_iter().chain(observed).collect());
        true
    }

    fn runs(&self) -> Vec<PathBuf> {
        let mut runs = runs(&self.output);
        runs.retain(|run| !self.earlier.contains(run));
        runs
    }
}

/// Kills these processes and all that they have started.
fn kill_tree(roots: Vec<i32>) {
    let mut found: BTreeSet<i32> = BTreeSet::new();
    let mut fresh = roots;
    while !fresh.is_empty() {
        // What is stopped starts no more, and who has started what can still be seen.
        fresh.iter().for_each(|pid| send(*pid, Signal::STOP));
        found.extend(fresh);
        fresh = parents()
            .filter(|(pid, parent)| found.contains(parent) && !found.contains(pid))
            .map(|(pid, _)| pid)
            .collect();
    }
    found.iter().for_each(|pid| send(*pid, Signal::KILL));
}

fn send(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        // It may just have ended, or be another user's.
        let _ = kill_process(pid, signal);
    }
}

/// All processes, each with the one that has started it.
fn parents() -> impl Iterator<Item = (i32, i32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name before it may hold anything. Behind it stand the state and the parent.
        Some((pid, stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?))
    })
}
