//! Rings of version 2, straight from their bytes.

use std::collections::BTreeMap;

use instr_format::ring::flat::{
    CHUNK, CHUNKS_AT, Chunk, ChunkCopy, HEADER_SIZE, PROBE_AT, Place, SEGMENT_HEADER_SIZE, SegmentChunk, TimedRecord,
    decode_chunk, decode_probe, decode_segment_chunk, site_at,
};
use instr_format::ring::{Clock, HeaderCopy, RingRecord};

const TABLE: std::ops::Range<usize> = CHUNKS_AT..PROBE_AT;

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

/// Where the next record goes.
pub(super) fn end(header: &HeaderCopy, file: &[u8]) -> Place {
    let newest = entries(file).max_by_key(|entry| entry.begun.position).map(|entry| entry.begun);
    let mut probe = decode_probe(&file[PROBE_AT..]);
    let words = |position: u64| {
        let at = HEADER_SIZE + (position % header.size) as usize;
        &file[at..at + CHUNK - position as usize % CHUNK]
    };
    while let Some(behind) = probe.over(header, words(probe.position(header.clock))) {
        probe = behind;
    }
    probe.end(header.clock, newest.unwrap_or_default())
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
        let (size, place) = (header.size, header.clock.record_size() as u64);
        let end = end(header, file);
        let oldest = (end.position + place).saturating_sub(size);
        for position in (oldest..=end.position).step_by(place as usize) {
            let at = HEADER_SIZE + (position % size) as usize;
            self.add_words(header, &file[at..at + place as usize], position);
        }
        let cursor = ChunkCopy { begun: end, elapsed_ns: 0 };
        let noted = entries(file).filter(|entry| (oldest..=end.position).contains(&entry.begun.position));
        self.notes.extend([cursor].into_iter().chain(noted).map(|entry| (entry.begun.position, entry)));
    }

    fn add_words(&mut self, header: &HeaderCopy, words: &[u8], first: u64) {
        let size = header.clock.record_size();
        for (record, position) in words.chunks_exact(size).zip((first..).step_by(size)) {
            let word = u32::from_ne_bytes(*record.first_chunk().expect("four bytes"));
            let Some(site) = site_at(header, word, position) else { continue };
            let time = std::mem::offset_of!(TimedRecord, elapsed_ns);
            let ns = record.get(time..).and_then(|time| time.first_chunk()).map_or(0, |time| u64::from_ne_bytes(*time));
            let before = self.records.insert(position, (site, ns));
            assert!(before.is_none_or(|before| before == (site, ns)), "{before:?} and {:?}", (site, ns));
        }
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
                count = count.max(number(&entry.begun) - 1);
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
