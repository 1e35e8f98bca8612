//! A run whose logs still grow.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufReader, Seek as _};
use std::os::unix::fs::DirEntryExt as _;
use std::path::{Path, PathBuf};

use instr_format::files::is_thread_log;

use super::alive::{Life, life};
use super::files::{read_last, thread_name};
use super::open::open;
use crate::model::damage::{Damage, DamageKind, DamageList};
use crate::model::filter::Filter;
use crate::model::log::{Entry, Head, LogReader, identify, unreadable};

/// How many records of one log are read before the next log has its turn.
const TURN: usize = 4096;

/// The logs of a run, each read up to its present end.
pub struct Follow<'a> {
    dir: PathBuf,
    pid: Option<u64>,
    filter: &'a Filter<'a>,
    logs: Vec<FollowedLog>,
    /// Directory entries that need no further look.
    seen: HashSet<(u64, String)>,
    /// Segments that were opened once; a rotated one keeps its first line under its new name.
    opened: HashSet<(u64, u64, u64)>,
    times: HashMap<(u64, u64), u64>,
    damage: DamageList,
}

struct FollowedLog {
    head: Head,
    log: LogReader<BufReader<File>>,
}

/// A record that was found.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewRecord {
    /// Its time, or that of a record before it in its thread if that is later.
    pub time: u64,
    /// The thread's name.
    pub thread: String,
    /// Its line.
    pub line: Vec<u8>,
}

impl<'a> Follow<'a> {
    /// Follows the run in `dir`; nothing is read yet.
    pub fn new(dir: &Path, pid: Option<u64>, filter: &'a Filter<'a>) -> Self {
        Follow {
            dir: dir.to_owned(),
            pid,
            filter,
            logs: Vec::new(),
            seen: HashSet::new(),
            opened: HashSet::new(),
            times: HashMap::new(),
            damage: DamageList::default(),
        }
    }

    /// Whether the run goes on.
    pub fn is_running(&self) -> bool {
        self.pid.is_some_and(|pid| life(pid, &self.dir) == Life::Running)
    }

    /// Gives every record that was written since the last call to `each`, or many of them: false when some are left.
    ///
    /// # Errors
    /// When the directory cannot be listed.
    pub fn read(&mut self, each: &mut dyn FnMut(NewRecord)) -> io::Result<bool> {
        self.discover()?;
        let mut behind = None;
        for FollowedLog { head, log } in &mut self.logs {
            let thread = (head.tid, head.reuse);
            // A newer segment has to wait until this one is read to its end.
            if behind != Some(thread) && self.filter.takes_thread(head.tid, &head.name) {
                let time = self.times.entry(thread).or_default();
                if !read_turn(&head.name, log, time, &mut self.damage, each) {
                    behind = Some(thread);
                }
            }
        }
        if behind.is_none() {
            self.close_rotated();
        }
        Ok(behind.is_none())
    }

    /// What could not be read; the last lines that are cut among it.
    pub fn into_damage(mut self) -> Vec<Damage> {
        self.logs.iter().filter_map(|followed| followed.log.torn()).for_each(|torn| self.damage.push(torn));
        self.damage.into_entries()
    }

    fn discover(&mut self) -> io::Result<()> {
        let before = self.logs.len();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let key = (entry.ino(), name);
            if !is_thread_log(&key.1) || self.seen.contains(&key) {
                continue;
            }
            match open_log(&self.dir, &key.1) {
                Ok(None) => continue,
                Ok(Some(log)) if self.opened.insert(segment(&log)) => self.logs.push(log),
                Ok(Some(_)) => {}
                Err(damage) if damage.kind == DamageKind::Torn => continue,
                Err(damage) => self.damage.push(damage),
            }
            self.seen.insert(key);
        }
        if self.logs.len() > before {
            let last = read_last(&self.dir).ok();
            for FollowedLog { head, .. } in self.logs.iter_mut().skip(before) {
                let slot = last.as_ref().and_then(|last| last.slot(head.tid, head.reuse));
                head.name = thread_name(self.pid, head.tid, slot, Some(head));
            }
            self.logs.sort_by_key(segment);
        }
        Ok(())
    }

    /// Closes the segments that are read to their ends and have newer ones behind them.
    fn close_rotated(&mut self) {
        let mut newer = None;
        let mut kept = Vec::new();
        while let Some(followed) = self.logs.pop() {
            let thread = (followed.head.tid, followed.head.reuse);
            if newer.replace(thread) == Some(thread) {
                followed.log.torn().into_iter().for_each(|torn| self.damage.push(torn));
            } else {
                kept.push(followed);
            }
        }
        kept.reverse();
        self.logs = kept;
    }
}

fn segment(FollowedLog { head, .. }: &FollowedLog) -> (u64, u64, u64) {
    (head.tid, head.reuse, head.segment)
}

/// Reads on in a log; false when records are left.
fn read_turn(
    thread: &str,
    log: &mut LogReader<BufReader<File>>,
    time: &mut u64,
    damage: &mut DamageList,
    each: &mut dyn FnMut(NewRecord),
) -> bool {
    for _ in 0..TURN {
        match log.step() {
            Ok(Some(Entry::Record(line, record))) => {
                *time = (*time).max(record.moment.unix_ns);
                each(NewRecord { time: *time, thread: thread.to_owned(), line: line.to_vec() });
            }
            Ok(Some(Entry::Damage(found))) => damage.push(found),
            Ok(None) => return true,
            Err(found) => {
                damage.push(found);
                return true;
            }
        }
    }
    false
}

/// Opens a log once for all, so that it stays this file when it is renamed; `None` when nothing was written to it yet.
fn open_log(dir: &Path, name: &str) -> Result<Option<FollowedLog>, Damage> {
    let failed = |error: io::Error| unreadable(name, &error);
    let mut file = open(&dir.join(name)).map_err(failed)?;
    let Some(head) = identify(name, BufReader::new(&file))? else { return Ok(None) };
    file.rewind().map_err(failed)?;
    let log = LogReader::new(name, head.pid, head.tid, BufReader::new(file));
    Ok(Some(FollowedLog { head, log }))
}
