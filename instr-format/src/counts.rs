//! The `counts` file: how often each thread has reached each statement, mapped, so that it survives SIGKILL.
//!
//! A [`Header`] of [`HEADER_SIZE`] bytes, then tables of [`Header::table_size`] bytes: a [`TableHead`], a 64-bit counter per
//! site, by id, and padding. A table belongs to one thread at a time; a thread that ends leaves it, with what it holds, to
//! a later one. So the counts of a run are the sums over all tables, and what a thread has counted is its table's sum less
//! [`TableHead::before`]; for a thread that has ended, [`crate::last::Slot::seq`] has it. Numbers are in the machine's byte
//! order, which the magic number tells.

use core::mem::{offset_of, size_of};
use core::sync::atomic::{AtomicU32, AtomicU64};

use crate::number::{u32_at, u64_at};

/// Begins the file.
pub const MAGIC: u64 = u64::from_be_bytes(*b"instcnts");
/// The version of the layout.
pub const VERSION: u32 = 1;
/// Size of the header, and so the place of the first table: a whole page on every machine.
pub const HEADER_SIZE: usize = 64 << 10;

/// What holds for the whole file.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`], stored last.
    pub magic: AtomicU64,
    /// [`VERSION`].
    pub version: AtomicU32,
    _reserved: AtomicU32,
    /// How many sites there are, padding between functions included.
    pub sites: AtomicU64,
    /// Size of a table in bytes: whole pages.
    pub table_size: AtomicU64,
}

/// Whose a table is.
#[derive(Debug, Default)]
#[repr(C, align(64))]
pub struct TableHead {
    /// Kernel thread id; 0: no thread has had the table yet.
    pub tid: AtomicU64,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: AtomicU32,
    _reserved: AtomicU32,
    /// What threads before this one have counted, all sites together.
    pub before: AtomicU64,
}

/// The header of a file for so many sites, with tables of so many bytes.
pub fn encode_header(sites: u64, table_size: u64) -> [u8; size_of::<Header>()] {
    let mut header = [0; size_of::<Header>()];
    header[..8].copy_from_slice(&MAGIC.to_ne_bytes());
    header[8..12].copy_from_slice(&VERSION.to_ne_bytes());
    header[16..24].copy_from_slice(&sites.to_ne_bytes());
    header[24..].copy_from_slice(&table_size.to_ne_bytes());
    header
}

const _: () = assert!(offset_of!(Header, version) == 8 && offset_of!(Header, sites) == 16);
const _: () = assert!(offset_of!(Header, table_size) == 24 && size_of::<Header>() == 32);

/// A copy of a [`Header`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderCopy {
    /// How many sites there are.
    pub sites: u64,
    /// Size of a table in bytes.
    pub table_size: u64,
}

/// Why a `counts` file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCounts {
    /// Not such a file, one of a machine with another byte order, or one whose tables hold less than all sites.
    NotCounts,
    /// Such a file, of this other version.
    Version(u32),
}

/// Reads the header from the beginning of the file.
///
/// # Errors
/// When the bytes begin no such file, or one of another version.
pub fn decode_header(file: &[u8]) -> Result<HeaderCopy, BadCounts> {
    let header = file.get(..size_of::<Header>()).ok_or(BadCounts::NotCounts)?;
    if u64_at(header, offset_of!(Header, magic)) != MAGIC {
        return Err(BadCounts::NotCounts);
    }
    match u32_at(header, offset_of!(Header, version)) {
        VERSION => {}
        other => return Err(BadCounts::Version(other)),
    }
    let sites = u64_at(header, offset_of!(Header, sites));
    let table_size = u64_at(header, offset_of!(Header, table_size));
    let counters = sites.checked_mul(size_of::<u64>() as u64);
    match counters.and_then(|size| size.checked_add(size_of::<TableHead>() as u64)) {
        Some(size) if size <= table_size => Ok(HeaderCopy { sites, table_size }),
        _ => Err(BadCounts::NotCounts),
    }
}

/// Whose a table is, as it is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableCopy {
    /// Kernel thread id.
    pub tid: u64,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: u32,
    /// What threads before this one have counted.
    pub before: u64,
}

/// Reads the head of a table; `None`: no thread has had it.
pub fn decode_table_head(table: &[u8]) -> Option<TableCopy> {
    let tid = u64_at(table, offset_of!(TableHead, tid));
    let reuse = u32_at(table, offset_of!(TableHead, reuse));
    let before = u64_at(table, offset_of!(TableHead, before));
    if tid == 0 { None } else { Some(TableCopy { tid, reuse, before }) }
}

/// The counters of a table, by id, and of its padding.
pub fn decode_counters(table: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let counters = table.get(size_of::<TableHead>()..).unwrap_or_default();
    counters.chunks_exact(size_of::<u64>()).map(|counter| u64_at(counter, 0))
}

const _: () = assert!(size_of::<Header>() <= HEADER_SIZE);
