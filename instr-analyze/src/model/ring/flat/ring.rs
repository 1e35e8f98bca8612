//! A ring: which positions there are to be read, and where they lie.
//!
//! Nothing says where the thread is. It was where it has noted its newest chunk, and each word tells how many laps later it was
//! written. The last one is the newest record.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, Read, Seek};
use std::ops::Range;

use instr_format::ring::Clock;
use instr_format::ring::flat::{CHUNK, HEADER_SIZE, RecordCopy, SIZE_MAX, decode_records, laps_after};

use super::runs::{Survey, agreeing, runs};
use super::table::Table;
use crate::model::damage::{Damage, DamageKind};
use crate::model::ring::file::RingFile;

const LEN: u64 = CHUNK as u64;
/// A thread notes a chunk in each lap, but for odd chances. A word that says it was written later than in so many is damaged.
const LAPS: u64 = 16;

/// The words of a ring.
pub(super) struct Ring {
    /// How many bytes there are.
    size: u64,
    /// How many records had been written when the newest chunk was begun, at the last look.
    pub(super) noted: u64,
    /// The chunk of the newest record; what there was of it, of the next one and of the table.
    seen: Option<(u64, u64)>,
}

/// The end of what is written.
#[derive(Default)]
struct End {
    /// The newest record's position.
    newest: Option<u64>,
    /// Its chunk, and the bytes of this one and of the next one.
    chunk: u64,
    bytes: Vec<u8>,
}

impl Ring {
    /// Finds out how large the ring is.
    pub(super) fn open<R: Read + Seek>(file: &mut RingFile<R>, damage: &mut VecDeque<Damage>) -> io::Result<Self> {
        let len = file.len()?;
        let is_size = |size: u64| size.is_power_of_two() && (LEN..=SIZE_MAX).contains(&size);
        let mut size = file.header.size;
        if !is_size(size) {
            let message = format!("the header says {size} bytes; the ring is taken to be as long as the file");
            damage.push_back(Damage::of_file(DamageKind::Damaged, &file.name, message));
            size = len.saturating_sub(HEADER_SIZE as u64);
            size = if is_size(size) { size } else { SIZE_MAX };
        }
        let end = HEADER_SIZE as u64 + size;
        if len < end {
            let torn = Damage::of_file(DamageKind::Torn, &file.name, "the file ends before its ring does");
            damage.push_back(Damage { start: Some(len), end: Some(end), ..torn });
        }
        Ok(Ring { size, noted: 0, seen: None })
    }

    /// What there is in `positions`.
    pub(super) fn survey<R: Read + Seek>(
        &mut self,
        file: &mut RingFile<R>,
        positions: Range<u64>,
    ) -> io::Result<Survey> {
        let Some(table) = Table::read(file)? else { return Ok(Survey { is_last: true, ..Survey::default() }) };
        let found = self.end(file, &table)?;
        let end = found.newest.map(|newest| newest.saturating_add(file.header.clock.record_size() as u64));
        // What is not wanted now has to be found the next time.
        let is_all = end.is_none_or(|end| end <= positions.end);
        self.seen = is_all.then(|| (found.chunk, hash(&table.bytes, &found.bytes)));
        let begun = table.begun().next();
        let survey = match end {
            Some(end) => self.between(file, table, positions.start, end.min(positions.end)),
            None => Survey { wrong: table.wrong, is_last: true, ..Survey::default() },
        };
        // The chunk of the newest record, or the one before it, is noted now, and was not before.
        let is_old = end.is_none_or(|end| end > begun.unwrap_or(0).saturating_add(2 * LEN));
        let is_overtaken = is_old && Table::read(file)?.is_some_and(|table| table.begun().next() != begun);
        Ok(Survey { is_overtaken, ..survey })
    }

    /// Finds the newest record.
    fn end<R: Read + Seek>(&self, file: &mut RingFile<R>, table: &Table) -> io::Result<End> {
        let mut words = vec![0; CHUNK];
        // The chunk of an entry that is right has records, unless the first one is about to be written.
        let mut first = 0;
        for chunk in table.begun() {
            if self.newest_in(file, chunk, &mut words)?.is_some() {
                first = chunk;
                break;
            }
        }
        let mut end = End::default();
        for chunk in (0..self.size / LEN).map_while(|number| first.checked_add(number * LEN)) {
            let found = self.newest_in(file, chunk, &mut words)?;
            if found > end.newest {
                end = End { newest: found, chunk, bytes: words.clone() };
            } else if chunk.saturating_sub(LEN) == end.chunk {
                end.bytes.extend_from_slice(&words);
            }
        }
        Ok(end)
    }

