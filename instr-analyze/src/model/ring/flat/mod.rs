//! The reader of version 2: words that say by themselves in which lap they were written.
//!
//! A survey notes where the thread is, and which records it has counted where; then the words are copied, oldest first. A word
//! that the thread takes from under the reader says that it is of another lap. So does one that it is about to write, which is
//! read the next time. With a clock in every record, only those count of which two copies are the same.

mod ring;
mod runs;
mod segment;
mod table;

use std::collections::VecDeque;
use std::io::{self, Read, Seek};

use instr_format::ring::flat::{RecordCopy, decode_records};
use instr_format::ring::{Clock, RingRecord};

use super::file::{PIECE, RingFile};
use super::reader::{Pending, Place};
use crate::model::damage::{Damage, DamageKind};
use ring::Ring;
use runs::{Copied, Run, Survey};
use segment::Segment;

/// So many records may be there that the thread has not counted: each is one that a signal handler has interrupted, which is there
/// and takes a place more when the handler returns.
const INTERRUPTED: u64 = 64;

/// How far the reading of a ring or a segment has come.
pub(super) struct Flat {
    source: Source,
    /// Runs that have been surveyed and not copied.
    runs: VecDeque<Run>,
    /// Records at lower positions have been read, or are not wanted.
    start: u64,
    /// All lower positions have been looked at.
    end: u64,
    /// How many records there are before `end`.
    count: u64,
    at_end: bool,
    looked: bool,
    /// Their words, where they have been copied already.
    copied: Option<Copied>,
    /// Whether the thread has overtaken the reader, which copies everything at once then.
    is_overtaken: bool,
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
            start: after.position,
            end: after.position,
            count: after.records,
            at_end: false,
            looked: false,
            copied: None,
            is_overtaken: false,
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
        self.start = self.start.max(after.position);
        if after.position > self.end {
            (self.end, self.count) = (after.position, after.records);
        }
    }

    /// When the first record was made that can be given, or some time before that; a survey, if there was none.
    pub(super) fn first_elapsed_ns<R: Read + Seek>(
        &mut self,
        file: &mut RingFile<R>,
        pending: &mut Pending,
    ) -> io::Result<Option<u64>> {
        if self.runs.is_empty() && !self.looked {
            self.survey(file, pending)?;
        }
        Ok(self.runs.front().map(|run| run.elapsed_ns))
    }

    /// How many records the thread has written, as far as a ring says.
    pub(super) fn total(&self) -> u64 {
        if let Source::Ring(ring) = &self.source { ring.total } else { 0 }
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
        if !self.runs.is_empty() {
            self.copy(file, pending)?;
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
        self.survey(file, pending)?;
        Ok(true)
    }

    /// Notes what there is to be read next.
    fn survey<R: Read + Seek>(&mut self, file: &mut RingFile<R>, pending: &mut Pending) -> io::Result<()> {
        if let Source::Unknown = self.source {
            self.source = if file.is_segment() {
                Source::Segment(Segment::default())
            } else {
                Source::Ring(Ring::open(file, &mut pending.damage)?)
            };
        }
        let Survey { runs, wrong, is_last, copied } = match &mut self.source {
            Source::Unknown => Survey::default(),
            Source::Ring(ring) if self.is_overtaken => ring.rush(file, self.start)?,
            Source::Ring(ring) => ring.survey(file, self.start)?,
            Source::Segment(segment) => segment.survey(file, self.start)?,
        };
        (self.runs, self.at_end, self.looked, self.copied) = (runs.into(), is_last, true, copied);
        if let Some(wrong) = wrong {
            self.contradict(file, pending, wrong);
        }
        Ok(())
    }

    /// Copies some of the runs, and reads their records.
    fn copy<R: Read + Seek>(&mut self, file: &mut RingFile<R>, pending: &mut Pending) -> io::Result<()> {
        pending.clear();
        let Copied { words, overwritten } = match self.copied.take() {
            Some(copied) => copied,
            None => self.copy_some(file)?,
        };
        if !file.is_segment() && !file.is_still()? {
            pending.is_over = true;
            self.runs.clear();
            return Ok(());
        }
        let mut words = words.as_slice();
        while let Some(run) = self.runs.front()
            && let Some((own, others)) = words.split_at_checked(run.len())
        {
            let run = *run;
            self.runs.pop_front();
            words = others;
            let lost = usize::try_from(overwritten.saturating_sub(run.start)).unwrap_or(usize::MAX);
            match own.get(lost..) {
                Some(own) if lost > 0 => {
                    self.read(Run { start: overwritten, number: None, ..run }, own, file, pending);
                }
                Some(own) => self.read(run, own, file, pending),
                None => {}
            }
            if lost > 0 && !self.is_overtaken {
                (self.is_overtaken, self.at_end) = (true, false);
                self.runs.clear();
            }
        }
        Ok(())
    }

    /// Copies the words of the first runs.
    fn copy_some<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<Copied> {
        let (mut len, mut count) = (0, 0);
        for run in &self.runs {
            if count > 0 && len + run.len() > PIECE {
                break;
            }
            (len, count) = (len + run.len(), count + 1);
        }
        let mut words = self.words(file, count, len)?;
        let Source::Ring(ring) = &self.source else { return Ok(Copied { words, overwritten: 0 }) };
        if file.header.clock == Clock::Full {
            settle(&mut words, &self.words(file, count, len)?, file.header.clock);
        }
        Ok(Copied { words, overwritten: ring.overwritten(file)? })
    }

    /// Reads the records of a run, and gives those that are wanted.
    fn read<R>(&mut self, run: Run, words: &[u8], file: &RingFile<R>, pending: &mut Pending) {
        let header = &file.header;
        let size = header.clock.record_size() as u64;
        let is_timed = header.clock == Clock::Full;
        let records = || decode_records(header, words, run.start);
        let next = || self.runs.iter().find_map(|run| run.number);
        let before = match run.number {
            Some(number) => number - 1,
            None if run.start <= self.end => self.count,
            // What is between is gone: counted back from the next place of which the thread has noted the number.
            None => next().map_or(0, |next| (next - 1).saturating_sub(records().count() as u64)),
        };
        if self.count > before.saturating_add(INTERRUPTED) {
            self.contradict(file, pending, (run.at, run.at.saturating_add(run.len() as u64)));
        }
        let mut count = self.count.max(before);
        let mut last = None;
        for RecordCopy { position, site, elapsed_ns } in records() {
            count = if is_timed { position / size } else { count } + 1;
            last = Some(position);
            if count > pending.newest {
                pending.newest = count;
                let elapsed_ns = if is_timed { elapsed_ns } else { run.elapsed_ns };
                pending.records.push(RingRecord { seq: count, site, elapsed_ns });
            }
        }
        if let Some(last) = last {
            (self.start, self.count) = (last.saturating_add(size), count);
        }
        self.end = run.end;
    }

    /// Copies the words of the first runs.
    fn words<R: Read + Seek>(&self, file: &mut RingFile<R>, count: usize, len: usize) -> io::Result<Vec<u8>> {
        let mut words = vec![0; len];
        let mut free = words.as_mut_slice();
        for run in self.runs.iter().take(count) {
            let (mut at, mut position) = (run.at, run.start);
            while position < run.end {
                let (in_row, next) = self.source.row(position, at);
                let wanted = usize::try_from(in_row.min(run.end - position)).unwrap_or(usize::MAX);
                let (piece, others) = free.split_at_mut_checked(wanted).unwrap_or_default();
                let read = file.read_at(at, piece)?;
                // Of a record that is cut, nothing counts.
                piece.get_mut(read - read % file.header.clock.record_size()..).unwrap_or_default().fill(0);
                (at, position, free) = (next, position.saturating_add(in_row), others);
            }
        }
        Ok(words)
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

impl Source {
    /// How many bytes lie in a row from this position on, which is at `at`; and where those behind them are.
    fn row(&self, position: u64, at: u64) -> (u64, u64) {
        match self {
            Source::Unknown => (u64::MAX, at),
            Source::Ring(ring) => ring.row(position),
            Source::Segment(_) => segment::row(position, at),
        }
    }
}

/// Empties the records that differ: they were being written.
fn settle(copy: &mut [u8], check: &[u8], clock: Clock) {
    let size = clock.record_size();
    for (record, check) in copy.chunks_exact_mut(size).zip(check.chunks_exact(size)) {
        if record != check {
            record.fill(0);
        }
    }
}
