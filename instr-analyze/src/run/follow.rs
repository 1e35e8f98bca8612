//! A run whose records still come.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::fs::DirEntryExt as _;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::alive::{Life, life};
use super::files::read_last;
use super::segment::{Reader, Segment, holds_records};
use super::threads::thread_name;
use crate::model::damage::{Damage, DamageKind, DamageList};
use crate::model::filter::Filter;
use crate::model::head::{Head, Kind};
use crate::model::record::{Entry, Kept};
use crate::model::ring::Reached;

/// How many records of one file are read before the next one has its turn.
const TURN: usize = 4096;

/// The files of a run, each read up to its present end.
pub struct Follow<'a> {
    dir: PathBuf,
    pid: Option<u64>,
    filter: &'a Filter<'a>,
    enough: u64,
    files: Vec<Followed>,
    /// Directory entries that need no further look.
    seen: HashSet<(u64, String)>,
    /// Segments that were opened once; one that is full keeps its first line under its new name.
    opened: HashSet<(u64, u64, u64)>,
    threads: HashMap<(u64, u64), Progress>,
    /// Whether this is not the first look: what is missing before a thread's first record was missed.
    again: bool,
    damage: DamageList,
}

struct Followed {
    head: Head,
    reader: Reader,
}

/// How far the records of a thread have been given.
#[derive(Default)]
struct Progress {
    time: u64,
    /// How far rings have been given.
    after: Reached,
    /// The segment of a log that the newest record was in, and the highest number so far.
    newest: Option<(u64, u64)>,
    /// Records that were missed.
    missed: u64,
    /// Whether segments have been searched for what the ring no longer has.
    searched: bool,
}

/// What was found of a thread.
#[derive(Debug)]
pub struct Found {
    /// The record's time, or that of a record before it in its thread if that is later.
    pub time: u64,
    /// The thread's id.
    pub tid: u64,
    /// The thread's name.
    pub thread: String,
    /// What it is.
    pub what: FoundWhat,
}

/// A record, or the place of some.
#[derive(Debug)]
pub enum FoundWhat {
    /// A record.
    Record(Kept),
    /// So many records that were overwritten or rotated away between two looks.
    Missed(u64),
}

impl<'a> Follow<'a> {
    /// Follows the run in `dir`, of whose records so many newest ones are enough to begin with; nothing is read yet. As each
    /// thread's file stays open, this process may have as many open from now on as it is allowed to ask for.
    pub fn new(dir: &Path, pid: Option<u64>, filter: &'a Filter<'a>, enough: usize) -> Self {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        // Files that cannot be opened are said.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        Follow {
            dir: dir.to_owned(),
            pid,
            filter,
            // Those that a filter takes may be far back.
            enough: if filter.restricts_files() { u64::MAX } else { enough as u64 },
            files: Vec::new(),
            seen: HashSet::new(),
            opened: HashSet::new(),
            threads: HashMap::new(),
            again: false,
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
    pub fn read(&mut self, each: &mut dyn FnMut(Found)) -> io::Result<bool> {
        self.discover()?;
        if !self.again {
            self.skip_old();
        }
        let (mut behind, mut before) = (None, None);
        for file in &mut self.files {
            let thread = (file.head.tid, file.head.reuse);
            let has_segments = before.replace(thread) == Some(thread);
            // A newer segment has to wait until this one is read to its end.
            if behind != Some(thread) && self.filter.takes_thread(file.head.tid, &file.head.name) {
                let progress = self.threads.entry(thread).or_default();
                file.reader.skip_to(progress.after);
                let missed = progress.next_missed(file, self.again);
                if missed > 0 && has_segments && !progress.searched {
                    // It was written to a segment before it was overwritten, and maybe after that had been read.
                    progress.searched = true;
                    behind = Some(thread);
                } else if !progress.read_turn(file, self.again, &mut self.damage, each) {
                    behind = Some(thread);
                }
            }
        }
        if behind.is_none() {
            self.close_rotated();
            self.again = true;
        }
        Ok(behind.is_none())
    }

    /// What could not be read; the last lines that are cut among it.
    pub fn into_damage(mut self) -> Vec<Damage> {
        self.files.iter().filter_map(|file| file.reader.torn()).for_each(|torn| self.damage.push(torn));
        let mut missed: Vec<_> = self.threads.into_iter().filter(|(_, progress)| progress.missed > 0).collect();
        missed.sort_by_key(|(thread, _)| *thread);
        for ((tid, _), Progress { missed, newest, .. }) in missed {
            let how = if newest.is_some() { "rotated away" } else { "overwritten" };
            let message = format!("{missed} records of thread {tid} were {how} before they could be read");
            self.damage.push(Damage { count: Some(missed), ..Damage::new(DamageKind::Gap, message) });
        }
        self.damage.into_entries()
    }

    /// Passes over the records of rings that are older than anybody wants to see.
    fn skip_old(&mut self) {
        for Followed { head, reader } in self.files.iter_mut().filter(|file| is_ring(&file.head)) {
            let progress = self.threads.entry((head.tid, head.reuse)).or_default();
            if let (Reader::Ring(ring), 0) = (reader, progress.after.seq) {
                // What is wrong with it will be said when its records are read.
                let newest = ring.newest_number().unwrap_or(0);
                progress.after.seq = newest.saturating_sub(self.enough);
            }
        }
    }

    fn discover(&mut self) -> io::Result<()> {
        let before = self.files.len();
        // A log that is renamed before it was looked at is found under its new name.
        self.look()?;
        self.look()?;
        if self.files.len() > before {
            let last = read_last(&self.dir).ok();
            let slots = last.iter().flat_map(|last| &last.slots);
            let slots: HashMap<_, _> = slots.map(|slot| ((slot.tid, u64::from(slot.reuse)), slot)).collect();
            for Followed { head, .. } in self.files.iter_mut().skip(before) {
                head.name = thread_name(self.pid, head.tid, slots.get(&(head.tid, head.reuse)).copied(), Some(head));
            }
            self.files.sort_by_key(|file| segment(&file.head));
        }
        Ok(())
    }

    fn look(&mut self) -> io::Result<()> {
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let key = (entry.ino(), name);
            if !holds_records(&key.1) || self.seen.contains(&key) {
                continue;
            }
            match Segment::follow(&self.dir, &key.1) {
                Ok(None) => continue,
                Ok(Some((head, reader))) => {
                    if self.opened.insert(segment(&head)) {
                        self.files.push(Followed { head, reader });
                    }
                }
                Err(damage) if damage.kind == DamageKind::Torn => continue,
                Err(damage) => self.damage.push(damage),
            }
            self.seen.insert(key);
        }
        Ok(())
    }

