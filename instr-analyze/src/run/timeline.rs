//! The records of many threads, merged by time.
//!
//! Within a thread the order is the file's, whatever its clock did. A thread's files are open only from the time of its
//! first record to its last, so that a run with many short threads needs few descriptors. Records without a time have
//! time 0: they come one thread after the other.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::records::Records;
use super::threads::ThreadFiles;
use crate::model::damage::{Damage, DamageList};
use crate::model::record::{Kept, Record};

/// The merged records.
pub struct Timeline<'a> {
    cursors: Vec<Cursor<'a>>,
    queue: BinaryHeap<Reverse<(u64, usize)>>,
    given: Option<usize>,
}

impl<'a> Timeline<'a> {
    /// Merges the records of `threads`.
    pub fn new(threads: impl Iterator<Item = &'a ThreadFiles>) -> Self {
        let (mut cursors, mut queue) = (Vec::new(), BinaryHeap::new());
        for (index, thread) in threads.enumerate() {
            let mut records = Records::new(&thread.segments);
            queue.push(Reverse((records.first_unix_ns(), index)));
            cursors.push(Cursor { records, record: None, time: 0, damage: DamageList::default() });
        }
        Timeline { cursors, queue, given: None }
    }

    /// The next record, and the index of its thread.
    pub fn step(&mut self) -> Option<(usize, Record<'_>)> {
        let mut moved = self.given.take();
        loop {
            if let Some(index) = moved
                && let Some(time) = self.cursors.get_mut(index).and_then(Cursor::advance)
            {
                self.queue.push(Reverse((time, index)));
            }
            let Reverse((_, index)) = self.queue.pop()?;
            if self.cursors.get(index)?.record.is_some() {
                self.given = Some(index);
                return Some((index, self.cursors.get(index)?.record.as_ref()?.record()));
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

/// Where the reading of one thread's records stands.
struct Cursor<'a> {
    records: Records<'a>,
    record: Option<Kept>,
    time: u64,
    damage: DamageList,
}

impl Cursor<'_> {
    /// Goes to the next record and returns its time, which is never before that of the record before it.
    fn advance(&mut self) -> Option<u64> {
        let Cursor { records, record, time, damage } = self;
        if !records.advance(record, &mut |found| damage.push(found)) {
            return None;
        }
        *time = (*time).max(record.as_ref()?.stamp().moment.unix_ns);
        Some(*time)
    }
}
