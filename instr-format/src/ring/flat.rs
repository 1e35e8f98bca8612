//! Version 2 of a ring: words in a row, each of which says by itself in which lap it was written.
//!
//! A *position* counts the bytes of all laps from the thread's beginning; the word at a position lies at position modulo
//! [`Header::size`](super::Header::size), a power of two, behind a header of [`HEADER_SIZE`] bytes. It is the low half of the address of the
//! record's [site](crate::sites) plus eight times the position, in 32 bits. So a word that was written in an earlier lap is no
//! site's at the newer position, and nothing has to be cleared: see [`site_at`]. With a clock in every record, a record is a
//! [`TimedRecord`] at a position that is a multiple of 16.
//!
//! Not every position holds a record. A function that is entered passes one over, which is a *hole*: if it is called by a
//! signal handler, what the handler has interrupted may be about to write there. Holes have no number; so the number of a
//! record is 1 + its position / 4 - the holes before it.
//!
//! Each [`CHUNK`] of positions that a record was written into at its beginning has a [`Chunk`] in the table at [`CHUNKS_AT`], which says when
//! it was begun, and how many holes there were before. The entry of the chunk `n` is number `n` modulo [`CHUNKS`]. More
//! chunks have an entry than have room in the ring, so that the oldest one in it has one too.
//!
//! Nothing says where the next record goes, but that no word at that position and behind it is a site's.
//!
//! A segment holds a header of [`SEGMENT_HEADER_SIZE`] bytes, and then chunks, oldest first: of each its [`SegmentChunk`] and its [`CHUNK`] bytes
//! of words. It ends where it ends.

use core::mem::size_of;
use core::sync::atomic::{AtomicU32, AtomicU64};

use super::HeaderCopy;

/// Size of the header, and so the place of position 0: whole pages on every machine.
pub const HEADER_SIZE: usize = 64 << 10;
/// Size of a segment's header.
pub const SEGMENT_HEADER_SIZE: usize = 4096;
/// The smallest ring: what fits on the smallest disk.
pub const SIZE_MIN: u64 = 64 << 10;
/// The largest ring: what words can tell the laps of, and probes find without a pointer.
pub const SIZE_MAX: u64 = 1 << 20;
/// How many bytes of positions a chunk has.
pub const CHUNK: usize = 8192;
/// Where the table of chunks begins in the header.
pub const CHUNKS_AT: usize = 48 << 10;
/// How many entries it has.
pub const CHUNKS: usize = 384;
/// What a hole adds to [the cursor](crate::stack::Head::cursor).
pub const HOLE: u64 = 4 + (1 << 32);

/// An entry of the table of chunks.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Chunk {
    /// 1 + the position, with all bits, of the first record that was written into the chunk; 0: there is none. An entry of another
    /// chunk that had the same place before is told by it too.
    pub begun: AtomicU64,
    /// How many holes there were at that moment.
    pub holes: AtomicU64,
    /// When it was, since the start of the run, in ns; 0 without a clock.
    pub elapsed_ns: AtomicU64,
}

/// What precedes a chunk's words in a segment.
#[derive(Debug, Default)]
#[repr(C)]
pub struct SegmentChunk {
    /// The position, with all bits, of the chunk's first byte.
    pub position: u64,
    /// The chunk's entry, as [`Chunk`] says; zeros where it has none.
    pub begun: u64,
    /// See [`Chunk::holes`].
    pub holes: u64,
    /// See [`Chunk::elapsed_ns`].
    pub elapsed_ns: u64,
}

/// A record with a clock of its own. Its word is stored last.
#[derive(Debug, Default)]
#[repr(C)]
pub struct TimedRecord {
    /// As without a clock.
    pub word: AtomicU32,
    _reserved: AtomicU32,
    /// When the statement was reached, since the start of the run, in ns.
    pub elapsed_ns: AtomicU64,
}

/// The word that records the site with this low half of an address at `position`.
#[inline]
pub const fn word(site: u32, position: u64) -> u32 {
    site.wrapping_add((position as u32).wrapping_mul(8))
}

/// The id of the site that `word` records at `position`; `None`: a hole, or what an earlier lap has left.
#[inline]
pub const fn site_at(header: &HeaderCopy, word: u32, position: u64) -> Option<u32> {
    let id = word.wrapping_sub((position as u32).wrapping_mul(8)).wrapping_sub(header.first_site);
    if id < header.site_count { Some(id) } else { None }
}

const _: () = assert!(size_of::<super::Header>() <= SEGMENT_HEADER_SIZE && size_of::<TimedRecord>() == 16);
const _: () = assert!(CHUNKS_AT + CHUNKS * size_of::<Chunk>() <= HEADER_SIZE && CHUNKS > SIZE_MAX as usize / CHUNK);
