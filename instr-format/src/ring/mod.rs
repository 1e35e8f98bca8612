//! The `<tid>.ring` file: a thread's newest records, mapped, so that they survive SIGKILL.
//!
//! It begins with a [`Header`], which also says how what follows is laid out: [`flat`] by today's runtime, in [`blocks`] by
//! earlier ones. A segment file (`<tid>.N.ring`, [`Header::segment`] above 0) holds records that have made room in the ring
//! for newer ones.
//!
//! Numbers are in the machine's byte order, which the magic number tells.

pub mod blocks;
pub mod flat;

use core::mem::{offset_of, size_of};
use core::sync::atomic::{AtomicU32, AtomicU64};

use crate::number::{u32_at, u64_at};

/// Begins the file.
pub const MAGIC: u64 = u64::from_be_bytes(*b"instring");
/// The version of [`flat`].
pub const VERSION: u32 = 2;
/// The version of [`blocks`].
pub const VERSION_OF_BLOCKS: u32 = 1;

/// What holds for the whole ring.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`], stored last.
    pub magic: AtomicU64,
    /// [`VERSION`] or [`VERSION_OF_BLOCKS`].
    pub version: AtomicU32,
    /// A [`Clock`].
    pub clock: AtomicU32,
    /// How many bytes of records there are; 0 in a segment.
    pub size: AtomicU64,
    /// Process id.
    pub pid: AtomicU64,
    /// Kernel thread id.
    pub tid: AtomicU64,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: AtomicU32,
    /// 0 for the ring, and the number of the segment, from 1.
    pub segment: AtomicU32,
    /// When the run began, since 1970, in ns: the moment from which times count.
    pub start_unix_ns: AtomicU64,
    /// Name of the thread, NUL-padded, in memory order.
    pub name: [AtomicU64; 2],
    /// Low half of the address of the site with id 0; 0 in blocks.
    pub first_site: AtomicU32,
    /// How many sites there are; 0 in blocks.
    pub site_count: AtomicU32,
}

/// When records say the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Never.
    Off = 0,
    /// Once a chunk, or once a block.
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
            Clock::Full => size_of::<flat::TimedRecord>(),
        }
    }
}

/// A copy of a [`Header`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderCopy {
    /// [`VERSION`] or [`VERSION_OF_BLOCKS`].
    pub version: u32,
    /// When records say the time.
    pub clock: Clock,
    /// How many bytes of records there are; 0 in a segment.
    pub size: u64,
    /// Process id.
    pub pid: u64,
    /// Kernel thread id.
    pub tid: u64,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: u32,
    /// 0 for the ring, and the number of the segment, from 1.
    pub segment: u32,
    /// When the run began, since 1970, in ns.
    pub start_unix_ns: u64,
    /// Name of the thread, NUL-padded.
    pub name: [u8; 16],
    /// Low half of the address of the site with id 0; 0 in blocks.
    pub first_site: u32,
    /// How many sites there are; 0 in blocks.
    pub site_count: u32,
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
    let version = u32_at(header, offset_of!(Header, version));
    if version != VERSION && version != VERSION_OF_BLOCKS {
        return Err(BadRing::Version(version));
    }
    let clock = u32_at(header, offset_of!(Header, clock));
    let mut name = [0; 16];
    let at = offset_of!(Header, name);
    name.copy_from_slice(header.get(at..at + 16).ok_or(BadRing::NotARing)?);
    Ok(HeaderCopy {
        version,
        clock: Clock::ALL.into_iter().find(|known| *known as u32 == clock).ok_or(BadRing::NotARing)?,
        size: u64_at(header, offset_of!(Header, size)),
        pid: u64_at(header, offset_of!(Header, pid)),
        tid: u64_at(header, offset_of!(Header, tid)),
        reuse: u32_at(header, offset_of!(Header, reuse)),
        segment: u32_at(header, offset_of!(Header, segment)),
        start_unix_ns: u64_at(header, offset_of!(Header, start_unix_ns)),
        name,
        first_site: u32_at(header, offset_of!(Header, first_site)),
        site_count: u32_at(header, offset_of!(Header, site_count)),
    })
}

/// One record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingRecord {
    /// Number of the record within the thread.
    pub seq: u64,
    /// Id of the statement.
    pub site: u32,
    /// When it was reached, or when its chunk or block was begun, since the start of the run, in ns.
    pub elapsed_ns: u64,
}
