//! One record of a thread, of whichever sink.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use instr_format::ring::{Clock, HeaderCopy, RingRecord};
use instr_format::text::{self, Moment, SiteText};

use super::damage::Damage;

/// Which record of its thread, and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// As a log would have it; without a clock, its times are 0.
    pub moment: Moment,
    /// What the times mean.
    pub clock: Clock,
}

impl Stamp {
    /// When it was made, or when its chunk or block was begun, since 1970.
    pub fn unix_ns(&self) -> Option<u64> {
        (self.clock != Clock::Off).then_some(self.moment.unix_ns)
    }

    /// The same since the run began.
    pub fn elapsed_ns(&self) -> Option<u64> {
        (self.clock != Clock::Off).then_some(self.moment.elapsed_ns)
    }
}

/// How a record names its statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// By the line of a log, which holds all of it.
    Line(&'a [u8], SiteText<'a>),
    /// By its id in the site table.
    Site(u32),
}

/// A record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Which, and when.
    pub stamp: Stamp,
    /// Of which statement.
    pub what: What<'a>,
}

impl<'a> Record<'a> {
    /// Reads the line of a log, without its newline. `None`: it is torn or damaged.
    pub fn of_line(line: &'a [u8]) -> Option<Self> {
        let text::Record { moment, site } = text::decode_record(line)?;
        Some(Record { stamp: Stamp { moment, clock: Clock::Full }, what: What::Line(line, site) })
    }

    /// The same for records of the same statement, as far as their sink tells statements apart.
    pub(crate) fn key(&self) -> u64 {
        match self.what {
            What::Line(_, site) => {
                let place = (site.file, site.line, site.col, site.name, site.snippet);
                BuildHasherDefault::<DefaultHasher>::default().hash_one(place)
            }
            What::Site(id) => id.into(),
        }
    }

    /// A copy that needs no file.
    pub fn kept(&self) -> Kept {
        let what = match self.what {
            What::Line(line, _) => KeptWhat::Line(line.to_vec()),
            What::Site(id) => KeptWhat::Site(id),
        };
        Kept { stamp: self.stamp, what }
    }
}

/// A record that has been copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    stamp: Stamp,
    what: KeptWhat,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum KeptWhat {
    Line(Vec<u8>),
    Site(u32),
}

impl Kept {
    /// Which, and when.
    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Its number.
    #[inline]
    pub fn seq(&self) -> u64 {
        self.stamp.moment.seq
    }

    /// Becomes a copy of this record.
    #[inline]
    pub(crate) fn replace(&mut self, record: &Record<'_>) {
        self.stamp = record.stamp;
        match (&mut self.what, record.what) {
            (KeptWhat::Line(kept), What::Line(line, _)) => {
                kept.clear();
                kept.extend_from_slice(line);
            }
            (kept, What::Line(line, _)) => *kept = KeptWhat::Line(line.to_vec()),
            (kept, What::Site(id)) => *kept = KeptWhat::Site(id),
        }
    }

    /// The record.
    pub fn record(&self) -> Record<'_> {
        let id = match &self.what {
            KeptWhat::Line(line) => match Record::of_line(line) {
                Some(record) => return record,
                // Only what could be read was kept.
                None => u32::MAX,
            },
            KeptWhat::Site(id) => *id,
        };
        Record { stamp: self.stamp, what: What::Site(id) }
    }
}

/// One step through a file of records.
#[derive(Debug)]
pub enum Entry<'a> {
    /// A record.
    Record(Record<'a>),
    /// What stands in the place of one and is none.
    Damage(Damage),
}

/// Records of a ring that were read together.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The records.
    pub records: &'a [RingRecord],
    /// Whose they are.
    pub header: &'a HeaderCopy,
}

impl Batch<'_> {
    /// Those from this number on.
    pub(crate) fn since(self, seq: u64) -> Self {
        let at = self.records.partition_point(|record| record.seq < seq);
        Batch { records: self.records.get(at..).unwrap_or_default(), ..self }
    }

    /// One of them as any sink has it.
    pub fn of(&self, record: &RingRecord) -> Record<'static> {
        let HeaderCopy { pid, tid, clock, start_unix_ns, .. } = *self.header;
        let RingRecord { seq, site, elapsed_ns } = *record;
        let unix_ns = if clock == Clock::Off { 0 } else { start_unix_ns.saturating_add(elapsed_ns) };
        let moment = Moment { pid, tid, seq, unix_ns, elapsed_ns };
        Record { stamp: Stamp { moment, clock }, what: What::Site(site) }
    }
}

/// What takes the records of a thread, one after the other.
pub trait Visitor {
    /// Takes a record.
    fn record(&mut self, record: &Record<'_>);

    /// Takes records of a ring, of which each has a higher number than the one before it.
    fn batch(&mut self, batch: Batch<'_>) {
        batch.records.iter().for_each(|record| self.record(&batch.of(record)));
    }

    /// Takes what stands in the place of one and is none.
    fn damage(&mut self, damage: Damage);
}
