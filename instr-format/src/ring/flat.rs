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
//! Nothing says where the next record goes, but that no word at that position and behind it is a site's. A thread stores the first
//! records of a chunk behind their entry: a record that is missing there is about to be written, or never was.
//!
//! A segment holds a header of [`SEGMENT_HEADER_SIZE`] bytes, and then chunks, oldest first: of each its [`SegmentChunk`] and its [`CHUNK`] bytes
//! of words. It ends where it ends.

use core::mem::{offset_of, size_of};
use core::sync::atomic::{AtomicU32, AtomicU64};

use super::{Clock, HeaderCopy};
use crate::number::{u32_at, u64_at};

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
///
/// A word of 0 was never written, or has been emptied. At some positions it would be a site's word: see [`has_zero`]. With a clock in
/// each record, one in four billion is taken for a hole there, so that no hole is ever taken for a record.
#[inline]
pub const fn site_at(header: &HeaderCopy, word: u32, position: u64) -> Option<u32> {
    let id = word.wrapping_sub((position as u32).wrapping_mul(8)).wrapping_sub(header.first_site);
    if word != 0 && id < header.site_count { Some(id) } else { None }
}

/// Whether the word of a site can be 0 in the chunk of `position`. Threads pass over all of such a chunk, of which there are a few
/// in each 512 MiB of positions.
#[inline]
pub const fn has_zero(first_site: u32, site_count: u32, position: u64) -> bool {
    let start = position / CHUNK as u64 * CHUNK as u64;
    // The id whose word is 0 at the chunk's beginning, were there so many; from there on they go down.
    let id = 0_u32.wrapping_sub(word(first_site, start));
    id < site_count || id - site_count < 8 * CHUNK as u32
}

/// How many laps of a ring of `size` bytes after `position` the word was written that lies there now; `None`: it is no record. It can
/// tell that up to 2^29 bytes.
#[inline]
pub const fn laps_after(header: &HeaderCopy, word: u32, position: u64, size: u64) -> Option<u64> {
    let since = word.wrapping_sub((position as u32).wrapping_mul(8)).wrapping_sub(header.first_site) as u64;
    if word != 0 && since % (8 * size) < header.site_count as u64 { Some(since / (8 * size)) } else { None }
}

/// A record and its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordCopy {
    /// Where it is.
    pub position: u64,
    /// Id of the statement.
    pub site: u32,
    /// When it was reached, since the start of the run, in ns; 0 where records have no clocks of their own.
    pub elapsed_ns: u64,
}

/// The records in `words`, the first of which lies at `position`.
#[inline]
pub fn decode_records<'a>(
    header: &'a HeaderCopy,
    words: &'a [u8],
    position: u64,
) -> impl Iterator<Item = RecordCopy> + 'a {
    let size = header.clock.record_size();
    words.chunks_exact(size).zip((position..).step_by(size)).filter_map(move |(record, position)| {
        let site = site_at(header, u32_at(record, offset_of!(TimedRecord, word)), position)?;
        let is_timed = header.clock == Clock::Full;
        let elapsed_ns = if is_timed { u64_at(record, offset_of!(TimedRecord, elapsed_ns)) } else { 0 };
        Some(RecordCopy { position, site, elapsed_ns })
    })
}

/// A position, with all bits, and how many holes are before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// The position.
    pub position: u64,
    /// The holes.
    pub holes: u64,
}

impl Place {
    /// Number of the first record at or behind it; `None`: so many holes cannot be before it.
    pub fn number(&self, clock: Clock) -> Option<u64> {
        (self.position / clock.record_size() as u64).checked_sub(self.holes)?.checked_add(1)
    }
}

/// A copy of a [`Chunk`] that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkCopy {
    /// The first record that was written into the chunk.
    pub begun: Place,
    /// When it was written, since the start of the run, in ns; 0 without a clock.
    pub elapsed_ns: u64,
}

impl ChunkCopy {
    /// Where in the table it belongs.
    pub const fn index(&self) -> usize {
        (self.begun.position / CHUNK as u64 % CHUNKS as u64) as usize
    }
}

/// Reads an entry of the table of chunks; `None` if it is empty.
pub fn decode_chunk(entry: &[u8]) -> Option<ChunkCopy> {
    let position = u64_at(entry, offset_of!(Chunk, begun)).checked_sub(1)?;
    let begun = Place { position, holes: u64_at(entry, offset_of!(Chunk, holes)) };
    Some(ChunkCopy { begun, elapsed_ns: u64_at(entry, offset_of!(Chunk, elapsed_ns)) })
}

/// A copy of a [`SegmentChunk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentChunkCopy {
    /// The position of the chunk's first byte.
    pub position: u64,
    /// The chunk's entry, if it has one.
    pub entry: Option<ChunkCopy>,
}

/// Reads what precedes a chunk's words in a segment.
pub fn decode_segment_chunk(head: &[u8]) -> SegmentChunkCopy {
    SegmentChunkCopy {
        position: u64_at(head, offset_of!(SegmentChunk, position)),
        entry: decode_chunk(head.get(offset_of!(SegmentChunk, begun)..).unwrap_or_default()),
    }
}

const _: () = assert!(size_of::<super::Header>() <= SEGMENT_HEADER_SIZE && size_of::<TimedRecord>() == 16);
const _: () = assert!(CHUNKS_AT + CHUNKS * size_of::<Chunk>() <= HEADER_SIZE && CHUNKS > SIZE_MAX as usize / CHUNK);