    /// Two positions between which the thread goes on now. It is in the newest chunk that is noted, or in the one behind it.
    pub(super) fn front<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<(u64, u64)> {
        let chunk = Table::read(file)?.and_then(|table| table.begun().next()).unwrap_or(0);
        let mut words = vec![0; CHUNK];
        let next = self.newest_in(file, chunk.saturating_add(LEN), &mut words)?;
        let newest = self.newest_in(file, chunk, &mut words)?.max(next);
        let behind = newest.map(|newest| newest.saturating_add(file.header.clock.record_size() as u64));
        Ok((behind.unwrap_or(chunk), behind.unwrap_or(chunk.saturating_add(2 * LEN))))
    }

    /// The newest record where the words of a chunk lie, in whatever lap it was written since.
    fn newest_in<R: Read + Seek>(
        &self,
        file: &mut RingFile<R>,
        chunk: u64,
        words: &mut [u8],
    ) -> io::Result<Option<u64>> {
        let size = file.header.clock.record_size();
        let len = file.read_at(self.at(chunk), words)?;
        clear_cut(words, len, file.header.clock);
        let written = words.chunks_exact(size).zip((chunk..).step_by(size)).filter_map(|(record, position)| {
            let word = u32::from_ne_bytes(*record.first_chunk()?);
            let laps = laps_after(&file.header, word, position, self.size).filter(|laps| *laps < LAPS)?;
            position.checked_add(laps * self.size)
        });
        Ok(written.max())
    }

    /// The runs between two positions, the second of which is behind the newest record.
    fn between<R>(&mut self, file: &RingFile<R>, mut table: Table, start: u64, end: u64) -> Survey {
        let clock = file.header.clock;
        let size = clock.record_size() as u64;
        // Of the oldest record with a clock of its own, the thread may have overwritten the time already.
        let room = if clock == Clock::Full { self.size - size } else { self.size };
        let start = start.max(end.saturating_sub(room)).checked_next_multiple_of(size).unwrap_or(u64::MAX);
        let (marks, odd) = agreeing(table.marks(start, end, clock), clock);
        let runs = runs(start..end, &marks, table.elapsed_before(start), |position| self.at(position)).collect();
        self.noted =
            marks.last().map(|mark| mark.number).or(table.number_before(start, clock)).map_or(0, |number| number - 1);
        let wrong = table.wrong.or(odd.map(|mark| mark.said)).or(table.beyond(end.saturating_add(self.size)));
        Survey { runs, wrong, is_last: true, is_overtaken: false }
    }

    /// Whether the thread is where it was: nothing has come then.
    pub(super) fn is_unchanged<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<bool> {
        let (Some((chunk, seen)), Some(table)) = (self.seen, Table::read(file)?) else { return Ok(false) };
        let mut words = vec![0; 2 * CHUNK];
        for (words, chunk) in words.chunks_exact_mut(CHUNK).zip([chunk, chunk.wrapping_add(LEN)]) {
            let len = file.read_at(self.at(chunk), words)?;
            clear_cut(words, len, file.header.clock);
        }
        Ok(hash(&table.bytes, &words) == seen)
    }

    /// Up to which position the thread may have overwritten by now what was there before.
    pub(super) fn overwritten<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<u64> {
        let (_, end) = self.front(file)?;
        Ok(end.saturating_sub(self.size))
    }

    /// Whether the thread has left a record alone, and so all newer ones.
    pub(super) fn is_still_there<R: Read + Seek>(
        &self,
        file: &mut RingFile<R>,
        RecordCopy { position, site, .. }: RecordCopy,
    ) -> io::Result<bool> {
        let mut record = [0; 16];
        file.read_at(self.at(position), &mut record)?;
        let now = decode_records(&file.header, &record, position).next();
        Ok(now.is_some_and(|now| (now.position, now.site) == (position, site)))
    }

    /// Where a position lies in the file.
    fn at(&self, position: u64) -> u64 {
        HEADER_SIZE as u64 + position % self.size
    }

    /// How many bytes lie in a row from this position on, and where those behind them are.
    pub(super) fn row(&self, position: u64) -> (u64, u64) {
        (self.size - position % self.size, HEADER_SIZE as u64)
    }
}

/// Empties what could not be read. Of a record that is cut, nothing counts.
pub(super) fn clear_cut(words: &mut [u8], len: usize, clock: Clock) {
    words.get_mut(len - len % clock.record_size()..).unwrap_or_default().fill(0);
}

fn hash(table: &[u8], words: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(table);
    hasher.write(words);
    hasher.finish()
}
