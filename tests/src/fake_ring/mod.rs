//! Rings and counts made by hand, as `instr-format` lays them out.

mod blocks;
mod counts;
mod flat;

use std::mem::offset_of;
use std::ops::Range;

use instr_format::ring::blocks::BLOCK_SIZE;
use instr_format::ring::flat::{HEADER_SIZE, SEGMENT_HEADER_SIZE};
use instr_format::ring::{Clock, Header, MAGIC, VERSION, VERSION_OF_BLOCKS};

use crate::fake_run::{PID, START_NS, put};
use blocks::FakeBlocks;
pub use counts::{FakeTable, counts_file};
use flat::FakeWords;

/// Both versions of rings.
pub const VERSIONS: [u32; 2] = [VERSION_OF_BLOCKS, VERSION];

/// A ring that is written to as a thread does it.
#[derive(Debug, Clone)]
pub struct FakeRing {
    /// Kernel thread id.
    pub tid: u64,
    /// Which thread with this id it is.
    pub reuse: u32,
    /// Name, at most 16 bytes.
    pub name: &'static [u8],
    clock: Clock,
    layout: Layout,
    /// How many records have been written.
    written: u64,
}

#[derive(Debug, Clone)]
enum Layout {
    Blocks(FakeBlocks),
    Flat(FakeWords),
}

/// What a signal handler has interrupted: a record that has yet to be stored.
#[derive(Debug, Clone, Copy)]
pub struct Interrupted {
    position: u64,
    site: u32,
    ns: u64,
    is_claimed: bool,
}

impl FakeRing {
    /// An empty ring of so many KiB.
    pub fn new(tid: u64, name: &'static [u8], clock: Clock, kib: usize) -> Self {
        FakeRing::of_version(VERSION, tid, name, clock, kib)
    }

    /// The same of any version.
    pub fn of_version(version: u32, tid: u64, name: &'static [u8], clock: Clock, kib: usize) -> Self {
        let size = kib * 1024;
        let layout = if version == VERSION_OF_BLOCKS {
            Layout::Blocks(FakeBlocks::new(size))
        } else {
            Layout::Flat(FakeWords::new(size))
        };
        FakeRing { tid, reuse: 1, name, clock, layout, written: 0 }
    }

    /// The same with so many sites, the first of which has this low half of an address.
    #[must_use]
    pub fn with_sites(mut self, first: u32, count: u32) -> Self {
        let words = self.words();
        (words.first_site, words.site_count) = (first, count);
        self
    }

    /// The same, of whose chunks none is noted.
    #[must_use]
    pub fn without_notes(mut self) -> Self {
        self.words().notes = false;
        self
    }

    /// The same, as if it had gone on for so long before.
    #[must_use]
    pub fn from(mut self, position: u64, holes: u64) -> Self {
        let words = self.words();
        (words.position, words.holes) = (position, holes);
        self.written = position / self.clock.record_size() as u64 - holes;
        self
    }

    /// Records the statement `site`, `ns` after the run began.
    pub fn put(&mut self, site: u32, ns: u64) {
        match &mut self.layout {
            Layout::Blocks(blocks) => blocks.put(self.clock, site, ns),
            Layout::Flat(words) => {
                words.store(self.clock, site, ns);
                words.position += self.clock.record_size() as u64;
            }
        }
        self.written += 1;
    }

    /// Records the statements one after the other, a microsecond apart.
    pub fn put_all(&mut self, sites: impl IntoIterator<Item = u32>) {
        for site in sites {
            self.put(site, (self.written + 1) * 1000);
        }
    }

    /// Version 1: leaves the rest of the block as it is.
    pub fn leave_block(&mut self) {
        let Layout::Blocks(blocks) = &mut self.layout else { panic!("there are no blocks") };
        blocks.leave_block(self.clock);
    }

    /// Version 2: enters a function, which passes a place over. Where records have clocks of their own, it does not.
    pub fn enter(&mut self) {
        if self.clock != Clock::Full {
            let words = self.words();
            words.position += 4;
            words.holes += 1;
        }
    }

    /// Version 2: stores a record, and does not move on.
    pub fn store(&mut self, site: u32, ns: u64) {
        let clock = self.clock;
        self.words().store(clock, site, ns);
    }

    /// Version 2: moves on as behind a record, whether there is one or not.
    pub fn move_on(&mut self) {
        let size = self.clock.record_size() as u64;
        self.words().position += size;
        self.written += 1;
    }

