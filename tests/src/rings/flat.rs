//! Rings of version 2, straight from their bytes.

use std::collections::BTreeMap;

use instr_format::ring::flat::{
    CHUNK, CHUNKS, CHUNKS_AT, Chunk, ChunkCopy, HEADER_SIZE, Place, SEGMENT_HEADER_SIZE, SegmentChunk, TimedRecord,
    decode_chunk, decode_segment_chunk, site_at,
};
use instr_format::ring::{Clock, HeaderCopy, RingRecord};

const TABLE: std::ops::Range<usize> = CHUNKS_AT..CHUNKS_AT + CHUNKS * size_of::<Chunk>();

/// What the files of a thread hold, by position.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Statement and time.
    records: BTreeMap<u64, (u32, u64)>,
    /// What the thread has noted.
    notes: BTreeMap<u64, ChunkCopy>,
}

/// The chunks that a ring's thread has noted.
fn entries(file: &[u8]) -> impl Iterator<Item = ChunkCopy> + '_ {
    file[TABLE].chunks_exact(size_of::<Chunk>()).filter_map(decode_chunk)
}

/// The newest place that a ring's thread has noted.
pub(super) fn newest(file: &[u8]) -> Place {
    entries(file).max_by_key(|entry| entry.begun.position).map_or_else(Place::default, |entry| entry.begun)
}

/// The position behind the newest record: nobody has written behind the newest chunk that is noted and has one.
fn end(header: &HeaderCopy, file: &[u8]) -> u64 {
    let place = header.clock.record_size() as u64;
    let is_there = |position: u64| record(header, file, position).is_some();
    let mut begun: Vec<u64> = entries(file).map(|entry| entry.begun.position / CHUNK as u64 * CHUNK as u64).collect();
    begun.sort_unstable();
    let chunk = |start: u64| (start..start + CHUNK as u64).step_by(place as usize);
    let first = begun.into_iter().rev().find(|start| chunk(*start).any(is_there)).unwrap_or(0);
    let newest = (first..first + header.size).step_by(place as usize).filter(|position| is_there(*position)).last();
    newest.map_or(0, |newest| newest + place)
}

/// The record at a position: its statement and its time.
fn record(header: &HeaderCopy, file: &[u8], position: u64) -> Option<(u32, u64)> {
    let at = HEADER_SIZE + (position % header.size) as usize;
    decode(header, file.get(at..at + header.clock.record_size())?, position)
}

fn decode(header: &HeaderCopy, record: &[u8], position: u64) -> Option<(u32, u64)> {
    let site = site_at(header, u32::from_ne_bytes(*record.first_chunk()?), position)?;
    let time = record.get(std::mem::offset_of!(TimedRecord, elapsed_ns)..).and_then(|time| time.first_chunk());
    Some((site, time.map_or(0, |time| u64::from_ne_bytes(*time))))
}

impl Words {
    /// Adds what a file holds.
    ///
    /// # Panics
    /// When it says something else of a position that is known.
    pub(super) fn add(&mut self, header: &HeaderCopy, file: &[u8]) {
        if header.segment > 0 {
            // The thread may have been killed before it had written all of the header.
            let chunks = file.get(SEGMENT_HEADER_SIZE..).unwrap_or_default().chunks(size_of::<SegmentChunk>() + CHUNK);
            for (head, words) in chunks.filter_map(|chunk| chunk.split_at_checked(size_of::<SegmentChunk>())) {
                let chunk = decode_segment_chunk(head);
                self.add_words(header, words, chunk.position);
                self.notes.extend(chunk.entry.map(|entry| (entry.begun.position, entry)));
            }
            return;
        }
        let (end, place) = (end(header, file), header.clock.record_size() as u64);
        // The time of a record that is about to be overwritten may be gone.
        let oldest = end.saturating_sub(header.size - if header.clock == Clock::Full { place } else { 0 });
        for position in (oldest..end).step_by(place as usize) {
            self.insert(position, record(header, file, position));
        }
        let noted = entries(file).filter(|entry| (oldest..end).contains(&entry.begun.position));
        self.notes.extend(noted.map(|entry| (entry.begun.position, entry)));
    }

    fn add_words(&mut self, header: &HeaderCopy, words: &[u8], first: u64) {
        let size = header.clock.record_size();
        for (record, position) in words.chunks_exact(size).zip((first..).step_by(size)) {
            self.insert(position, decode(header, record, position));
        }
    }

    fn insert(&mut self, position: u64, record: Option<(u32, u64)>) {
        let Some(record) = record else { return };
        let before = self.records.insert(position, record);
        assert!(before.is_none_or(|before| before == record), "{before:?} and {record:?} at {position}");
    }

    /// The records with their numbers: as the thread has noted them, or more if it has not counted what is there.
    pub(super) fn records(&self, clock: Clock) -> Vec<RingRecord> {
        let size = clock.record_size() as u64;
        let number = |place: &Place| place.number(clock).expect("not more holes than places");
        let first = self.notes.values().next().map_or(1, |entry| number(&entry.begun));
        let before = self.notes.keys().next().map_or(0, |place| self.records.range(..place).count() as u64);
        let mut count = (first - 1).saturating_sub(before);
        let mut notes = self.notes.values().peekable();
        let mut elapsed = 0;
        let record = |(position, (site, ns)): (&u64, &(u32, u64))| {
            while let Some(entry) = notes.next_if(|entry| entry.begun.position <= *position) {
                // Its first record is counted, whether it has been written or not.
                count = count.max(number(&entry.begun) - u64::from(entry.begun.position == *position));
                elapsed = if entry.elapsed_ns > 0 { entry.elapsed_ns } else { elapsed };
            }
            count = if clock == Clock::Full { position / size } else { count } + 1;
            RingRecord { seq: count, site: *site, elapsed_ns: if clock == Clock::Full { *ns } else { elapsed } }
        };
        self.records.iter().map(record).collect()
    }

    /// Number of the first record that is noted.
    pub(super) fn first_noted(&self, clock: Clock) -> u64 {
        self.notes.values().next().and_then(|entry| entry.begun.number(clock)).unwrap_or(1)
    }
}
