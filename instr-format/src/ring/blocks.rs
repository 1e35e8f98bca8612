//! Version 1 of a ring: blocks, which are cleared before they are filled again. Runtimes before the flat ring wrote it.
//!
//! Behind a header of [`HEADER_SIZE`] bytes lie [`Header::size`](super::Header::size) bytes of blocks. A block is [`BLOCK_SIZE`] bytes: a
//! [`BlockHead`], then records. With a clock in every record these are [`TimedRecord`]s; otherwise each is four bytes, 1 +
//! the site's id. A record of zeros was never written: the ones behind it can be there all the same, as a signal handler
//! that interrupts the thread within a record goes on behind that one's place.
//!
//! The blocks are filled in turn, and begun again from the first when the last is full. The one with the highest
//! [`BlockHead::first`] is the newest. Beginning a block sets its `first` to 0, clears its records, and sets its `first`
//! last; so a reader that finds the same `first` before and after it has copied a block has a block that held together.
//!
//! A segment holds whole blocks, oldest first, that have made room in the ring for newer ones; its `size` is 0, and it ends
//! where it ends.

use core::mem::{offset_of, size_of};
use core::sync::atomic::{AtomicU32, AtomicU64};

use super::{Clock, RingRecord};
use crate::number::{u32_at, u64_at};

/// Size of the header, and so the place of the first block.
pub const HEADER_SIZE: usize = 4096;
/// The largest ring: offsets into it have 32 bits.
pub const SIZE_MAX: u64 = 2 << 30;
/// Size of a block.
pub const BLOCK_SIZE: usize = 1024;

/// The beginning of a block.
#[derive(Debug, Default)]
#[repr(C)]
pub struct BlockHead {
    /// Number of the block's first record within the thread, from 1; 0: the block is empty, or being begun.
    pub first: AtomicU64,
    /// When the block was begun, since the start of the run, in ns; 0 without a clock.
    pub elapsed_ns: AtomicU64,
}

/// A record with a clock of its own. Its site is stored last.
#[derive(Debug, Default)]
#[repr(C)]
pub struct TimedRecord {
    /// 1 + id of the site.
    pub site: AtomicU32,
    _reserved: AtomicU32,
    /// When the statement was reached, since the start of the run, in ns.
    pub elapsed_ns: AtomicU64,
}

/// How many records a block has room for.
pub const fn capacity(clock: Clock) -> u64 {
    ((BLOCK_SIZE - size_of::<BlockHead>()) / clock.record_size()) as u64
}

/// A copy of a [`BlockHead`]; `None` when the block is empty, or was being begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockCopy {
    /// Number of the block's first record, from 1.
    pub first: u64,
    /// When the block was begun, since the start of the run, in ns.
    pub elapsed_ns: u64,
}

/// Reads the head of a block.
#[inline]
pub fn decode_block(block: &[u8]) -> Option<BlockCopy> {
    let first = u64_at(block, offset_of!(BlockHead, first));
    let elapsed_ns = u64_at(block, offset_of!(BlockHead, elapsed_ns));
    if first == 0 { None } else { Some(BlockCopy { first, elapsed_ns }) }
}

/// The records of a block, oldest first. Those that were never written are passed over, and have no number.
#[inline]
pub fn decode_records(block: &[u8], clock: Clock) -> impl Iterator<Item = RingRecord> + '_ {
    let head = decode_block(block);
    let records = block.get(size_of::<BlockHead>()..).filter(|_| head.is_some()).unwrap_or_default();
    let BlockCopy { first, elapsed_ns } = head.unwrap_or(BlockCopy { first: 0, elapsed_ns: 0 });
    let written = records.chunks_exact(clock.record_size()).filter_map(move |record| {
        let site = u32_at(record, 0).checked_sub(1)?;
        let elapsed_ns =
            if clock == Clock::Full { u64_at(record, offset_of!(TimedRecord, elapsed_ns)) } else { elapsed_ns };
        Some((site, elapsed_ns))
    });
    (0..).zip(written).map(move |(number, (site, elapsed_ns))| RingRecord {
        seq: first.wrapping_add(number),
        site,
        elapsed_ns,
    })
}

const _: () = assert!(size_of::<super::Header>() <= HEADER_SIZE && size_of::<BlockHead>() == 16);
const _: () = assert!(size_of::<TimedRecord>() == 16 && BLOCK_SIZE.is_power_of_two());
