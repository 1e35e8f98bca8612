//! What the header of a ring says of the thread's way: the table of chunks, and the cursor.

use std::io::{self, Read, Seek};

use instr_format::ring::Clock;
use instr_format::ring::flat::{
    CHUNKS, CHUNKS_AT, Chunk, ChunkCopy, HEADER_SIZE, PROBE_AT, Place, ProbeCopy, decode_chunk, decode_probe,
};

use super::ring::follow;
use super::runs::Mark;
use crate::model::ring::file::RingFile;

const ENTRY: usize = size_of::<Chunk>();
const TABLE: usize = CHUNKS * ENTRY;
/// How often it is copied again while the thread writes to it.
const COPIES: usize = 3;

/// One look at the header.
pub(super) struct Table {
    /// What the thread's probes work on.
    pub(super) probe: ProbeCopy,
    /// Where the next record goes.
    pub(super) end: Place,
    /// The chunks that have been begun, oldest first.
    pub(super) entries: Vec<ChunkCopy>,
    /// Which bytes are not what should stand there.
    pub(super) wrong: Option<(u64, u64)>,
}

impl Table {
    /// Reads it; `None` where the file ends before. An entry counts only if two copies are the same.
    pub(super) fn read<R: Read + Seek>(file: &mut RingFile<R>, size: u64) -> io::Result<Option<Self>> {
        let (mut copy, mut check) = (vec![0; HEADER_SIZE - CHUNKS_AT], vec![0; HEADER_SIZE - CHUNKS_AT]);
        file.read_at(CHUNKS_AT as u64, &mut check)?;
        for _ in 0..COPIES {
            std::mem::swap(&mut copy, &mut check);
            if file.read_at(CHUNKS_AT as u64, &mut check)? < check.len() {
                return Ok(None);
            }
            if copy.get(..TABLE) == check.get(..TABLE) {
                break;
            }
        }
        let clock = file.header.clock;
        // Of the same copy or a later one than the entries: the thread has been there already.
        let probe = follow(file, size, decode_probe(check.get(PROBE_AT - CHUNKS_AT..).unwrap_or_default()))?;
        let both = copy.chunks_exact(ENTRY).zip(check.chunks_exact(ENTRY)).take(CHUNKS).enumerate();
        let found = both.filter(|(_, (one, other))| one == other);
        let mut entries: Vec<_> = found.filter_map(|(index, (entry, _))| Some((index, decode_chunk(entry)?))).collect();
        // The upper bits of the cursor are those that most entries say.
        let ends: Vec<_> = entries.iter().map(|(_, entry)| probe.end(clock, entry.begun)).collect();
        let mut sorted: Vec<_> = ends.iter().map(|end| end.position).collect();
        sorted.sort_unstable();
        let below = |position: u64| sorted.partition_point(|other| *other < position);
        let votes = |end: &Place| below(end.position.saturating_add(1)) - below(end.position);
        let possible = entries.iter().zip(&ends).filter(|((_, entry), end)| entry.begun.position <= end.position);
        let newest = possible.max_by_key(|((_, entry), end)| (votes(end), entry.begun.position));
        let end = newest.map_or_else(|| probe.end(clock, Place::default()), |(_, end)| *end);
        let is_right =
            |(index, entry): &(usize, ChunkCopy)| entry.index() == *index && entry.begun.position <= end.position;
        let wrong = entries.iter().find(|entry| !is_right(entry)).map(|(index, _)| said(*index));
        entries.retain(is_right);
        let mut entries: Vec<_> = entries.into_iter().map(|(_, entry)| entry).collect();
        entries.sort_by_key(|entry| entry.begun.position);
        Ok(Some(Table { probe, end, entries, wrong }))
    }

    /// Where the thread was when its probes worked on `probe`, which was copied before.
    pub(super) fn earlier(&self, probe: &ProbeCopy, clock: Clock) -> Place {
        let since = self.probe.cursor.wrapping_sub(probe.cursor);
        match clock {
            Clock::Full => Place { position: probe.timed, holes: 0 },
            _ => Place {
                position: self.end.position.saturating_sub(since & u64::from(u32::MAX)),
                holes: self.end.holes.saturating_sub(since >> 32),
            },
        }
    }

    /// The marks between two places, the end among them; the first that cannot be is wrong.
    pub(super) fn marks(&mut self, start: u64, end: Place, clock: Clock) -> Vec<Mark> {
        let cursor = ChunkCopy { begun: end, elapsed_ns: self.elapsed_before(end.position.saturating_add(1)) };
        let entries = self.entries.iter().filter(|entry| (start..=end.position).contains(&entry.begun.position));
        let all = entries.map(|entry| (entry, said(entry.index()))).chain([(&cursor, probe_said())]);
        let mut marks = Vec::new();
        for (entry, said) in all {
            match Mark::new(entry, clock, said) {
                Some(mark) => marks.push(mark),
                None => self.wrong = self.wrong.or(Some(said)),
            }
        }
        marks
    }

    /// When the newest chunk was begun of those before a position.
    pub(super) fn elapsed_before(&self, position: u64) -> u64 {
        let before = self.entries.iter().rfind(|entry| entry.begun.position < position);
        before.map_or(0, |entry| entry.elapsed_ns)
    }
}

/// Where an entry of the table lies.
fn said(index: usize) -> (u64, u64) {
    let at = (CHUNKS_AT + index * ENTRY) as u64;
    (at, at + ENTRY as u64)
}

/// Where the thread's probes have their cursor.
fn probe_said() -> (u64, u64) {
    (PROBE_AT as u64, HEADER_SIZE as u64)
}
