//! Copies of what the program may be writing.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use instr_format::ring::blocks::{BLOCK_SIZE, BlockHead, decode_block};
use instr_format::ring::{Clock, HeaderCopy, decode_header};

use super::order::Block;

/// How many bytes are read at once.
pub(crate) const PIECE: usize = 16 * BLOCK_SIZE;

/// The blocks that lie between two places of the file and have been begun, and where it ends, which may be before `end`.
pub(crate) fn look<R: Read + Seek>(input: &mut R, mut at: u64, end: u64) -> io::Result<(Vec<Block>, u64)> {
    let (mut found, mut piece) = (Vec::new(), vec![0; PIECE]);
    while at < end {
        let wanted = usize::try_from(end - at).map_or(PIECE, |left| left.min(PIECE));
        let len = read_at(input, at, piece.get_mut(..wanted).unwrap_or_default())?;
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

/// Whether the ring still has this header: it has not been given to another thread.
pub(crate) fn is_still<R: Read + Seek>(input: &mut R, header: &HeaderCopy) -> io::Result<bool> {
    let mut now = [0; 256];
    let len = read_at(input, 0, &mut now)?;
    Ok(decode_header(now.get(..len).unwrap_or_default()) == Ok(*header))
}

/// Empties the records that differ: they were being written.
pub(crate) fn settle(copy: &mut [u8], check: &[u8], clock: Clock) {
    let head = size_of::<BlockHead>();
    let records = copy.get_mut(head..).unwrap_or_default().chunks_exact_mut(clock.record_size());
    let checks = check.get(head..).unwrap_or_default().chunks_exact(clock.record_size());
    for (record, check) in records.zip(checks) {
        if record != check {
            record.fill(0);
        }
    }
}

/// Reads as much as there is, up to the buffer's length.
pub(crate) fn read_at<R: Read + Seek>(input: &mut R, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
    input.seek(SeekFrom::Start(at))?;
    let mut len = 0;
    while let Some(room) = buffer.get_mut(len..).filter(|room| !room.is_empty()) {
        match input.read(room) {
            Ok(0) => break,
            Ok(more) => len += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(len)
}
