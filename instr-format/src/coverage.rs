//! The `coverage` file: which statements the process has reached, mapped, so that it survives SIGKILL.
//!
//! A [`Header`], then a byte per site, by id: 0 as long as nobody has reached the statement. A statement is marked before it runs.
//! With `INSTR_COVERAGE=counts` the file [`crate::counts`] says besides how often each one was reached. Numbers are in the
//! machine's byte order, which the magic number tells.

use core::mem::{offset_of, size_of};
use core::sync::atomic::{AtomicU32, AtomicU64};

use crate::number::{u32_at, u64_at};

/// Begins the file.
pub const MAGIC: u64 = u64::from_be_bytes(*b"instcovr");
/// The version of the layout.
pub const VERSION: u32 = 1;

/// What stands before the marks.
#[derive(Debug, Default)]
#[repr(C, align(64))]
pub struct Header {
    /// [`MAGIC`].
    pub magic: AtomicU64,
    /// [`VERSION`].
    pub version: AtomicU32,
    _reserved: AtomicU32,
    /// How many sites there are, padding between functions included.
    pub sites: AtomicU64,
}

/// Where the first mark is.
pub const MARKS_AT: usize = size_of::<Header>();
/// What a mark is of a statement that was reached.
pub const REACHED: u8 = 1;

/// The header of a file for so many sites.
pub fn encode_header(sites: u64) -> [u8; MARKS_AT] {
    let mut header = [0; MARKS_AT];
    header[..8].copy_from_slice(&MAGIC.to_ne_bytes());
    header[8..12].copy_from_slice(&VERSION.to_ne_bytes());
    header[16..24].copy_from_slice(&sites.to_ne_bytes());
    header
}

const _: () = assert!(offset_of!(Header, version) == 8 && offset_of!(Header, sites) == 16);

/// Why a `coverage` file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCoverage {
    /// Not such a file, or one of a machine with another byte order.
    NotCoverage,
    /// Such a file, of this other version.
    Version(u32),
    /// It breaks off before the last mark.
    Cut,
}

/// The marks of all sites, by id.
///
/// # Errors
/// When the bytes are no such file, are one of another version, or break off.
pub fn decode(file: &[u8]) -> Result<&[u8], BadCoverage> {
    let header = file.get(..MARKS_AT).ok_or(BadCoverage::NotCoverage)?;
    if u64_at(header, offset_of!(Header, magic)) != MAGIC {
        return Err(BadCoverage::NotCoverage);
    }
    match u32_at(header, offset_of!(Header, version)) {
        VERSION => {}
        other => return Err(BadCoverage::Version(other)),
    }
    let sites = usize::try_from(u64_at(header, offset_of!(Header, sites))).map_err(|_| BadCoverage::Cut)?;
    file.get(MARKS_AT..).and_then(|marks| marks.get(..sites)).ok_or(BadCoverage::Cut)
}
