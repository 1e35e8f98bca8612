//! A segment: which chunks there are to be read, and where they lie.

use std::io::{self, Read, Seek};
use std::ops::Range;

use instr_format::ring::Clock;
use instr_format::ring::flat::{CHUNK, SEGMENT_HEADER_SIZE, SegmentChunk, SegmentChunkCopy, decode_segment_chunk};

use super::runs::{Mark, Survey, agreeing, runs};
use crate::model::ring::file::RingFile;

/// How many chunks are surveyed at once.
const AT_ONCE: usize = 256;
const HEAD: u64 = size_of::<SegmentChunk>() as u64;
const LEN: u64 = CHUNK as u64;

/// The chunks of a segment.
pub(super) struct Segment {
    /// Where the next chunk begins in the file.
    next: u64,
    /// Its lowest possible position.
    lowest: u64,
    /// When the newest chunk was begun of those before it.
    elapsed_ns: u64,
    /// The last chunk, if it is cut: where it begins, and where the file ends.
    pub(super) cut: Option<(u64, u64)>,
}

impl Default for Segment {
    fn default() -> Self {
        Segment { next: SEGMENT_HEADER_SIZE as u64, lowest: 0, elapsed_ns: 0, cut: None }
    }
}

/// What a survey has found.
#[derive(Default)]
struct Found {
    /// Positions in a row, and where the first one lies.
    rows: Vec<(Range<u64>, u64)>,
    marks: Vec<Mark>,
    wrong: Option<(u64, u64)>,
}

impl Segment {
    /// What there is of the next chunks from position `start` on.
    pub(super) fn survey<R: Read + Seek>(&mut self, file: &mut RingFile<R>, start: u64) -> io::Result<Survey> {
        let clock = file.header.clock;
        let start = start.checked_next_multiple_of(clock.record_size() as u64).unwrap_or(u64::MAX);
        let (found, is_last) = self.find(file)?;
        let (marks, odd) = agreeing(found.marks, clock);
        let mut all = Vec::new();
        for (positions, at) in found.rows {
            let before = marks.iter().rfind(|mark| mark.position < positions.start);
            let elapsed_ns = before.map_or(self.elapsed_ns, |mark| mark.elapsed_ns);
            let first = positions.start;
            let wanted = first.max(start)..positions.end;
            all.extend(runs(wanted, &marks, elapsed_ns, |position| offset(position, first, at)));
        }
        self.elapsed_ns = marks.last().map_or(self.elapsed_ns, |mark| mark.elapsed_ns);
        Ok(Survey { runs: all, wrong: found.wrong.or(odd.map(|mark| mark.said)), is_last, is_overtaken: false })
    }

    /// Reads the heads of the next chunks. A chunk that is cut may be whole at the next look.
    fn find<R: Read + Seek>(&mut self, file: &mut RingFile<R>) -> io::Result<(Found, bool)> {
        let clock = file.header.clock;
        let size = clock.record_size() as u64;
        let len = file.len()?;
        let mut found = Found::default();
        self.cut = None;
        for _ in 0..AT_ONCE {
            let mut head = [0; HEAD as usize];
            let (at, words_at) = (self.next, self.next + HEAD);
            let end = words_at + LEN;
            file.read_at(at, &mut head)?;
            if len > words_at {
                self.note(
                    &mut found,
                    decode_segment_chunk(&head),
                    words_at,
                    (len.min(end) - words_at) / size * size,
                    clock,
                );
            }
            if len < end {
                self.cut = (len > at).then_some((at, len));
                return Ok((found, true));
            }
            self.next = end;
        }
        Ok((found, false))
    }

    /// Notes a chunk of which so many bytes are there from `at` on.
    fn note(&mut self, found: &mut Found, chunk: SegmentChunkCopy, at: u64, len: u64, clock: Clock) {
        let SegmentChunkCopy { position, entry } = chunk;
        let said = (at - HEAD, at);
        let is_its = entry.is_none_or(|entry| entry.begun.position / LEN * LEN == position);
        let is_next = position.is_multiple_of(LEN) && position >= self.lowest && is_its;
        let Some(end) = position.checked_add(LEN).filter(|_| is_next) else {
            found.wrong.get_or_insert(said);
            return;
        };
        match found.rows.last_mut() {
            Some((row, first_at)) if row.end == position && offset(position, row.start, *first_at) == at => {
                row.end = position + len;
            }
            _ => found.rows.push((position..position + len, at)),
        }
        if let Some(entry) = entry {
            match Mark::new(&entry, clock, said) {
                Some(mark) => found.marks.push(mark),
                None => drop(found.wrong.get_or_insert(said)),
            }
        }
        if len == LEN {
            self.lowest = end;
        }
    }
}

/// Where a position lies in the file, if the chunks between are behind the one of the position `first`, which is at `at`.
fn offset(position: u64, first: u64, at: u64) -> u64 {
    at + (position - first) + (position / LEN - first / LEN) * HEAD
}

/// How many bytes lie in a row from this position on, which is at `at`; and where those behind them are.
pub(super) fn row(position: u64, at: u64) -> (u64, u64) {
    let in_row = LEN - position % LEN;
    (in_row, at + in_row + HEAD)
}
