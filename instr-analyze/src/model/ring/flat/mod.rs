//! The reader of version 2: words that say by themselves in which lap they were written.
//!
//! A survey notes up to where there are records, and which of them the thread has counted; then the words are copied, oldest first. A
//! word that the thread takes from under the reader says that it is of another lap, and what it is about to write is read the next
//! time. With a clock in every record, only those count of which two copies are the same.

mod ring;
mod runs;
mod segment;
mod snapshot;
mod table;

use std::collections::VecDeque;
use std::io::{self, Cursor, Read, Seek};

use instr_format::ring::flat::{RecordCopy, decode_records};
use instr_format::ring::{Clock, RingRecord};

use super::file::{PIECE, RingFile};
use super::reader::{Pending, Place};
use crate::model::damage::{Damage, DamageKind};
use ring::{Ring, clear_cut};
use runs::{Run, Survey};
use segment::Segment;
use snapshot::{settle, snapshot};

/// So many records may be there that the thread has not counted: each is one that a signal handler has interrupted, whose place is
/// counted when the handler returns.
const INTERRUPTED: u64 = 64;

/// How far the reading of a ring or a segment has come.
pub(super) struct Flat {
    source: Source,
    /// Runs that have been surveyed and not copied.
    runs: VecDeque<Run>,
    /// What is read instead of the file, up to its end: the thread has overtaken the reader.
    snapshot: Option<RingFile<Cursor<Vec<u8>>>>,
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
            self.survey(file, pending)?;
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
        let Some(mut snapshot) = self.snapshot.take() else { return self.go_on(file, pending) };
        let is_more = self.go_on(&mut snapshot, pending)?;
        self.snapshot = Some(snapshot).filter(|_| is_more);
        Ok(is_more)
    }

    fn go_on<R: Read + Seek>(&mut self, file: &mut RingFile<R>, pending: &mut Pending) -> io::Result<bool> {
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
        let Survey { runs, wrong, is_last, is_overtaken } = match &mut self.source {
            Source::Unknown => Survey::default(),
            Source::Ring(ring) => ring.survey(file, self.start)?,
            Source::Segment(segment) => segment.survey(file, self.start)?,
        };
        (self.runs, self.at_end, self.looked) = (runs.into(), is_last, true);
        if let Some(wrong) = wrong {
            self.contradict(file, pending, wrong);
        }
        if is_overtaken { self.overtaken(file) } else { Ok(()) }
    }

    /// The thread is faster than the reader, which goes on with a copy.
    fn overtaken<R: Read + Seek>(&mut self, file: &mut RingFile<R>) -> io::Result<()> {
        self.runs.clear();
        self.snapshot = snapshot(file)?;
        self.at_end = self.snapshot.is_none();
        Ok(())
    }

    /// Copies some of the runs, and reads their records.
    fn copy<R: Read + Seek>(&mut self, file: &mut RingFile<R>, pending: &mut Pending) -> io::Result<()> {
        pending.clear();
        let (words, is_whole) = self.copy_some(file)?;
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
            let next = self.runs.iter().find_map(|run| run.number);
            if is_whole || next.is_some() {
                self.read(run, next, own, file, pending);
            }
        }
        if is_whole { Ok(()) } else { self.overtaken(file) }
    }

    /// Copies the words of the first runs; false: the thread may have overwritten their beginning meanwhile.
    fn copy_some<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<(Vec<u8>, bool)> {
        let (mut len, mut count) = (0, 0);
        for run in &self.runs {
            if count > 0 && len + run.len() > PIECE {
                break;
            }
            (len, count) = (len + run.len(), count + 1);
        }
        let mut words = self.words(file, count, len)?;
        let Source::Ring(ring) = &self.source else { return Ok((words, true)) };
        if file.header.clock == Clock::Full {
            settle(&mut words, &self.words(file, count, len)?, file.header.clock);
        }
        let start = self.runs.front().map_or(0, |run| run.start);
        Ok((words, !ring.may_have_overwritten(file, start)?))
    }

    /// Reads the records of a run, and gives those that are wanted. The next record whose number is noted has the number `next`.
    fn read<R>(&mut self, run: Run, next: Option<u64>, words: &[u8], file: &RingFile<R>, pending: &mut Pending) {
        let size = file.header.clock.record_size() as u64;
        let is_timed = file.header.clock == Clock::Full;
        let from = pending.records.len();
        let mut ends = None;
        for RecordCopy { position, site, elapsed_ns } in decode_records(&file.header, words, run.start) {
            let (first, _) = *ends.get_or_insert((position, position));
            ends = Some((first, position));
            let (seq, elapsed_ns) = if is_timed { (position / size + 1, elapsed_ns) } else { (0, run.elapsed_ns) };
            pending.records.push(RingRecord { seq, site, elapsed_ns });
        }
        self.end = run.end;
        let Some((first, last)) = ends else { return };
        let found = pending.records.get_mut(from..).unwrap_or_default();
        if !is_timed {
            let back = next.map(|next| (next - 1).saturating_sub(found.len() as u64));
            let noted = match (run.number, back) {
                (Some(number), _) if first == run.start => Some(number - 1),
                // The thread has yet to write the first one, or has overwritten it.
                (Some(number), back) => Some(number.max(back.unwrap_or(0))),
                (None, back) => back,
            };
            if self.count > noted.unwrap_or(u64::MAX).saturating_add(INTERRUPTED) {
                self.contradict(file, pending, (run.at, run.at.saturating_add(run.len() as u64)));
            }
            let before = self.count.max(noted.unwrap_or_else(|| self.noted()));
            let found = pending.records.get_mut(from..).unwrap_or_default();
            (before + 1..).zip(found).for_each(|(seq, record)| record.seq = seq);
        }
        self.start = last.saturating_add(size);
        self.count = pending.records.last().map_or(self.count, |record| record.seq);
        let wanted = pending.records.get(from..).unwrap_or_default();
        let unwanted = wanted.partition_point(|record| record.seq <= pending.newest);
        pending.records.drain(from..from + unwanted);
        pending.newest = pending.newest.max(self.count);
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
                clear_cut(piece, read, file.header.clock);
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
