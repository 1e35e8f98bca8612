//! A ring: which positions there are to be read, and where they lie.

use std::collections::VecDeque;
use std::io::{self, Read, Seek};

use instr_format::ring::Clock;
use instr_format::ring::flat::{CHUNK, HEADER_SIZE, PROBE_AT, Place, Probe, ProbeCopy, SIZE_MAX, decode_probe};

use super::runs::{Copied, Survey, agreeing, runs};
use super::settle;
use super::table::Table;
use crate::model::damage::{Damage, DamageKind};
use crate::model::ring::file::RingFile;

/// The words of a ring.
pub(super) struct Ring {
    /// How many bytes there are.
    size: u64,
    /// How many records the thread had written at the last look.
    pub(super) total: u64,
    /// Where it was.
    end: Place,
    /// What said so, and the record there: the thread may have stored it already.
    seen: Option<(ProbeCopy, [u8; 16])>,
}

impl Ring {
    /// Finds out how large the ring is.
    pub(super) fn open<R: Read + Seek>(file: &mut RingFile<R>, damage: &mut VecDeque<Damage>) -> io::Result<Self> {
        let len = file.len()?;
        let is_size = |size: u64| size.is_power_of_two() && (CHUNK as u64..=SIZE_MAX).contains(&size);
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
        Ok(Ring { size, total: 0, end: Place::default(), seen: None })
    }

    /// What there is from `start` on.
    pub(super) fn survey<R: Read + Seek>(&mut self, file: &mut RingFile<R>, start: u64) -> io::Result<Survey> {
        let Some(table) = Table::read(file, self.size)? else {
            return Ok(Survey { is_last: true, ..Survey::default() });
        };
        let mut record = [0; 16];
        file.read_at(self.at(table.end.position), &mut record)?;
        self.seen = Some((table.probe, record));
        let end = table.end;
        Ok(self.between(file, table, start, end))
    }

    /// The same where the thread is faster than the reader: copies all words at once, and then finds out what they are.
    pub(super) fn rush<R: Read + Seek>(&mut self, file: &mut RingFile<R>, start: u64) -> io::Result<Survey> {
        let clock = file.header.clock;
        let before = read_probe(file, self.size)?;
        let mut words = self.copy(file)?;
        if clock == Clock::Full {
            settle(&mut words, &self.copy(file)?, clock);
        }
        let behind = read_probe(file, self.size)?;
        let (Some(before), Some(behind), Some(table)) = (before, behind, Table::read(file, self.size)?) else {
            return Ok(Survey { is_last: true, ..Survey::default() });
        };
        let (end, overwritten) = (table.earlier(&before, clock), self.oldest(file, table.earlier(&behind, clock)));
        let mut survey = self.between(file, table, start, end);
        let at = |position: u64| usize::try_from(position % self.size).unwrap_or(0);
        let mut copied = Vec::new();
        for run in &survey.runs {
            let (from, to) = (at(run.start), at(run.start) + run.len());
            copied.extend_from_slice(words.get(from..to.min(words.len())).unwrap_or_default());
            copied.extend_from_slice(words.get(..to.saturating_sub(words.len())).unwrap_or_default());
        }
        let mut record = [0; 16];
        let newest = words.get(at(end.position)..).unwrap_or_default().iter();
        record.iter_mut().zip(newest).for_each(|(byte, copied)| *byte = *copied);
        self.seen = Some((before, record));
        survey.copied = Some(Copied { words: copied, overwritten });
        Ok(survey)
    }

    /// All words, as they lie there.
    fn copy<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<Vec<u8>> {
        let mut words = vec![0; usize::try_from(self.size).unwrap_or(0)];
        let len = file.read_at(HEADER_SIZE as u64, &mut words)?;
        // Of a record that is cut, nothing counts.
        words.get_mut(len - len % file.header.clock.record_size()..).unwrap_or_default().fill(0);
        Ok(words)
    }

    /// The runs between two places.
    fn between<R>(&mut self, file: &RingFile<R>, mut table: Table, start: u64, end: Place) -> Survey {
        let clock = file.header.clock;
        let size = clock.record_size() as u64;
        // Positions that a record can have, whatever the file says.
        let start = start.max(self.oldest(file, end)).checked_next_multiple_of(size).unwrap_or(u64::MAX);
        let (marks, odd) = agreeing(table.marks(start, end, clock), clock);
        let positions = start..(end.position / size * size).saturating_add(size);
        let runs = runs(positions, &marks, table.elapsed_before(start), |position| self.at(position)).collect();
        self.end = end;
        self.total = end.number(clock).map_or(0, |number| number - 1);
        Survey { runs, wrong: table.wrong.or(odd.map(|mark| mark.said)), is_last: true, copied: None }
    }

    /// Whether the thread is where it was: nothing has come then.
    pub(super) fn is_unchanged<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<bool> {
        let (probe, mut record) = (read_probe(file, self.size)?, [0; 16]);
        file.read_at(self.at(self.end.position), &mut record)?;
        Ok(probe.is_some() && probe.map(|probe| (probe, record)) == self.seen)
    }

    /// Up to which position the thread has overwritten what was there at the last look.
    pub(super) fn overwritten<R: Read + Seek>(&self, file: &mut RingFile<R>) -> io::Result<u64> {
        let clock = file.header.clock;
        let end = read_probe(file, self.size)?.map(|probe| probe.end(clock, self.end));
        Ok(end.map_or(0, |end| self.oldest(file, end)))
    }

    /// The oldest position that is not overwritten once there is a record at `end`.
    fn oldest<R>(&self, file: &RingFile<R>, end: Place) -> u64 {
        end.position.saturating_add(file.header.clock.record_size() as u64).saturating_sub(self.size)
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

/// Where the thread is in a ring of this size; `None` where the file ends before.
fn read_probe<R: Read + Seek>(file: &mut RingFile<R>, size: u64) -> io::Result<Option<ProbeCopy>> {
    let mut probe = [0; size_of::<Probe>()];
    let len = file.read_at(PROBE_AT as u64, &mut probe)?;
    if len < probe.len() {
        return Ok(None);
    }
    follow(file, size, decode_probe(&probe)).map(Some)
}

/// Follows the thread's records from where it was: chunk by chunk, up to the first without any.
pub(super) fn follow<R: Read + Seek>(file: &mut RingFile<R>, size: u64, from: ProbeCopy) -> io::Result<ProbeCopy> {
    let (mut probe, mut words) = (from, vec![0; CHUNK]);
    for _ in 0..=size / CHUNK as u64 {
        let position = probe.position(file.header.clock);
        let rest = CHUNK - usize::try_from(position % CHUNK as u64).unwrap_or(0);
        let words = words.get_mut(..rest).unwrap_or_default();
        let len = file.read_at(HEADER_SIZE as u64 + position % size, words)?;
        match probe.over(&file.header, words.get(..len).unwrap_or_default()) {
            Some(behind) => probe = behind,
            None => break,
        }
    }
    Ok(probe)
}
