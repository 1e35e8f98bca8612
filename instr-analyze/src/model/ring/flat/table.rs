//! What a ring's thread has noted of its way: the table of chunks.

use std::io::{self, Read, Seek};

use instr_format::ring::Clock;
use instr_format::ring::flat::{CHUNK, CHUNKS, CHUNKS_AT, Chunk, ChunkCopy, decode_chunk};

use super::runs::Mark;
use crate::model::ring::file::RingFile;

const ENTRY: usize = size_of::<Chunk>();
const LEN: usize = CHUNKS * ENTRY;
/// How many positions two of its entries are apart at most, or some more.
const SPREAD: u64 = (2 * CHUNKS * CHUNK) as u64;
/// How often it is copied again while the thread writes to it.
const COPIES: usize = 3;

/// A copy of the table.
pub(super) struct Table {
    /// All of it.
    pub(super) bytes: Vec<u8>,
    /// The chunks that have been begun, oldest first.
    entries: Vec<ChunkCopy>,
    /// Which bytes are not what should stand there.
    pub(super) wrong: Option<(u64, u64)>,
}

impl Table {
    /// Reads it; `None` where the file ends before. An entry counts only if two copies are the same.
    pub(super) fn read<R: Read + Seek>(file: &mut RingFile<R>) -> io::Result<Option<Self>> {
        let (mut copy, mut check) = (vec![0; LEN], vec![0; LEN]);
        file.read_at(CHUNKS_AT as u64, &mut check)?;
        for _ in 0..COPIES {
            std::mem::swap(&mut copy, &mut check);
            if file.read_at(CHUNKS_AT as u64, &mut check)? < LEN {
                return Ok(None);
            }
            if copy == check {
                break;
            }
        }
        let both = copy.chunks_exact(ENTRY).zip(check.chunks_exact(ENTRY)).enumerate();
        let found = both.filter(|(_, (one, other))| one == other);
        let found = found.filter_map(|(index, (entry, _))| Some((index, decode_chunk(entry)?)));
        let (mut entries, mut wrong) = (Vec::new(), None);
        for (index, entry) in found {
            if entry.index() == index {
                entries.push(entry);
            } else {
                wrong = wrong.or(Some(said(index)));
            }
        }
        entries.sort_by_key(|entry: &ChunkCopy| entry.begun.position);
        // All of them were begun one after the other, or have long been replaced but for a few.
        let median = entries.get(entries.len().saturating_sub(1) / 2).map_or(0, |entry| entry.begun.position);
        let odd = entries.iter().position(|entry| entry.begun.position.saturating_sub(median) > SPREAD);
        if let Some(odd) = odd {
            wrong = wrong.or(entries.get(odd).map(|entry| said(entry.index())));
            entries.truncate(odd);
        }
        Ok(Some(Table { bytes: check, entries, wrong }))
    }

    /// The first positions of the chunks that have been begun, the newest first.
    pub(super) fn begun(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().rev().map(|entry| entry.begun.position / CHUNK as u64 * CHUNK as u64)
    }

    /// The marks from a position up to another one; the first that cannot be is wrong.
    pub(super) fn marks(&mut self, start: u64, end: u64, clock: Clock) -> Vec<Mark> {
        let mut marks = Vec::new();
        for entry in self.entries.iter().filter(|entry| (start..end).contains(&entry.begun.position)) {
            let said = said(entry.index());
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

    /// The highest number of a chunk's first record of those before a position.
    pub(super) fn number_before(&self, position: u64, clock: Clock) -> Option<u64> {
        let before = self.entries.iter().filter(|entry| entry.begun.position < position);
        before.filter_map(|entry| entry.begun.number(clock)).max()
    }

    /// The first entry from a position on, where there can be none.
    pub(super) fn beyond(&self, position: u64) -> Option<(u64, u64)> {
        let beyond = self.entries.iter().find(|entry| entry.begun.position >= position)?;
        Some(said(beyond.index()))
    }
}

/// Where an entry of the table lies.
fn said(index: usize) -> (u64, u64) {
    let at = (CHUNKS_AT + index * ENTRY) as u64;
    (at, at + ENTRY as u64)
}