    /// Version 2: is interrupted when the place of a record is known. The handler enters a function next. At the beginning of a
    /// chunk, the place is claimed before, and the chunk noted.
    pub fn begin(&mut self, site: u32, ns: u64) -> Interrupted {
        let clock = self.clock;
        if self.words().begin_chunk(clock, ns) || clock == Clock::Full {
            return self.claim(site, ns);
        }
        Interrupted { position: self.position(), site, ns, is_claimed: false }
    }

    /// Version 2: is interrupted when the place of a record is claimed.
    pub fn claim(&mut self, site: u32, ns: u64) -> Interrupted {
        let position = self.position();
        self.move_on();
        Interrupted { position, site, ns, is_claimed: true }
    }

    /// Version 2: goes on where it was interrupted, and stores the record.
    pub fn end(&mut self, Interrupted { position, site, ns, is_claimed }: Interrupted) {
        let clock = self.clock;
        self.words().store_at(position, clock, site, ns);
        if !is_claimed {
            self.move_on();
        }
    }

    /// Version 2: whether the chunks that are begun from now on are noted.
    pub fn note_chunks(&mut self, notes: bool) {
        self.words().notes = notes;
    }

    /// Version 2: the position of the next record.
    pub fn position(&self) -> u64 {
        let Layout::Flat(words) = &self.layout else { panic!("there are no positions") };
        words.position
    }

    fn words(&mut self) -> &mut FakeWords {
        let Layout::Flat(words) = &mut self.layout else { panic!("there are blocks") };
        words
    }

    /// How many records have been written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// What a segment has of some of the chunks that the thread has begun, or of such blocks, from 0.
    pub fn kept(&self, range: Range<u64>) -> Vec<u8> {
        match &self.layout {
            Layout::Blocks(blocks) => {
                let block =
                    |number: u64| &blocks.bytes[number as usize * BLOCK_SIZE % blocks.bytes.len()..][..BLOCK_SIZE];
                range.flat_map(block).copied().collect()
            }
            Layout::Flat(words) => words.chunks(range),
        }
    }

    /// The bytes of the file.
    pub fn file(&self) -> Vec<u8> {
        match &self.layout {
            Layout::Blocks(blocks) => {
                [self.header(0, blocks.bytes.len(), FakeBlocks::HEADER_SIZE), blocks.bytes.clone()].concat()
            }
            Layout::Flat(words) => {
                let mut header = self.header(0, words.bytes.len(), SEGMENT_HEADER_SIZE);
                words.finish_header(&mut header);
                [header, words.bytes.clone()].concat()
            }
        }
    }

    /// Where in the file the thread goes on, behind the newest record: what lies there is the oldest.
    pub fn next_at(&self) -> usize {
        match &self.layout {
            Layout::Blocks(_) => FakeBlocks::HEADER_SIZE,
            Layout::Flat(words) => HEADER_SIZE + words.position as usize % words.bytes.len(),
        }
    }

    /// The bytes of a segment that holds what is kept.
    pub fn segment(&self, number: u32, kept: &[u8]) -> Vec<u8> {
        [self.header(number, 0, SEGMENT_HEADER_SIZE).as_slice(), kept].concat()
    }

    fn header(&self, segment: u32, size: usize, len: usize) -> Vec<u8> {
        let mut header = vec![0; len];
        let (version, first_site, site_count) = match &self.layout {
            Layout::Blocks(_) => (VERSION_OF_BLOCKS, 0, 0),
            Layout::Flat(words) => (VERSION, words.first_site, words.site_count),
        };
        put(&mut header, offset_of!(Header, magic), &MAGIC.to_ne_bytes());
        put(&mut header, offset_of!(Header, version), &version.to_ne_bytes());
        put(&mut header, offset_of!(Header, clock), &(self.clock as u32).to_ne_bytes());
        put(&mut header, offset_of!(Header, size), &(size as u64).to_ne_bytes());
        put(&mut header, offset_of!(Header, pid), &PID.to_ne_bytes());
        put(&mut header, offset_of!(Header, tid), &self.tid.to_ne_bytes());
        put(&mut header, offset_of!(Header, reuse), &self.reuse.to_ne_bytes());
        put(&mut header, offset_of!(Header, segment), &segment.to_ne_bytes());
        put(&mut header, offset_of!(Header, start_unix_ns), &START_NS.to_ne_bytes());
        put(&mut header, offset_of!(Header, name), self.name);
        put(&mut header, offset_of!(Header, first_site), &first_site.to_ne_bytes());
        put(&mut header, offset_of!(Header, site_count), &site_count.to_ne_bytes());
        header
    }
}
