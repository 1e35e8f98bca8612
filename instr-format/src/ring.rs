//! The `<tid>.ring` file: a thread's newest records, mapped, so that they survive SIGKILL.
//!
//! A [`Header`] of [`HEADER_SIZE`] bytes, then [`Header::size`] bytes of blocks. A block is [`BLOCK_SIZE`] bytes: a
//! [`BlockHead`], then records. With a clock in every record these are [`TimedRecord`]s; otherwise each is four bytes, 1 +
//! the site's id. A record of zeros was never written: the ones behind it can be there all the same, as a signal handler
//! that interrupts the thread within a record goes on behind that one's place.
//!
//! The blocks are filled in turn, and begun again from the first when the last is full. The one with the highest
//! [`BlockHead::first`] is the newest. Beginning a block sets its `first` to 0, clears its records, and sets its `first`
//! last; so a reader that finds the same `first` before and after it has copied a block has a block that held together.
//!
//! A segment file (`<tid>.N.ring`, [`Header::segment`] above 0) holds whole blocks, oldest first, that have made room in
//! the ring for newer ones; its `size` is 0, and it ends where it ends.
//!
//! Numbers are in the machine's byte order, which the magic number tells.

use core::mem::{offset_of, size_of};
use core::sync::atomic::{AtomicU32, AtomicU64};

use crate::number::{u32_at, u64_at};

/// Begins the file.
pub const MAGIC: u64 = u64::from_be_bytes(*b"instring");
/// The version of the layout.
pub const VERSION: u32 = 1;
/// Size of the header, and so the place of the first block.
pub const HEADER_SIZE: usize = 4096;
/// Size of a block.
pub const BLOCK_SIZE: usize = 1024;
/// The smallest ring: what fits on the smallest disk, and has blocks enough for handlers.
pub const SIZE_MIN: u64 = 64 << 10;
/// The largest ring: offsets into it have 32 bits.
pub const SIZE_MAX: u64 = 2 << 30;

/// What holds for the whole ring.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`], stored last.
    pub magic: AtomicU64,
    /// [`VERSION`].
    pub version: AtomicU32,
    /// A [`Clock`].
    pub clock: AtomicU32,
    /// How many bytes of blocks there are; 0 in a segment.
    pub size: AtomicU64,
    /// Process id.
    pub pid: AtomicU64,
    /// Kernel thread id.
    pub tid: AtomicU64,
    /// The how manieth thread of the run with this id, from 1.
    pub reuse: AtomicU32,
    /// 0 for the ring, and the number of the segment, from 1.
    pub segment: AtomicU32,
    /// When the run began, since 1970, in ns: the moment from which times count.
    pub start_unix_ns: AtomicU64,
    /// Name of the thread, NUL-padded, in memory order.
    pub name: [AtomicU64; 2],
}

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

/// When records say the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Never.
    Off = 0,
    /// Once a block.
    Coarse = 1,
    /// Each.
    Full = 2,
}

impl Clock {
    /// Every clock.
    pub const ALL: [Clock; 3] = [Clock::Off, Clock::Coarse, Clock::Full];

    /// The word that stands in the settings.
    pub const fn word(self) -> &'static str {
        match self {
            Clock::Off => "off",
            Clock::Coarse => "coarse",
            Clock::Full => "full",
        }
    }

    /// Size of a record.
    #[inline]
    pub const fn record_size(self) -> usize {
        match self {
            Clock::Off | Clock::Coarse => size_of::<u32>(),
            Clock::Full => size_of::<TimedRecord>(),
        }
    }

    /// How many records a block has room for.
    pub const fn capacity(self) -> u64 {
        ((BLOCK_SIZE - size_of::<BlockHead>()) / self.record_size()) as u64
    }
}

/// A copy of a [`Header`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderCopy {
    /// When records say the time.
    pub clock: Clock,
    /// How many bytes of blocks there are; 0 in a segment.
    pub size: u64,
    /// Process id.
    pub pid: u64,
    /// Kernel thread id.
    pub tid: u64,
    /// The how manieth thread of the run with this id, from 1.
    pub reuse: u32,
    /// 0 for the ring, and the number of the segment, from 1.
    pub segment: u32,
    /// When the run began, since 1970, in ns.
    pub start_unix_ns: u64,
    /// Name of the thread, NUL-padded.
    pub name: [u8; 16],
}

/// Why a ring could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRing {
    /// Nothing has been written to it yet.
    Empty,
    /// Not such a file, or one of a machine with another byte order.
    NotARing,
    /// Such a file, of this other version.
    Version(u32),
}

/// Reads a ring's header from the beginning of the file.
///
/// # Errors
/// When the bytes begin no such file, or one of another version.
pub fn decode_header(file: &[u8]) -> Result<HeaderCopy, BadRing> {
    let header = file.get(..size_of::<Header>()).ok_or(BadRing::NotARing)?;
    match u64_at(header, offset_of!(Header, magic)) {
        MAGIC => {}
        0 => return Err(BadRing::Empty),
        _ => return Err(BadRing::NotARing),
    }
    match u32_at(header, offset_of!(Header, version)) {
        VERSION => {}
        other => return Err(BadRing::Version(other)),
    }
    let clock = u32_at(header, offset_of!(Header, clock));
    let mut name = [0; 16];
    let at = offset_of!(Header, name);
    name.copy_from_slice(header.get(at..at + 16).ok_or(BadRing::NotARing)?);
    Ok(HeaderCopy {
        clock: Clock::ALL.into_iter().find(|known| *known as u32 == clock).ok_or(BadRing::NotARing)?,
        size: u64_at(header, offset_of!(Header, size)),
        pid: u64_at(header, offset_of!(Header, pid)),
        tid: u64_at(header, offset_of!(Header, tid)),
        reuse: u32_at(header, offset_of!(Header, reuse)),
        segment: u32_at(header, offset_of!(Header, segment)),
        start_unix_ns: u64_at(header, offset_of!(Header, start_unix_ns)),
        name,
    })
}

/// A copy of a [`BlockHead`]; `None` when the block is empty, or was being begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockCopy {
    /// Number of the block's first record, from 1.
    pub first: u64,
    /// When the block was begun, since the start of the run, in ns.
    pub elapsed_ns: u64,
}

/// One record of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingRecord {
    /// Number of the record within the thread.
    pub seq: u64,
    /// Id of the statement.
    pub site: u32,
    /// When it was reached, or when its block was begun, since the start of the run, in ns.
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

const _: () = assert!(size_of::<Header>() <= HEADER_SIZE && size_of::<BlockHead>() == 16);
const _: () = assert!(size_of::<TimedRecord>() == 16 && BLOCK_SIZE.is_power_of_two());
