//! Copies of what the program may be writing.

use std::io::{self, Read, Seek};

use instr_format::ring::Clock;
use instr_format::ring::blocks::{BLOCK_SIZE, BlockHead, decode_block};

use super::order::Block;
use crate::model::ring::file::{PIECE, RingFile};

/// The blocks that lie between two places of the file and have been begun, and where it ends, which may be before `end`.
pub(super) fn look<R: Read + Seek>(file: &mut RingFile<R>, mut at: u64, end: u64) -> io::Result<(Vec<Block>, u64)> {
    let (mut found, mut piece) = (Vec::new(), vec![0; PIECE]);
    while at < end {
        let wanted = usize::try_from(end - at).map_or(PIECE, |left| left.min(PIECE));
        let len = file.read_at(at, piece.get_mut(..wanted).unwrap_or_default())?;
        for (block, at) in piece.get(..len).unwrap_or_default().chunks(BLOCK_SIZE).zip((at..).step_by(BLOCK_SIZE)) {
            if let Some(head) = decode_block(block) {
                found.push(Block { first: head.first, elapsed_ns: head.elapsed_ns, at });
            }
        }
        at += len as u64;
        if len < wanted {
            break;
        }
    }
    Ok((found, at))
}

/// Empties the records that differ: they were being written.
pub(super) fn settle(copy: &mut [u8], check: &[u8], clock: Clock) {
    let head = size_of::<BlockHead>();
    let records = copy.get_mut(head..).unwrap_or_default().chunks_exact_mut(clock.record_size());
    let checks = check.get(head..).unwrap_or_default().chunks_exact(clock.record_size());
    for (record, check) in records.zip(checks) {
        if record != check {
            record.fill(0);
        }
    }
}
