//! Rings and their segments: whose a ring is, and its records one after the other.

mod blocks;
mod file;
mod flat;
mod reader;

use instr_format::ring::{BadRing, HeaderCopy, VERSION, decode_header};

pub use reader::{Place, Reached, RingReader};

use super::damage::{Damage, DamageKind};
use super::head::{Head, Kind};
use super::last::text_of_name;

/// Reads the header of the ring `name`; `None` when nothing was written to it yet.
///
/// # Errors
/// Damage that leaves no record of the file readable.
pub fn identify(name: &str, file: &[u8]) -> Result<Option<Head>, Damage> {
    let ring = match decode_header(file) {
        Ok(ring) => ring,
        Err(BadRing::Empty) => return Ok(None),
        // A file that is not as long as its header has not been begun.
        Err(BadRing::NotARing) if file.iter().all(|byte| *byte == 0) => return Ok(None),
        Err(BadRing::Version(found)) => return Err(Damage::version(name, found.into(), VERSION.into())),
        Err(BadRing::NotARing) => {
            let message = "not a ring, or one from another kind of machine";
            return Err(Damage::of_file(DamageKind::Damaged, name, message));
        }
    };
    let HeaderCopy { pid, tid, reuse, segment, name, .. } = ring;
    // What a segment holds has made room for what is in the ring.
    let segment = if segment == 0 { u64::MAX } else { segment.into() };
    Ok(Some(Head { pid, tid, reuse: reuse.into(), segment, name: text_of_name(&name), kind: Kind::Ring(ring) }))
}
