//! The `edges` file: which places of its code a process has reached, as the compiler's SanitizerCoverage numbers them; mapped, so
//! that it survives SIGKILL.
//!
//! A page that begins with [`MAGIC`] and [`VERSION`], then a range for the program and for each of its libraries that has edges.
//! A range is whole pages: a [`Head`] with the path behind it, then for each edge 32 bits that say [where](Place) it is, then a byte
//! for each edge, which is 0 until the edge is reached. Numbers are in the machine's byte order, which the magic number tells.

use crate::number::{u32_at, u64_at};

/// Begins the file.
pub const MAGIC: u64 = u64::from_be_bytes(*b"instedge");
/// Begins each range.
pub const RANGE: u64 = u64::from_be_bytes(*b"instrnge");
/// The version of the layout.
pub const VERSION: u32 = 1;
/// What the parts of the file are multiples of.
pub const PAGE: usize = 4096;
/// Longest build id that is kept.
pub const BUILD_ID_MAX: usize = 64;
/// Longest path that is kept.
pub const PATH_MAX: usize = PAGE - HEAD_SIZE;

/// Where the build id stands in the head, behind two numbers of 64 bits, the magic one, and two lengths.
const BUILD_ID_AT: usize = 32;
const HEAD_SIZE: usize = BUILD_ID_AT + BUILD_ID_MAX;
/// Set in the place of an edge that is where its function begins.
const ENTRY: u32 = 1 << 31;

/// What holds for all edges of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// How many there are.
    pub edges: u64,
    /// What to add to the addresses in the file for those in the process.
    pub base: u64,
    /// The build id of the file, at most [`BUILD_ID_MAX`] bytes.
    pub build_id: &'a [u8],
    /// Path of the file, at most [`PATH_MAX`] bytes; empty for the program itself.
    pub path: &'a [u8],
}

/// Where an edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its address in the file; 0: nobody knows.
    pub address: u32,
    /// Whether its function begins there.
    pub is_entry: bool,
}

impl Place {
    /// The place of an edge at this address in the file. What lies beyond 2 GiB is unknown.
    pub fn new(address: u64, is_entry: bool) -> Self {
        let known = u32::try_from(address).ok().filter(|address| address & ENTRY == 0);
        Place { address: known.unwrap_or(0), is_entry }
    }

    /// As it stands in the file.
    pub fn encode(self) -> [u8; 4] {
        (self.address | if self.is_entry { ENTRY } else { 0 }).to_ne_bytes()
    }

    fn decode(word: u32) -> Self {
        Place { address: word & !ENTRY, is_entry: word & ENTRY != 0 }
    }
}

/// How the file begins; the rest of its first page is zeros.
pub fn encode_begin() -> [u8; 16] {
    let mut begin = [0; 16];
    begin[..8].copy_from_slice(&MAGIC.to_ne_bytes());
    begin[8..12].copy_from_slice(&VERSION.to_ne_bytes());
    begin
}

impl Head<'_> {
    /// How a range begins. The path and zeros follow, up to the end of the page.
    pub fn encode(&self) -> [u8; HEAD_SIZE] {
        let mut head = [0; HEAD_SIZE];
        let lengths = [self.build_id.len(), self.path.len()].map(|len| u32::try_from(len).unwrap_or(u32::MAX));
        head[..8].copy_from_slice(&RANGE.to_ne_bytes());
        head[8..16].copy_from_slice(&self.edges.to_ne_bytes());
        head[16..24].copy_from_slice(&self.base.to_ne_bytes());
        head[24..28].copy_from_slice(&lengths[0].to_ne_bytes());
        head[28..32].copy_from_slice(&lengths[1].to_ne_bytes());
        if let Some(room) = head.get_mut(BUILD_ID_AT..BUILD_ID_AT + self.build_id.len()) {
            room.copy_from_slice(self.build_id);
        }
        head
    }

    /// Sizes of the two parts behind the head's page: places, then hits.
    pub fn sizes(&self) -> Option<[usize; 2]> {
        let edges = usize::try_from(self.edges).ok()?;
        let places = edges.checked_mul(4)?.checked_next_multiple_of(PAGE)?;
        Some([places, edges.checked_next_multiple_of(PAGE)?])
    }
}

/// A range, as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range<'a> {
    /// What holds for all its edges.
    pub head: Head<'a>,
    places: &'a [u8],
    hits: &'a [u8],
}

impl<'a> Range<'a> {
    /// The edges in their order: where each is, and whether it was reached.
    pub fn edges(&self) -> impl Iterator<Item = (Place, bool)> + 'a {
        let places = self.places.chunks_exact(4).map(|word| Place::decode(u32_at(word, 0)));
        places.zip(self.hits.iter().map(|hit| *hit != 0))
    }
}

/// Why a file of edges could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadEdges {
    /// Not such a file, or one of a machine with another byte order.
    NotEdges,
    /// Such a file, of this other version.
    Version(u32),
}

/// Reads the ranges of a file, one after the other. `Err` with its place in the file is a range that is not whole; nothing follows it.
///
/// # Errors
/// When the bytes are no such file, or one of another version.
pub fn decode(file: &[u8]) -> Result<impl Iterator<Item = Result<Range<'_>, u64>>, BadEdges> {
    if u64_at(file, 0) != MAGIC {
        return Err(BadEdges::NotEdges);
    }
    match u32_at(file, 8) {
        VERSION => {}
        other => return Err(BadEdges::Version(other)),
    }
    let mut at = PAGE;
    Ok(core::iter::from_fn(move || {
        let rest = file.get(at..).filter(|rest| !rest.is_empty())?;
        let range = decode_range(rest);
        let from = at as u64;
        at = range.map_or(file.len(), |(_, len)| at + len);
        Some(range.map(|(range, _)| range).ok_or(from))
    }))
}

/// The range that these bytes begin with, and its length.
fn decode_range(bytes: &[u8]) -> Option<(Range<'_>, usize)> {
    let (page, rest) = bytes.split_at_checked(PAGE)?;
    if u64_at(page, 0) != RANGE {
        return None;
    }
    let (id_len, path_len) = (u32_at(page, 24) as usize, u32_at(page, 28) as usize);
    let build_id = page.get(BUILD_ID_AT..HEAD_SIZE)?.get(..id_len)?;
    let path = page.get(HEAD_SIZE..)?.get(..path_len)?;
    let head = Head { edges: u64_at(page, 8), base: u64_at(page, 16), build_id, path };
    let [places_size, hits_size] = head.sizes()?;
    let edges = usize::try_from(head.edges).ok()?;
    let (places, behind) = rest.split_at_checked(places_size)?;
    let range = Range { head, places: places.get(..4 * edges)?, hits: behind.get(..hits_size)?.get(..edges)? };
    Some((range, PAGE + places_size + hits_size))
}