    /// Closes the files that are read to their ends and grow no more: there are newer segments of the thread.
    fn close_rotated(&mut self) {
        let mut newer = None;
        let mut kept = Vec::new();
        while let Some(file) = self.files.pop() {
            let thread = (file.head.tid, file.head.reuse);
            if newer == Some(thread) {
                file.reader.torn().into_iter().for_each(|torn| self.damage.push(torn));
                continue;
            }
            if !is_ring(&file.head) {
                newer = Some(thread);
            }
            if !file.reader.is_over() {
                kept.push(file);
            }
        }
        kept.reverse();
        self.files = kept;
    }
}

fn segment(head: &Head) -> (u64, u64, u64) {
    (head.tid, head.reuse, head.segment)
}

/// Whether it is a ring itself, which grows along with the newest segment.
fn is_ring(head: &Head) -> bool {
    matches!(head.kind, Kind::Ring(ring) if ring.segment == 0)
}

impl Progress {
    /// How many records are missing before the next one of a ring.
    fn next_missed(&self, file: &mut Followed, again: bool) -> u64 {
        match &mut file.reader {
            Reader::Ring(ring) if is_ring(&file.head) => ring.peek().map_or(0, |seq| self.missed_before(seq, again)),
            _ => 0,
        }
    }

    fn missed_before(&self, seq: u64, again: bool) -> u64 {
        if again { seq.saturating_sub(self.after.seq).saturating_sub(1) } else { 0 }
    }

    /// Reads on in a file; false when records are left.
    fn read_turn(
        &mut self,
        Followed { head, reader }: &mut Followed,
        again: bool,
        damage: &mut DamageList,
        each: &mut dyn FnMut(Found),
    ) -> bool {
        let is_log = matches!(head.kind, Kind::Log { .. });
        for _ in 0..TURN {
            match reader.step() {
                Ok(Some(Entry::Record(record))) => {
                    let moment = record.stamp.moment;
                    self.time = self.time.max(moment.unix_ns);
                    let time = self.time;
                    let mut give = |what| each(Found { time, tid: head.tid, thread: head.name.clone(), what });
                    let missed = if is_log {
                        rotated_away(&mut self.newest, (head.segment, moment.seq), again)
                    } else {
                        self.missed_before(moment.seq, again)
                    };
                    if missed > 0 {
                        self.missed = self.missed.saturating_add(missed);
                        give(FoundWhat::Missed(missed));
                    }
                    if !is_log {
                        (self.after.seq, self.searched) = (moment.seq, false);
                    }
                    give(FoundWhat::Record(record.kept()));
                }
                Ok(Some(Entry::Damage(found))) => damage.push(found),
                Ok(None) => {
                    self.after = self.after.max(reader.reached());
                    return true;
                }
                Err(found) => {
                    damage.push(found);
                    return true;
                }
            }
        }
        false
    }
}

/// How many records of a log were in segments that have come and gone before this record's. Within a segment a signal handler's
/// may come before the one that it has interrupted.
fn rotated_away(newest: &mut Option<(u64, u64)>, (segment, seq): (u64, u64), again: bool) -> u64 {
    let (expected, highest) = match *newest {
        Some((before, highest)) => (before.saturating_add(1), highest),
        None if again => (0, 0),
        None => (segment, seq),
    };
    *newest = Some((segment, highest.max(seq)));
    if segment > expected { seq.saturating_sub(highest).saturating_sub(1) } else { 0 }
}
