//! The records of many threads, merged by time.
//!
//! Within a thread the order is the file's, whatever its clock did. A thread's log is open only from the time of its
//! first record to its last, so that a run with many short threads needs few descriptors.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, Take};
use std::slice::Iter;

use super::files::{Segment, ThreadFiles};
use crate::model::damage::{Damage, DamageList};
use crate::model::log::{Entry, LogReader};

/// The merged records.
pub struct Timeline<'a> {
    cursors: Vec<Cursor<'a>>,
    queue: BinaryHeap<Reverse<(u64, usize)>>,
    given: Option<usize>,
}

impl<'a> Timeline<'a> {
    /// Merges the logs of `threads`.
    pub fn new(threads: impl Iterator<Item = &'a ThreadFiles>) -> Self {
        let (mut cursors, mut queue) = (Vec::new(), BinaryHeap::new());
        for (index, thread) in threads.enumerate() {
            let first = thread.segments.first().and_then(|segment| segment.head.first_unix_ns);
            queue.push(Reverse((first.unwrap_or(0), index)));
            cursors.push(Cursor::new(&thread.segments));
        }
        Timeline { cursors, queue, given: None }
    }

    /// The next record's line, and the index of its thread.
    pub fn step(&mut self) -> Option<(usize, &[u8])> {
        let mut moved = self.given.take();
        loop {
            if let Some(index) = moved
                && let Some(time) = self.cursors.get_mut(index).and_then(Cursor::advance)
            {
                self.queue.push(Reverse((time, index)));
            }
            let Reverse((_, index)) = self.queue.pop()?;
            if self.cursors.get(index)?.started {
                self.given = Some(index);
                return Some((index, &self.cursors.get(index)?.line));
            }
            moved = Some(index);
        }
    }

    /// What could not be read, with the index of its thread.
    pub fn into_damage(self) -> impl Iterator<Item = (usize, Damage)> {
        let entries = |(index, cursor): (usize, Cursor<'a>)| {
            cursor.damage.into_entries().into_iter().map(move |damage| (index, damage))
        };
        self.cursors.into_iter().enumerate().flat_map(entries)
    }
}

/// Where the reading of one thread's logs stands.
struct Cursor<'a> {
    segments: Iter<'a, Segment>,
    log: Option<LogReader<BufReader<Take<File>>>>,
    started: bool,
    time: u64,
    line: Vec<u8>,
    damage: DamageList,
}

impl<'a> Cursor<'a> {
    fn new(segments: &'a [Segment]) -> Self {
        let damage = DamageList::default();
        Cursor { segments: segments.iter(), log: None, started: false, time: 0, line: Vec::new(), damage }
    }

    /// Goes to the next record and returns its time, which is never before that of the record before it.
    fn advance(&mut self) -> Option<u64> {
        self.started = true;
        loop {
            let Some(log) = &mut self.log else {
                match self.segments.next()?.open() {
                    Ok(log) => self.log = Some(log),
                    Err(damage) => self.damage.push(damage),
                }
                continue;
            };
            match log.step() {
                Ok(Some(Entry::Record(line, record))) => {
                    self.time = self.time.max(record.moment.unix_ns);
                    self.line.clear();
                    self.line.extend_from_slice(line);
                    return Some(self.time);
                }
                Ok(Some(Entry::Damage(damage))) => self.damage.push(damage),
                Ok(None) => {
                    log.torn().into_iter().for_each(|torn| self.damage.push(torn));
                    self.log = None;
                }
                Err(damage) => {
                    self.damage.push(damage);
                    self.log = None;
                }
            }
        }
    }
}
