//! The reader of version 2: words that say by themselves in which lap they were written.
//!
//! A survey notes up to where there are records, and which of them the thread has counted; then the words are copied, oldest first. A
//! word that the thread takes from under the reader says that it is of another lap, and what it is about to write is read the next
//! time. With a clock in every record, only those count of which two copies are the same.

mod copy;
mod ring;
mod runs;
mod segment;
mod snapshot;
mod table;

use std::collections::VecDeque;
use std::io::{self, Read, Seek};
use std::ops::Range;

use super::file::RingFile;
use super::reader::{Pending, Place};
use crate::model::damage::{Damage, DamageKind};
use ring::Ring;
use runs::{Run, Survey};
use segment::Segment;
use snapshot::Snapshot;

/// How far the reading of a ring or a segment has come.
pub(super) struct Flat {
    source: Source,
    /// Runs that have been surveyed and not copied.
    runs: VecDeque<Run>,
    /// What is read instead of the file, up to its end: the thread has overtaken the reader.
    snapshot: Option<Snapshot>,
    /// Records at lower positions have been read, or are not wanted.
    start: u64,
    /// All lower positions have been looked at.
    end: u64,
    /// Number of the newest record that was read.
    count: u64,
    at_end: bool,
    looked: bool,
    /// Whether the thread's counts contradict each other, and that has been said.
    contradicts: bool,
}

/// What the words are copied from.
enum Source {
    /// Nobody has looked yet.
    Unknown,
    Ring(Ring),
    Segment(Segment),
}

impl Flat {
    pub(super) fn new(after: Place) -> Self {
        Flat {
            source: Source::Unknown,
            runs: VecDeque::new(),
            snapshot: None,
            start: after.position,
            end: after.position,
            count: after.records,
            at_end: false,
            looked: false,
            contradicts: false,
        }
    }

    /// Where the reading goes on in the thread's next file.
    pub(super) fn place(&self) -> Place {
        // What a segment does not have, nobody will write any more.
        let position = if let Source::Segment(_) = self.source { self.end } else { self.start };
        Place { position, records: self.count }
    }

    /// Leaves out what was read of other files.
    pub(super) fn skip_to(&mut self, after: Place) {
        if after.position > self.start {
            (self.start, self.count) = (after.position, self.count.max(after.records));
        }
    }

    /// When the first record was made that can be given, or some time before that; a survey, if there was none.
    pub(super) fn first_elapsed_ns<R: Read + Seek>(
        &mut self,
        file: &mut RingFile<R>,
        pending: &mut Pending,
    ) -> io::Result<Option<u64>> {
        if self.runs.is_empty() && !self.looked {
            self.survey(file, &(0..u64::MAX), pending)?;
        }
        Ok(self.runs.front().map(|run| run.elapsed_ns))
    }

    /// How many records the thread had written when it began its newest chunk.
    pub(super) fn noted(&self) -> u64 {
        if let Source::Ring(ring) = &self.source { ring.noted } else { 0 }
    }

    /// The cut chunk that a segment ends with.
    pub(super) fn cut(&self) -> Option<(u64, u64)> {
        if let Source::Segment(segment) = &self.source { segment.cut } else { None }
    }

    /// Surveys or copies on; false at the end, for now.
    pub(super) fn advance<R: Read + Seek>(
        &mut self,
        file: &mut RingFile<R>,
        pending: &mut Pending,
    ) -> io::Result<bool> {
        let Some(mut snapshot) = self.snapshot.take() else { return self.go_on(file, None, pending) };
        let is_more = self.go_on(&mut snapshot.file, Some(&snapshot.positions), pending)?;
        self.snapshot = Some(snapshot).filter(|_| is_more);
        Ok(is_more)
    }

    /// The same in the file, or in these positions of a copy, which is still.
    fn go_on<R: Read + Seek>(
        &mut self,
        file: &mut RingFile<R>,
        of_copy: Option<&Range<u64>>,
        pending: &mut Pending,
    ) -> io::Result<bool> {
        if !self.runs.is_empty() {
            let is_overtaken = self.copy(file, pending)?;
            if is_overtaken && of_copy.is_none() {
                self.make_snapshot(file)?;
            }
            return Ok(true);
        }
        if pending.is_over || std::mem::take(&mut self.at_end) {
            return Ok(false);
        }
        if let Source::Ring(ring) = &self.source
            && ring.is_unchanged(file)?
        {
            return Ok(false);
        }
        let is_overtaken = self.survey(file, of_copy.unwrap_or(&(0..u64::MAX)), pending)?;
        if is_overtaken && of_copy.is_none() {
            self.make_snapshot(file)?;
        }
        Ok(true)
    }

    /// Notes what there is to be read next. Whether the thread has overtaken the reader.
    fn survey<R: Read + Seek>(
        &mut self,
        file: &mut RingFile<R>,
        positions: &Range<u64>,
        pending: &mut Pending,
    ) -> io::Result<bool> {
        if let Source::Unknown = self.source {
            self.source = if file.is_segment() {
                Source::Segment(Segment::default())
            } else {
                Source::Ring(Ring::open(file, &mut pending.damage)?)
            };
        }
        let start = self.start.max(positions.start);
        let Survey { runs, wrong, is_last, is_overtaken } = match &mut self.source {
            Source::Unknown => Survey::default(),
            Source::Ring(ring) => ring.survey(file, start..positions.end)?,
            Source::Segment(segment) => segment.survey(file, start)?,
        };
        (self.runs, self.at_end, self.looked) = (runs.into(), is_last, true);
        if let Some(wrong) = wrong {
            self.contradict(file, pending, wrong);
        }
        Ok(is_overtaken)
    }

    /// The thread is faster than the reader, which goes on with a copy.
    fn make_snapshot<R: Read + Seek>(&mut self, file: &mut RingFile<R>) -> io::Result<()> {
        self.runs.clear();
        if let Source::Ring(ring) = &self.source {
            self.snapshot = Snapshot::of(file, ring)?;
        }
        self.at_end = self.snapshot.is_none();
        Ok(())
    }

    /// Says once that the thread's counts cannot be believed, here to begin with.
    fn contradict<R>(&mut self, file: &RingFile<R>, pending: &mut Pending, (start, end): (u64, u64)) {
        if !std::mem::replace(&mut self.contradicts, true) {
            let message = "what is noted of the records' numbers contradicts itself";
            let damage = Damage::of_file(DamageKind::Damaged, &file.name, message);
            pending.damage.push_back(Damage { start: Some(start), end: Some(end), ..damage });
        }
    }
}
