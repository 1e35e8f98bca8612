//! Version 2: words in a row.

use std::mem::offset_of;

use instr_format::ring::Clock;
use instr_format::ring::flat::{CHUNK, CHUNKS, CHUNKS_AT, Chunk, HEADER_SIZE, SegmentChunk, TimedRecord, word};

use crate::fake_run::put;

/// The words of a ring, and what its thread has noted of them.
#[derive(Debug, Clone)]
pub(super) struct FakeWords {
    pub(super) bytes: Vec<u8>,
    table: Vec<u8>,
    pub(super) position: u64,
    pub(super) holes: u64,
    pub(super) first_site: u32,
    pub(super) site_count: u32,
    /// Whether the chunks that are begun are noted.
    pub(super) notes: bool,
}

impl FakeWords {
    pub(super) fn new(size: usize) -> Self {
        assert!(size.is_power_of_two() && size >= CHUNK);
        FakeWords {
            bytes: vec![0; size],
            table: vec![0; CHUNKS * size_of::<Chunk>()],
            position: 0,
            holes: 0,
            first_site: 0x5678_9abc,
            site_count: 1000,
            notes: true,
        }
    }

    /// Stores a record where the next one goes, and does not move on.
    pub(super) fn store(&mut self, clock: Clock, site: u32, ns: u64) {
        self.begin_chunk(clock, ns);
        self.store_at(self.position, clock, site, ns);
    }

    /// Notes a chunk in whose first four places the next record goes, or with a clock in each record, in whose first, unless it is
    /// noted. Whether it goes there.
    pub(super) fn begin_chunk(&mut self, clock: Clock, ns: u64) -> bool {
        let (size, chunk) = (clock.record_size() as u64, CHUNK as u64);
        let entry = &mut self.table[self.position as usize / CHUNK % CHUNKS * size_of::<Chunk>()..];
        let begun = u64::from_ne_bytes(*entry.first_chunk().unwrap());
        let is_begun = begun != 0 && (begun - 1) / chunk == self.position / chunk;
        let is_first = self.position % chunk < if clock == Clock::Full { size } else { 4 * size };
        if self.notes && !is_begun && is_first {
            let elapsed = if clock == Clock::Off { 0 } else { ns };
            put(entry, offset_of!(Chunk, begun), &(self.position + 1).to_ne_bytes());
            put(entry, offset_of!(Chunk, holes), &self.holes.to_ne_bytes());
            put(entry, offset_of!(Chunk, elapsed_ns), &elapsed.to_ne_bytes());
        }
        is_first
    }

    /// Stores a record at a position that has been passed.
    pub(super) fn store_at(&mut self, position: u64, clock: Clock, site: u32, ns: u64) {
        let at = position as usize % self.bytes.len();
        put(&mut self.bytes, at, &word(self.first_site.wrapping_add(site), position).to_ne_bytes());
        if clock == Clock::Full {
            put(&mut self.bytes, at + offset_of!(TimedRecord, elapsed_ns), &ns.to_ne_bytes());
        }
    }

    /// What lies between the header and the words.
    pub(super) fn finish_header(&self, header: &mut Vec<u8>) {
        header.resize(HEADER_SIZE, 0);
        put(header, CHUNKS_AT, &self.table);
    }

    /// Whole chunks as a segment has them, from a number of the thread's chunks on.
    pub(super) fn chunks(&self, chunks: std::ops::Range<u64>) -> Vec<u8> {
        let chunk = |number: u64| {
            let position = number * CHUNK as u64;
            let entry = &self.table[number as usize % CHUNKS * size_of::<Chunk>()..][..size_of::<Chunk>()];
            let begun = u64::from_ne_bytes(*entry.first_chunk().unwrap());
            let mut head = [0; size_of::<SegmentChunk>()];
            put(&mut head, offset_of!(SegmentChunk, position), &position.to_ne_bytes());
            if begun != 0 && (begun - 1) / CHUNK as u64 == number {
                put(&mut head, offset_of!(SegmentChunk, begun), entry);
            }
            [head.as_slice(), &self.bytes[position as usize % self.bytes.len()..][..CHUNK]].concat()
        };
        chunks.flat_map(chunk).collect()
    }
}
