//! A copy of a whole ring, where the thread is faster than the reader.

use std::io::{self, Cursor, Read, Seek};
use std::ops::Range;

use instr_format::ring::flat::{HEADER_SIZE, SIZE_MAX};
use instr_format::ring::{Clock, decode_header};

use super::ring::Ring;
use crate::model::ring::file::RingFile;

/// How often it is made again while the thread goes around the ring.
const COPIES: usize = 4;

/// A copy that is read instead of the file.
pub(super) struct Snapshot {
    pub(super) file: RingFile<Cursor<Vec<u8>>>,
    /// The positions that were written before it was made, and not overwritten before it was finished.
    pub(super) positions: Range<u64>,
}

impl Snapshot {
    /// Makes one; `None`: the ring has been given to another thread, or the thread goes around faster than it can be copied.
    pub(super) fn of<R: Read + Seek>(file: &mut RingFile<R>, ring: &Ring) -> io::Result<Option<Self>> {
        for _ in 0..COPIES {
            let (end, _) = ring.front(file)?;
            let copy = copy(file)?;
            if decode_header(&copy) != Ok(file.header) {
                return Ok(None);
            }
            let positions = ring.overwritten(file)?..end;
            if !positions.is_empty() {
                let file = RingFile { name: file.name.clone(), header: file.header, input: Cursor::new(copy) };
                return Ok(Some(Snapshot { file, positions }));
            }
        }
        Ok(None)
    }
}

fn copy<R: Read + Seek>(file: &mut RingFile<R>) -> io::Result<Vec<u8>> {
    let clock = file.header.clock;
    let mut read = || {
        let mut bytes = vec![0; HEADER_SIZE + usize::try_from(SIZE_MAX).unwrap_or(0)];
        let len = file.read_at(0, &mut bytes)?;
        bytes.truncate(len);
        io::Result::Ok(bytes)
    };
    let mut copy = read()?;
    if clock == Clock::Full {
        let check = read()?;
        let words = copy.get_mut(HEADER_SIZE..).unwrap_or_default();
        settle(words, check.get(HEADER_SIZE..).unwrap_or_default(), clock);
    }
    Ok(copy)
}

/// Empties the records that differ: they were being written.
pub(super) fn settle(copy: &mut [u8], check: &[u8], clock: Clock) {
    let size = clock.record_size();
    for (record, check) in copy.chunks_exact_mut(size).zip(check.chunks_exact(size)) {
        if record != check {
            record.fill(0);
        }
    }
}
