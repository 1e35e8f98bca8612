//! Copies of runs, and the numbers of their records.

use std::io::{self, Read, Seek};

use instr_format::ring::flat::{RecordCopy, decode_records};
use instr_format::ring::{Clock, RingRecord};

use super::ring::clear_cut;
use super::runs::Run;
use super::snapshot::settle;
use super::{Flat, Source, segment};
use crate::model::ring::file::{PIECE, RingFile};
use crate::model::ring::reader::Pending;

/// So many records may be there that the thread has not counted: each is one that a signal handler has interrupted, whose place is
/// counted when the handler returns.
const INTERRUPTED: u64 = 64;

impl Flat {
    /// Copies some of the runs, and reads their records. Whether the thread has overtaken the reader.
    pub(super) fn copy<R: Read + Seek>(&mut self, file: &mut RingFile<R>, pending: &mut Pending) -> io::Result<bool> {
        pending.clear();
        let (words, overwritten) = self.copy_some(file)?;
        if !file.is_segment() && !file.is_still()? {
            pending.is_over = true;
            self.runs.clear();
            return Ok(false);
        }
        let mut words = words.as_slice();
        let mut is_overtaken = false;
        while let Some(run) = self.runs.front()
            && let Some((own, others)) = words.split_at_checked(run.len())
        {
            let run = *run;
            self.runs.pop_front();
            words = others;
            let next = self.runs.iter().find_map(|run| run.number);
            let lost = usize::try_from(overwritten.saturating_sub(run.start)).unwrap_or(usize::MAX);
            is_overtaken |= lost > 0;
            match own.get(lost..) {
                Some(own) if lost == 0 => self.read(run, next, own, file, pending),
                // How many were before these is known from the next ones.
                Some(own) if next.is_some() => {
                    self.read(Run { start: overwritten, number: None, ..run }, next, own, file, pending);
                }
                _ => {}
            }
        }
        Ok(is_overtaken)
    }

    /// Copies the words of the first runs; and up to which position they may have been overwritten meanwhile.
    fn copy_some<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<(Vec<u8>, u64)> {
        let (mut len, mut count) = (0, 0);
        for run in &self.runs {
            if count > 0 && len + run.len() > PIECE {
                break;
            }
            (len, count) = (len + run.len(), count + 1);
        }
        let mut words = self.words(file, count, len)?;
        let Source::Ring(ring) = &self.source else { return Ok((words, 0)) };
        if file.header.clock == Clock::Full {
            settle(&mut words, &self.words(file, count, len)?, file.header.clock);
        }
        // The thread overwrites the oldest ones first.
        let first = self.runs.front().and_then(|run| decode_records(&file.header, &words, run.start).next());
        let is_whole = match first {
            Some(first) => ring.is_still_there(file, first)?,
            None => false,
        };
        let overwritten = if is_whole { 0 } else { ring.overwritten(file)? };
        Ok((words, overwritten))
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
