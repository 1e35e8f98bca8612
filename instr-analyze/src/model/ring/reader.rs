//! Steps through the records of a ring or of a segment, of either version, which the program may go on writing.

use std::collections::VecDeque;
use std::io::{self, Read, Seek};

use instr_format::ring::{HeaderCopy, RingRecord, VERSION_OF_BLOCKS};

use super::blocks::Blocks;
use super::file::RingFile;
use super::flat::Flat;
use crate::model::damage::{Damage, DamageKind};
use crate::model::record::{Batch, Entry};

/// How far the records of a thread have been read, by which the reading goes on in the thread's next file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reached {
    /// Number of the newest record that was given, or that need not be.
    pub seq: u64,
    /// How far that is where records have positions.
    pub place: Place,
}

/// A position, and how many records are before it, as far as the files say that were read up to there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The position; 0: nothing was read.
    pub position: u64,
    /// The records.
    pub records: u64,
}

/// Steps through a ring or a segment.
pub struct RingReader<R> {
    file: RingFile<R>,
    /// Number of the newest record that was given, or that need not be.
    after: u64,
    pending: Pending,
    layout: Layout,
}

/// What was read and has yet to be given.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) records: Vec<RingRecord>,
    given: usize,
    pub(super) damage: VecDeque<Damage>,
    /// Number of the newest record that was read, or that is not wanted.
    pub(super) newest: u64,
    /// Whether the ring has been given to another thread.
    pub(super) is_over: bool,
}

/// How a version reads on.
enum Layout {
    Blocks(Blocks),
    Flat(Flat),
}

impl Reached {
    /// The farther way.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Reached { seq: self.seq.max(other.seq), place: self.place.max(other.place) }
    }
}

impl Pending {
    /// Makes room for other records; all have been given.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.given = 0;
    }
}

impl<R: Read + Seek> RingReader<R> {
    /// Reads the ring `name` with this header, from the first record behind what was reached.
    pub fn new(name: &str, header: HeaderCopy, input: R, after: Reached) -> Self {
        let layout = if header.version == VERSION_OF_BLOCKS {
            Layout::Blocks(Blocks::default())
        } else {
            Layout::Flat(Flat::new(after.place))
        };
        RingReader {
            file: RingFile { name: name.to_owned(), header, input },
            after: after.seq,
            pending: Pending { newest: after.seq, ..Pending::default() },
            layout,
        }
    }

    /// How far the reading has come.
    pub fn reached(&self) -> Reached {
        let place = match &self.layout {
            Layout::Blocks(_) => Place::default(),
            Layout::Flat(flat) => flat.place(),
        };
        Reached { seq: self.after, place }
    }

    /// Gives no records up to there.
    pub fn skip_to(&mut self, after: Reached) {
        self.after = self.after.max(after.seq);
        self.pending.newest = self.pending.newest.max(after.seq);
        let records = self.pending.records.get(self.pending.given..).unwrap_or_default();
        self.pending.given += records.partition_point(|record| record.seq <= after.seq);
        match &mut self.layout {
            Layout::Blocks(blocks) => blocks.skip_to(after.seq),
            Layout::Flat(flat) => flat.skip_to(after.place),
        }
    }

    /// Number of the next record, unless something else comes before it.
    pub fn peek(&mut self) -> Option<u64> {
        while self.pending.given >= self.pending.records.len() && self.pending.damage.is_empty() {
            if !self.advance().ok()? {
                break;
            }
        }
        Some(self.pending.records.get(self.pending.given)?.seq)
    }

    /// Whether the ring has been given to another thread.
    pub fn is_over(&self) -> bool {
        self.pending.is_over
    }

    /// The next entry; `None` at the end, for now.
    ///
    /// # Errors
    /// Damage that ends the reading.
    #[inline]
    pub fn step(&mut self) -> Result<Option<Entry<'static>>, Damage> {
        loop {
            if let Some(record) = self.pending.records.get(self.pending.given) {
                self.pending.given += 1;
                self.after = record.seq;
                let batch = Batch { records: &[], header: &self.file.header };
                return Ok(Some(Entry::Record(batch.of(record))));
            }
            if let Some(damage) = self.pending.damage.pop_front() {
                return Ok(Some(Entry::Damage(damage)));
            }
            if !self.advance().map_err(|error| Damage::unreadable(&self.file.name, &error))? {
                return Ok(None);
            }
        }
    }

    /// Gives the records that have been read and wait for their turn: faster than a step for each.
    pub fn drain(&mut self) -> Batch<'_> {
        let records = self.pending.records.get(self.pending.given..).unwrap_or_default();
        self.after = records.last().map_or(self.after, |record| record.seq);
        self.pending.given = self.pending.records.len();
        Batch { records, header: &self.file.header }
    }

    /// When the first record was made that can be given, as far as the file says; a survey, if there was none.
    ///
    /// # Errors
    /// Damage that ends the reading.
    pub fn first_unix_ns(&mut self) -> Result<Option<u64>, Damage> {
        let RingReader { file, pending, layout, .. } = self;
        let elapsed = match layout {
            Layout::Blocks(blocks) => blocks.first_elapsed_ns(file, pending),
            Layout::Flat(flat) => flat.first_elapsed_ns(file, pending),
        };
        let elapsed = elapsed.map_err(|error| Damage::unreadable(&self.file.name, &error))?;
        Ok(elapsed.map(|elapsed| self.file.header.start_unix_ns.saturating_add(elapsed)))
    }

    /// Number of the newest record, or of one that is not much older; 0 if there is none. Before the first step.
    ///
    /// # Errors
    /// Damage that ends the reading.
    pub fn newest_number(&mut self) -> Result<u64, Damage> {
        self.first_unix_ns()?;
        Ok(match &self.layout {
            Layout::Blocks(blocks) => blocks.newest_first(),
            Layout::Flat(flat) => flat.noted(),
        })
    }

    /// What a segment ends with that is cut.
    pub fn torn(&self) -> Option<Damage> {
        let ((start, end), what) = match &self.layout {
            Layout::Blocks(blocks) => (blocks.cut()?, "block"),
            Layout::Flat(flat) => (flat.cut()?, "chunk"),
        };
        let damage = Damage::of_file(DamageKind::Torn, &self.file.name, format!("the last {what} is incomplete"));
        Some(Damage { start: Some(start), end: Some(end), ..damage })
    }

    /// Reads on; false at the end, for now.
    fn advance(&mut self) -> io::Result<bool> {
        let RingReader { file, pending, layout, .. } = self;
        match layout {
            Layout::Blocks(blocks) => blocks.advance(file, pending),
            Layout::Flat(flat) => flat.advance(file, pending),
        }
    }
}
