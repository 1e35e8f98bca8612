//! Version 1: blocks.

use std::mem::offset_of;

use instr_format::ring::Clock;
use instr_format::ring::blocks::{BLOCK_SIZE, BlockHead, HEADER_SIZE, TimedRecord, capacity};

use crate::fake_run::put;

/// The blocks of a ring.
#[derive(Debug, Clone)]
pub(super) struct FakeBlocks {
    pub(super) bytes: Vec<u8>,
    /// How many records there would be if no block had been left.
    places: u64,
}

impl FakeBlocks {
    pub(super) const HEADER_SIZE: usize = HEADER_SIZE;

    pub(super) fn new(size: usize) -> Self {
        FakeBlocks { bytes: vec![0; size], places: 0 }
    }

    pub(super) fn put(&mut self, clock: Clock, site: u32, ns: u64) {
        let capacity = capacity(clock);
        let (block, place) = (self.places / capacity, usize::try_from(self.places % capacity).unwrap());
        let start = usize::try_from(block).unwrap() * BLOCK_SIZE % self.bytes.len();
        let block = &mut self.bytes[start..start + BLOCK_SIZE];
        if place == 0 {
            block.fill(0);
            let elapsed = if clock == Clock::Off { 0 } else { ns };
            put(block, offset_of!(BlockHead, elapsed_ns), &elapsed.to_ne_bytes());
            put(block, offset_of!(BlockHead, first), &(self.places + 1).to_ne_bytes());
        }
        let record = size_of::<BlockHead>() + place * clock.record_size();
        put(block, record, &(site + 1).to_ne_bytes());
        if clock == Clock::Full {
            put(block, record + offset_of!(TimedRecord, elapsed_ns), &ns.to_ne_bytes());
        }
        self.places += 1;
    }

    /// Leaves the rest of the block as it is.
    pub(super) fn leave_block(&mut self, clock: Clock) {
        self.places = self.places.next_multiple_of(capacity(clock));
    }
}
