//! The records of one thread, from all its files, oldest first.

use std::slice::Iter;

use super::segment::{Reader, Segment};
use crate::model::damage::Damage;
use crate::model::head::Kind;
use crate::model::record::{Entry, Kept, Record, Visitor};
use crate::model::ring::Reached;

/// Where the reading of a thread's records stands. A file is open only while it is read.
pub struct Records<'a> {
    segments: Iter<'a, Segment>,
    reader: Option<Reader>,
    after: Reached,
}

impl<'a> Records<'a> {
    /// The records of these files.
    pub fn new(segments: &'a [Segment]) -> Self {
        Records { segments: segments.iter(), reader: None, after: Reached::default() }
    }

    /// Those from the one with this number on, and some before.
    pub fn since(segments: &'a [Segment], seq: u64) -> Self {
        let begins_before = |segment: &Segment| first_seq(segment).is_some_and(|first| first <= seq);
        // For all of them, no file has to be looked at.
        let at = if seq == 0 { None } else { segments.iter().rposition(begins_before) };
        Records::new(segments.get(at.unwrap_or(0)..).unwrap_or_default())
    }

    /// Gives all of them to `visitor`.
    pub fn visit(mut self, visitor: &mut impl Visitor) {
        while self.open(&mut |damage| visitor.damage(damage)) {
            while let Some(reader) = &mut self.reader {
                if let Reader::Ring(ring) = reader {
                    visitor.batch(ring.drain());
                }
                match reader.step() {
                    Ok(Some(Entry::Record(record))) => visitor.record(&record),
                    Ok(Some(Entry::Damage(damage))) => visitor.damage(damage),
                    Ok(None) => self.close(None, &mut |damage| visitor.damage(damage)),
                    Err(damage) => self.close(Some(damage), &mut |damage| visitor.damage(damage)),
                }
            }
        }
    }

    /// Goes to the next record, which becomes `record`; false at the end. Gives damage on the way to `each`.
    pub fn advance(&mut self, record: &mut Option<Kept>, each: &mut dyn FnMut(Damage)) -> bool {
        while self.reader.is_some() || self.open(each) {
            let Some(reader) = &mut self.reader else { continue };
            match reader.step() {
                Ok(Some(Entry::Record(found))) => {
                    keep(record, &found);
                    return true;
                }
                Ok(Some(Entry::Damage(damage))) => each(damage),
                Ok(None) => self.close(None, each),
                Err(damage) => self.close(Some(damage), each),
            }
        }
        false
    }

    /// When the first record was made, or some time before that.
    pub fn first_unix_ns(&mut self) -> u64 {
        let Some(segment) = self.segments.as_slice().first() else { return 0 };
        let known = match segment.head.kind {
            Kind::Log { first_unix_ns } => first_unix_ns,
            // What is wrong with it will be said when its records are read.
            Kind::Ring(_) => match segment.open(Reached::default()) {
                Ok(Some(Reader::Ring(mut ring))) => ring.first_unix_ns().ok().flatten(),
                _ => None,
            },
        };
        known.unwrap_or(0)
    }

    /// Opens the next file; false when there is none.
    fn open(&mut self, each: &mut dyn FnMut(Damage)) -> bool {
        for segment in self.segments.by_ref() {
            match segment.open(self.after) {
                Ok(None) => {}
                Ok(reader) => {
                    self.reader = reader;
                    return true;
                }
                Err(damage) => each(damage),
            }
        }
        false
    }

    fn close(&mut self, damage: Option<Damage>, each: &mut dyn FnMut(Damage)) {
        let Some(reader) = self.reader.take() else { return };
        self.after = self.after.max(reader.reached());
        let torn = if damage.is_none() { reader.torn() } else { None };
        damage.into_iter().chain(torn).for_each(each);
    }
}

/// The number of the first record in a file, if that has any.
fn first_seq(segment: &Segment) -> Option<u64> {
    let mut reader = segment.open(Reached::default()).ok()??;
    while let Some(entry) = reader.step().ok()? {
        if let Entry::Record(record) = entry {
            return Some(record.stamp.moment.seq);
        }
    }
    None
}

fn keep(kept: &mut Option<Kept>, record: &Record<'_>) {
    match kept {
        Some(kept) => kept.replace(record),
        None => *kept = Some(record.kept()),
    }
}
