//! Rings and counts made by hand, as `instr-format` lays them out.

use std::mem::offset_of;

use instr_format::counts;
use instr_format::ring::blocks::{BLOCK_SIZE, BlockHead, HEADER_SIZE, TimedRecord, capacity};
use instr_format::ring::{Clock, Header, MAGIC, VERSION_OF_BLOCKS};

use crate::fake_run::{PID, START_NS, put};

/// A ring that is written to as a thread does it.
#[derive(Debug, Clone)]
pub struct FakeRing {
    /// Kernel thread id.
    pub tid: u64,
    /// The how manieth thread with this id.
    pub reuse: u32,
    /// Name, at most 16 bytes.
    pub name: &'static [u8],
    clock: Clock,
    blocks: Vec<u8>,
    /// How many records have been written.
    written: u64,
}

impl FakeRing {
    /// An empty ring with room for so many blocks.
    pub fn new(tid: u64, name: &'static [u8], clock: Clock, blocks: usize) -> Self {
        FakeRing { tid, reuse: 1, name, clock, blocks: vec![0; blocks * BLOCK_SIZE], written: 0 }
    }

    /// Records the statement `site`, `ns` after the run began.
    pub fn put(&mut self, site: u32, ns: u64) {
        let capacity = capacity(self.clock);
        let (block, place) = (self.written / capacity, usize::try_from(self.written % capacity).unwrap());
        let start = usize::try_from(block).unwrap() * BLOCK_SIZE % self.blocks.len();
        let block = &mut self.blocks[start..start + BLOCK_SIZE];
        if place == 0 {
            block.fill(0);
            let elapsed = if self.clock == Clock::Off { 0 } else { ns };
            put(block, offset_of!(BlockHead, elapsed_ns), &elapsed.to_ne_bytes());
            put(block, offset_of!(BlockHead, first), &(self.written + 1).to_ne_bytes());
        }
        let record = size_of::<BlockHead>() + place * self.clock.record_size();
        put(block, record, &(site + 1).to_ne_bytes());
        if self.clock == Clock::Full {
            put(block, record + offset_of!(TimedRecord, elapsed_ns), &ns.to_ne_bytes());
        }
        self.written += 1;
    }

    /// Leaves the rest of the block as it is.
    pub fn leave_block(&mut self) {
        self.written = self.written.next_multiple_of(capacity(self.clock));
    }

    /// Records the statements one after the other, a microsecond apart.
    pub fn put_all(&mut self, sites: impl IntoIterator<Item = u32>) {
        for site in sites {
            self.put(site, (self.written + 1) * 1000);
        }
    }

    /// The bytes of its blocks.
    pub fn blocks(&self) -> &[u8] {
        &self.blocks
    }

    /// The bytes of the file.
    pub fn file(&self) -> Vec<u8> {
        [self.header(0, self.blocks.len() as u64), self.blocks.clone()].concat()
    }

    /// The bytes of a segment that holds these blocks.
    pub fn segment(&self, number: u32, blocks: &[u8]) -> Vec<u8> {
        [self.header(number, 0).as_slice(), blocks].concat()
    }

    fn header(&self, segment: u32, size: u64) -> Vec<u8> {
        let mut header = vec![0; HEADER_SIZE];
        put(&mut header, offset_of!(Header, magic), &MAGIC.to_ne_bytes());
        put(&mut header, offset_of!(Header, version), &VERSION_OF_BLOCKS.to_ne_bytes());
        put(&mut header, offset_of!(Header, clock), &(self.clock as u32).to_ne_bytes());
        put(&mut header, offset_of!(Header, size), &size.to_ne_bytes());
        put(&mut header, offset_of!(Header, pid), &PID.to_ne_bytes());
        put(&mut header, offset_of!(Header, tid), &self.tid.to_ne_bytes());
        put(&mut header, offset_of!(Header, reuse), &self.reuse.to_ne_bytes());
        put(&mut header, offset_of!(Header, segment), &segment.to_ne_bytes());
        put(&mut header, offset_of!(Header, start_unix_ns), &START_NS.to_ne_bytes());
        put(&mut header, offset_of!(Header, name), self.name);
        header
    }
}

/// One table of a `counts` file.
#[derive(Debug, Clone)]
pub struct FakeTable {
    /// Kernel thread id; 0: nobody's.
    pub tid: u64,
    /// The how manieth thread with this id.
    pub reuse: u32,
    /// What threads before this one have counted.
    pub before: u64,
    /// How often each statement was reached.
    pub hits: Vec<u64>,
}

/// The bytes of a `counts` file for so many sites.
pub fn counts_file(sites: usize, tables: &[FakeTable]) -> Vec<u8> {
    let size = (size_of::<counts::TableHead>() + sites * 8).next_multiple_of(4096);
    let mut file = vec![0; counts::HEADER_SIZE + tables.len() * size];
    put(&mut file, offset_of!(counts::Header, magic), &counts::MAGIC.to_ne_bytes());
    put(&mut file, offset_of!(counts::Header, version), &counts::VERSION.to_ne_bytes());
    put(&mut file, offset_of!(counts::Header, sites), &(sites as u64).to_ne_bytes());
    put(&mut file, offset_of!(counts::Header, table_size), &(size as u64).to_ne_bytes());
    for (table, bytes) in tables.iter().zip(file[counts::HEADER_SIZE..].chunks_exact_mut(size)) {
        put(bytes, offset_of!(counts::TableHead, tid), &table.tid.to_ne_bytes());
        put(bytes, offset_of!(counts::TableHead, reuse), &table.reuse.to_ne_bytes());
        put(bytes, offset_of!(counts::TableHead, before), &table.before.to_ne_bytes());
        for (counter, hits) in bytes[size_of::<counts::TableHead>()..].chunks_exact_mut(8).zip(&table.hits) {
            put(counter, 0, &hits.to_ne_bytes());
        }
    }
    file
}
